-- What lists of many tools are drawn from: a definition without its schemas and what requests are
-- built from, which are most of it. The database makes it, of the rows that are there and of all
-- that come, whoever writes them; it cannot differ from the definition. Adding it writes the table
-- anew, once.
ALTER TABLE tool_version ADD COLUMN brief jsonb NOT NULL GENERATED ALWAYS AS
    (definition - ARRAY['input_schema', 'output', 'binds', 'body', 'servers', 'security']) STORED;
