-- A credential that no call is sent with until a member has confirmed it: an import changed where
-- the API lives or what lets one in. One row for each import that did; all have to be lifted.
CREATE TABLE credential_suspension (
    tenant_id          uuid        NOT NULL REFERENCES tenant (id),
    credential_id      uuid        NOT NULL,
    credential_version integer     NOT NULL,
    revision_id        uuid        NOT NULL,
    -- What changed, cut; `total` counts all of it.
    changes            jsonb       NOT NULL CHECK (jsonb_typeof(changes) = 'array'),
    total              integer     NOT NULL CHECK (total > 0),
    suspended_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    lifted_at          timestamptz,
    lifted_by          uuid,
    reason             text,
    PRIMARY KEY (tenant_id, credential_id, credential_version, revision_id),
    CONSTRAINT lifted_by_somebody CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (reason IS NULL)),
    FOREIGN KEY (tenant_id, credential_id, credential_version)
        REFERENCES credential (tenant_id, id, version),
    FOREIGN KEY (tenant_id, revision_id) REFERENCES revision (tenant_id, id),
    FOREIGN KEY (tenant_id, lifted_by) REFERENCES member (tenant_id, id)
);
CREATE INDEX credential_suspension_open
    ON credential_suspension (tenant_id, credential_id, credential_version) WHERE lifted_at IS NULL;
CALL app.protect('credential_suspension');
GRANT SELECT, INSERT, UPDATE (lifted_at, lifted_by, reason) ON credential_suspension TO countersign_app;
