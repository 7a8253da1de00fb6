-- What the report asks of it: the calls that were to be sent and have no known outcome.
CREATE INDEX record_intended ON record (tenant_id, call_id) INCLUDE (committed_at)
    WHERE act = 'call.intended';
