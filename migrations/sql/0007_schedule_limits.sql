-- A job that a schedule began. One of a tenant runs at a time, and none in the room of jobs that
-- people wait for.
ALTER TABLE job ADD COLUMN scheduled boolean NOT NULL DEFAULT false;
CREATE INDEX job_scheduled_open ON job (tenant_id, run_after)
    WHERE scheduled AND state IN ('ready', 'running');
CREATE INDEX job_scheduled_over ON job (tenant_id, finished_at) WHERE scheduled;
GRANT INSERT (scheduled) ON job TO countersign_system;

-- A schedule also stops when it looks in vain too often, or when what it brings fills its room.
ALTER TABLE source_schedule DROP CONSTRAINT source_schedule_stopped_why_check;
ALTER TABLE source_schedule ADD CONSTRAINT source_schedule_stopped_why_check
    CHECK (stopped_why IN ('member_left', 'role_lost', 'kept_failing', 'room_used'));
