-- What was decided about many tools at once can be undone at once: the decision that the rows of all of them name.
ALTER TABLE enablement ADD COLUMN decided_together uuid;
CREATE INDEX enablement_of_tool ON enablement (tenant_id, tool_id, environment_id, superseded_at);
