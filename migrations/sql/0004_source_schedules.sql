-- Addresses that are looked at again by the system, as a member with authority has chosen. One row
-- a source, none where it is off. It runs only as long as whoever set it may import.
CREATE TABLE source_schedule (
    tenant_id      uuid        NOT NULL REFERENCES tenant (id),
    source_id      uuid        NOT NULL,
    every          text        NOT NULL CHECK (every IN ('hourly', 'daily', 'weekly')),
    url            text        NOT NULL,
    set_by         uuid        NOT NULL,
    set_at         timestamptz NOT NULL,
    -- When to look next; NULL once it has stopped by itself.
    next_at        timestamptz,
    -- The job that looks, or looked last: a second is not begun while it is open.
    job_id         uuid,
    -- What was there when it was last looked at, and what the server called that.
    last_looked_at timestamptz,
    seen_sha256    bytea,
    etag           text,
    -- In a row, ended by the first success.
    failures       integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failure_code   text,
    failure_text   text,
    failed_at      timestamptz,
    stopped_at     timestamptz,
    stopped_why    text        CHECK (stopped_why IN ('member_left', 'role_lost')),
    PRIMARY KEY (tenant_id, source_id),
    CONSTRAINT stopped_says_why CHECK ((stopped_at IS NULL) = (stopped_why IS NULL)),
    CONSTRAINT stopped_is_not_due CHECK (stopped_at IS NULL OR next_at IS NULL),
    CONSTRAINT failures_say_why CHECK ((failures = 0)
        = (failure_code IS NULL AND failure_text IS NULL AND failed_at IS NULL)),
    FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id),
    FOREIGN KEY (tenant_id, set_by) REFERENCES member (tenant_id, id)
);
CREATE INDEX source_schedule_due ON source_schedule (next_at) WHERE next_at IS NOT NULL;
CALL app.protect('source_schedule', 'run_jobs');
GRANT SELECT, INSERT, UPDATE, DELETE ON source_schedule TO countersign_app;
-- The system finds what is due and begins a job for it. What the job may do, it does as the tenant.
GRANT SELECT, UPDATE (next_at, job_id) ON source_schedule TO countersign_system;
GRANT INSERT (tenant_id, id, kind, payload, state, attempts_max, run_after, created_at)
    ON job TO countersign_system;

-- Begun by a schedule, in the name of whoever set it.
ALTER TABLE revision ADD COLUMN scheduled boolean NOT NULL DEFAULT false;
