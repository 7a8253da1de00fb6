-- What a person says about a tool instead of its document: its risk, its name or its words. Only
-- added to; an override that no longer holds says since when, why and by whom. At most one of a
-- kind holds at a time.
CREATE TABLE tool_override (
    tenant_id    uuid        NOT NULL REFERENCES tenant (id),
    id           uuid        NOT NULL,
    tool_id      uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('risk', 'name', 'words')),
    said         jsonb       NOT NULL,
    instead_of   jsonb       NOT NULL,
    -- The fingerprint of what it is about: of a risk the operation, otherwise its text.
    about_print  bytea       NOT NULL CHECK (length(about_print) = 32),
    reason       text        NOT NULL CHECK (length(reason) >= 3),
    given_by     uuid        NOT NULL,
    given_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_why    text
        CHECK (ended_why IN ('replaced', 'withdrawn', 'text_changed', 'operation_changed',
                             'risk_changed', 'removed')),
    -- Nobody, where an import ended it.
    ended_by     uuid,
    ended_reason text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT said_of_its_kind CHECK (said ->> 'kind' = kind AND instead_of ->> 'kind' = kind),
    CONSTRAINT an_end_is_whole CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
    FOREIGN KEY (tenant_id, tool_id) REFERENCES tool (tenant_id, id),
    FOREIGN KEY (tenant_id, given_by) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, ended_by) REFERENCES member (tenant_id, id)
);
CREATE UNIQUE INDEX tool_override_standing ON tool_override (tenant_id, tool_id, kind)
    WHERE ended_at IS NULL;
CREATE INDEX tool_override_tool ON tool_override (tenant_id, tool_id, kind, given_at);
CALL app.protect('tool_override');
GRANT SELECT, INSERT ON tool_override TO countersign_app;
GRANT UPDATE (ended_at, ended_why, ended_by, ended_reason) ON tool_override TO countersign_app;

-- A definition with what people say in it names the definition as it was imported.
ALTER TABLE tool_version ADD COLUMN imported_version uuid;
ALTER TABLE tool_version ADD FOREIGN KEY (tenant_id, imported_version)
    REFERENCES tool_version (tenant_id, id);
