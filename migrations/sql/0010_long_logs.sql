-- What the first page and the report ask of a log of millions of rows: the latest calls of a person's
-- agents, and the calls that were to be sent and have no known outcome.
CREATE INDEX record_person ON record (tenant_id, person_id, id) WHERE act LIKE 'call.%';
CREATE INDEX record_intended ON record (tenant_id, call_id) INCLUDE (committed_at)
    WHERE act = 'call.intended';
CREATE INDEX record_finished ON record (tenant_id, call_id)
    WHERE act = 'call.finished' AND status IS DISTINCT FROM 'outcome_unknown';
-- An index answers alone only for what was vacuumed since it was added.
ALTER TABLE record SET (autovacuum_vacuum_insert_scale_factor = 0.02);
