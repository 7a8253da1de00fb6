-- What nobody can open any more can be deleted, and nothing else: a document that no import is of, which
-- the foreign key sees to, and a secret of a removed API, or one whose storing broke off an hour ago.
GRANT DELETE ON document TO countersign_app;
CREATE INDEX revision_document ON revision (tenant_id, document_sha256);
ALTER POLICY with_its_source ON vault_secret USING (
    EXISTS (SELECT 1 FROM credential c
        JOIN connection n ON n.tenant_id = c.tenant_id AND n.id = c.connection_id
        JOIN source s ON s.tenant_id = n.tenant_id AND s.id = n.source_id
        WHERE c.tenant_id = vault_secret.tenant_id AND vault_secret.name = 'credential/' || c.id
            AND s.removed_at IS NOT NULL)
    OR created_at < clock_timestamp() - interval '1 hour' AND NOT EXISTS (SELECT 1 FROM credential c
        WHERE c.tenant_id = vault_secret.tenant_id AND vault_secret.name = 'credential/' || c.id
            AND vault_secret.version = c.version));
ALTER POLICY with_its_source ON vault_secret RENAME TO of_no_use;
