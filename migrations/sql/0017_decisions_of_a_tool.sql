-- What a tool was held to be when people decided about it, whatever they decided. What imports carried over
-- is no decision of anybody.
CREATE INDEX enablement_decided ON enablement (tenant_id, tool_id) WHERE carried_from IS NULL;
