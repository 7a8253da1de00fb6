-- An API that was removed is marked and stays, since records, decisions and old holds point at it.
-- Its slug is free again: only of those that are there is each the only one. An exclusion, so that
-- code that names the constraint goes on finding it.
ALTER TABLE source ADD COLUMN removed_at timestamptz;
ALTER TABLE source DROP CONSTRAINT source_slug_unique;
ALTER TABLE source ADD CONSTRAINT source_slug_unique
    EXCLUDE USING btree (tenant_id WITH =, slug WITH =) WHERE (removed_at IS NULL);
-- What let in at a removed API can be deleted, and no other secret.
GRANT DELETE ON vault_secret TO countersign_app;
CREATE POLICY with_its_source ON vault_secret AS RESTRICTIVE FOR DELETE TO countersign_app
    USING (EXISTS (SELECT 1 FROM credential c
        JOIN connection n ON n.tenant_id = c.tenant_id AND n.id = c.connection_id
        JOIN source s ON s.tenant_id = n.tenant_id AND s.id = n.source_id
        WHERE c.tenant_id = vault_secret.tenant_id AND vault_secret.name = 'credential/' || c.id
            AND s.removed_at IS NOT NULL));
