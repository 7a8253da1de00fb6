-- Until which moment a member has looked at what imports changed: their first page tells of what
-- came later.
CREATE TABLE import_mark (
    tenant_id    uuid        NOT NULL REFERENCES tenant (id),
    member_id    uuid        NOT NULL,
    looked_until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, member_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CALL app.protect('import_mark');
GRANT SELECT, INSERT, UPDATE (looked_until) ON import_mark TO countersign_app;
