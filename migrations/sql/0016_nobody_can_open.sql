-- What nobody can open any more can be deleted: a document that no import is of, which the foreign key
-- sees to.
GRANT DELETE ON document TO countersign_app;
CREATE INDEX revision_document ON revision (tenant_id, document_sha256);
