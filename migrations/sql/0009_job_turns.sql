-- When a tenant was served last, which is asked for each that waits whenever jobs are claimed. Jobs
-- are kept, and without it all that a tenant ever had would be read each time.
CREATE INDEX job_served ON job (tenant_id, run_after) WHERE attempts > 0 AND NOT scheduled;
