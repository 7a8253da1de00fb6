-- What a review asks of each tool: what imports said of it, and which definitions were turned on.
CREATE INDEX revision_change_tool ON revision_change (tenant_id, tool_id, revision_id);
CREATE INDEX enablement_on ON enablement (tenant_id, tool_id, environment_id) WHERE state = 'on';
