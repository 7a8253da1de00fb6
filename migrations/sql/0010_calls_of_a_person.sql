-- What the first page asks of a log of millions of rows: the latest calls of a person's agents. An
-- index to a file: nothing can be added to the log while one is built.
CREATE INDEX record_person ON record (tenant_id, person_id, id) WHERE act LIKE 'call.%';
