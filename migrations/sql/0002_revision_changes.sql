-- What an import changed about the tools of a source, one row for each tool it concerned and one
-- for the document itself. Written with the revision, never changed; kept when a tool is gone.
CREATE TABLE revision_change (
    tenant_id   uuid    NOT NULL REFERENCES tenant (id),
    revision_id uuid    NOT NULL,
    position    integer NOT NULL CHECK (position >= 0),
    tool_id     uuid,
    outcome     text    NOT NULL CHECK (outcome IN ('added', 'removed', 'review', 'informed')),
    reason      text,
    changes     jsonb   NOT NULL CHECK (jsonb_typeof(changes) = 'array'),
    PRIMARY KEY (tenant_id, revision_id, position),
    CONSTRAINT review_has_a_reason CHECK ((outcome = 'review') = (reason IS NOT NULL)),
    FOREIGN KEY (tenant_id, revision_id) REFERENCES revision (tenant_id, id),
    FOREIGN KEY (tenant_id, tool_id) REFERENCES tool (tenant_id, id)
);
CALL app.protect('revision_change');
GRANT SELECT, INSERT ON revision_change TO countersign_app;

-- A decision that an import carried over to a definition that differs only in what needs no
-- review: which decision it was.
ALTER TABLE enablement ADD COLUMN carried_from uuid;
