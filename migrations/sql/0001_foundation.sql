-- The first schema. Laws kept here (README.md, "Laws"):
--   1  every tenant table carries tenant_id in its primary key and in every foreign key between
--      tenant tables, and has row-level security forced on it;
--   3  the audit log can only be added to;
--   5  a high-risk tool cannot be recorded as "runs without a countersignature";
--   7  whatever is used once has a consumed_at that one conditional UPDATE sets.
-- Roles are made by deploy/roles.sql. This file runs as countersign_owner.

CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO countersign_app, countersign_system;
GRANT USAGE ON SCHEMA public TO countersign_app, countersign_system;

-- The tenant of this transaction, or NULL: then every policy is false.
-- After a transaction that used set_config(.., true) the setting is an empty string, not NULL.
CREATE FUNCTION app.current_tenant() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid $$;

-- Why the system role looks across tenants in this transaction.
CREATE FUNCTION app.system_reason() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT COALESCE(current_setting('app.system_reason', true), '') $$;

-- Puts the wall around one tenant table: a tenant sees its own rows, and the system role sees
-- rows only for the reasons given.
CREATE PROCEDURE app.protect(relation regclass, VARIADIC system_reasons text[] DEFAULT '{}')
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format(
        'CREATE POLICY tenant_isolation ON %s TO countersign_app'
        ' USING (tenant_id = app.current_tenant()) WITH CHECK (tenant_id = app.current_tenant())',
        relation);
    IF cardinality(system_reasons) > 0 THEN
        EXECUTE format(
            'CREATE POLICY system_reasons ON %s TO countersign_system'
            ' USING (app.system_reason() = ANY (%L::text[])) WITH CHECK (app.system_reason() = ANY (%L::text[]))',
            relation, system_reasons, system_reasons);
    END IF;
END $$;

-- Lets the system role look at one tenant table, and change nothing there, for the reasons given.
CREATE PROCEDURE app.let_read(relation regclass, VARIADIC system_reasons text[])
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE POLICY system_reads ON %s FOR SELECT TO countersign_system'
        ' USING (app.system_reason() = ANY (%L::text[]))',
        relation, system_reasons);
END $$;

-- People and tenants -------------------------------------------------------------------------

CREATE TABLE person (
    id            uuid        PRIMARY KEY,
    email         text        NOT NULL CONSTRAINT person_email_unique UNIQUE,
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL,
    CONSTRAINT person_email_lower CHECK (email = lower(email))
);

CREATE TABLE session (
    id           uuid        PRIMARY KEY,
    person_id    uuid        NOT NULL REFERENCES person (id),
    digest       bytea       NOT NULL CONSTRAINT session_digest_unique UNIQUE,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    user_agent   text        NOT NULL
);
CREATE INDEX session_person ON session (person_id);
-- No tenant's, so no tenant ever sees one.
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY system_reasons ON session TO countersign_system
    USING (app.system_reason() IN ('resolve_credential', 'sign_up'))
    WITH CHECK (app.system_reason() IN ('resolve_credential', 'sign_up'));

CREATE TABLE tenant (
    id         uuid        PRIMARY KEY,
    slug       text        NOT NULL CONSTRAINT tenant_slug_unique UNIQUE,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    -- Grows with every change of what agents may see or do; gateways compare it with what they
    -- have loaded.
    epoch      bigint      NOT NULL DEFAULT 0
);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenant TO countersign_app
    USING (id = app.current_tenant()) WITH CHECK (id = app.current_tenant());
CREATE POLICY system_reasons ON tenant TO countersign_system
    USING (app.system_reason() IN ('resolve_credential', 'sign_up', 'watch_epochs', 'run_jobs'))
    WITH CHECK (app.system_reason() = 'sign_up');

CREATE TABLE member (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    id         uuid        NOT NULL,
    person_id  uuid        NOT NULL REFERENCES person (id),
    role       text        NOT NULL CHECK (role IN ('owner', 'admin', 'reviewer', 'developer', 'auditor')),
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    -- Since when they have been what they are: who became a reviewer after a call was held does
    -- not decide about it.
    role_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id)
);
-- A tenant knows of a person only what membership makes its business, and never the hash.
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
CREATE POLICY fellow_members ON person TO countersign_app USING (EXISTS (
    SELECT 1 FROM member WHERE member.person_id = person.id AND member.tenant_id = app.current_tenant()));
CREATE POLICY system_reasons ON person TO countersign_system
    USING (app.system_reason() IN ('resolve_credential', 'sign_up'))
    WITH CHECK (app.system_reason() = 'sign_up');
CREATE UNIQUE INDEX member_person_unique ON member (tenant_id, person_id) WHERE removed_at IS NULL;
CREATE INDEX member_of_person ON member (person_id) WHERE removed_at IS NULL;
-- Whose credential is looked up is not made a member by it.
CALL app.protect('member', 'sign_up');
CALL app.let_read('member', 'resolve_credential');

CREATE TABLE invitation (
    tenant_id   uuid        NOT NULL REFERENCES tenant (id),
    id          uuid        NOT NULL,
    email       text        NOT NULL,
    role        text        NOT NULL CHECK (role IN ('owner', 'admin', 'reviewer', 'developer', 'auditor')),
    digest      bytea       NOT NULL,
    invited_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, invited_by) REFERENCES member (tenant_id, id)
);
-- Across tenants, because an invitation is found by its secret alone.
CREATE UNIQUE INDEX invitation_digest_unique ON invitation (digest);
CALL app.protect('invitation', 'sign_up');
CALL app.let_read('invitation', 'resolve_credential');

CREATE TABLE environment (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    id         uuid        NOT NULL,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT environment_slug_unique UNIQUE (tenant_id, slug)
);
CALL app.protect('environment', 'sign_up');

-- Imported APIs ------------------------------------------------------------------------------

CREATE TABLE source (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    id         uuid        NOT NULL,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid        NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT source_slug_unique UNIQUE (tenant_id, slug),
    FOREIGN KEY (tenant_id, created_by) REFERENCES member (tenant_id, id)
);
CALL app.protect('source');

-- The bytes as they were given; one copy of equal documents.
CREATE TABLE document (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    sha256     bytea       NOT NULL,
    content    bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, sha256)
);
CALL app.protect('document');

CREATE TABLE revision (
    tenant_id       uuid        NOT NULL REFERENCES tenant (id),
    id              uuid        NOT NULL,
    source_id       uuid        NOT NULL,
    number          integer     NOT NULL,
    document_sha256 bytea,
    given_as        text        NOT NULL CHECK (given_as IN ('upload', 'paste', 'url')),
    given_url       text,
    state           text        NOT NULL CHECK (state IN ('waiting', 'importing', 'ready', 'failed')),
    stage           text        NOT NULL DEFAULT '',
    done            integer     NOT NULL DEFAULT 0,
    total           integer     NOT NULL DEFAULT 0,
    title           text        NOT NULL DEFAULT '',
    version         text        NOT NULL DEFAULT '',
    format          text        NOT NULL DEFAULT '',
    operations      integer     NOT NULL DEFAULT 0,
    servers         jsonb       NOT NULL DEFAULT '[]',
    diagnostics     jsonb       NOT NULL DEFAULT '[]',
    failure_code    text,
    failure_text    text,
    created_at      timestamptz NOT NULL,
    created_by      uuid        NOT NULL,
    finished_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT revision_number_unique UNIQUE (tenant_id, source_id, number),
    FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id),
    FOREIGN KEY (tenant_id, document_sha256) REFERENCES document (tenant_id, sha256),
    FOREIGN KEY (tenant_id, created_by) REFERENCES member (tenant_id, id)
);
CALL app.protect('revision');

-- A tool is method + path of a source, never the operationId.
CREATE TABLE tool (
    tenant_id       uuid        NOT NULL REFERENCES tenant (id),
    id              uuid        NOT NULL,
    source_id       uuid        NOT NULL,
    method          text        NOT NULL,
    path            text        NOT NULL,
    name            text        NOT NULL CHECK (name ~ '^[a-z0-9_]{1,64}$'),
    current_version uuid        NOT NULL,
    created_at      timestamptz NOT NULL,
    removed_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tool_identity_unique UNIQUE (tenant_id, source_id, method, path),
    FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id)
);
CREATE UNIQUE INDEX tool_name_unique ON tool (tenant_id, source_id, name) WHERE removed_at IS NULL;
CALL app.protect('tool');

CREATE TABLE tool_version (
    tenant_id   uuid        NOT NULL REFERENCES tenant (id),
    id          uuid        NOT NULL,
    tool_id     uuid        NOT NULL,
    revision_id uuid        NOT NULL,
    fingerprint bytea       NOT NULL,
    class       text        NOT NULL CHECK (class IN ('READ', 'WRITE', 'DELETE', 'BILLING', 'AUTH', 'ADMIN')),
    high_risk   boolean     NOT NULL,
    confidence  text        NOT NULL CHECK (confidence IN ('low', 'medium', 'high')),
    unsupported text,
    definition  jsonb       NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tool_version_risk UNIQUE (tenant_id, id, tool_id, high_risk),
    FOREIGN KEY (tenant_id, tool_id) REFERENCES tool (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id, revision_id) REFERENCES revision (tenant_id, id)
);
CREATE INDEX tool_version_tool ON tool_version (tenant_id, tool_id);
ALTER TABLE tool ADD FOREIGN KEY (tenant_id, current_version) REFERENCES tool_version (tenant_id, id)
    DEFERRABLE INITIALLY DEFERRED;
CALL app.protect('tool_version');

-- One recorded decision about a tool in an environment. The foreign key copies high_risk from
-- the very version that was looked at, so the check below cannot be talked round.
CREATE TABLE enablement (
    tenant_id       uuid        NOT NULL REFERENCES tenant (id),
    id              uuid        NOT NULL,
    environment_id  uuid        NOT NULL,
    tool_id         uuid        NOT NULL,
    tool_version_id uuid        NOT NULL,
    high_risk       boolean     NOT NULL,
    state           text        NOT NULL CHECK (state IN ('on', 'off')),
    handling        text        NOT NULL CHECK (handling IN ('run', 'hold')),
    reason          text        NOT NULL CHECK (length(reason) >= 3),
    decided_by      uuid        NOT NULL,
    decided_at      timestamptz NOT NULL,
    superseded_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT high_risk_is_held CHECK (state = 'off' OR handling = 'hold' OR NOT high_risk),
    FOREIGN KEY (tenant_id, environment_id) REFERENCES environment (tenant_id, id),
    FOREIGN KEY (tenant_id, tool_version_id, tool_id, high_risk)
        REFERENCES tool_version (tenant_id, id, tool_id, high_risk),
    FOREIGN KEY (tenant_id, decided_by) REFERENCES member (tenant_id, id)
);
-- By tool first: a page looks up the decision about each of a thousand tools.
CREATE UNIQUE INDEX enablement_current ON enablement (tenant_id, tool_id, environment_id)
    WHERE superseded_at IS NULL;
CALL app.protect('enablement');

-- Connections and secrets --------------------------------------------------------------------

CREATE TABLE connection (
    tenant_id      uuid        NOT NULL REFERENCES tenant (id),
    id             uuid        NOT NULL,
    source_id      uuid        NOT NULL,
    environment_id uuid        NOT NULL,
    base_url       text        NOT NULL,
    updated_at     timestamptz NOT NULL,
    updated_by     uuid        NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT connection_place_unique UNIQUE (tenant_id, source_id, environment_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id),
    FOREIGN KEY (tenant_id, environment_id) REFERENCES environment (tenant_id, id),
    FOREIGN KEY (tenant_id, updated_by) REFERENCES member (tenant_id, id)
);
CALL app.protect('connection');

-- What is known of a credential. The secret itself is in the vault and is never read back.
CREATE TABLE credential (
    tenant_id     uuid        NOT NULL REFERENCES tenant (id),
    id            uuid        NOT NULL,
    connection_id uuid        NOT NULL,
    version       integer     NOT NULL CHECK (version > 0),
    scheme        jsonb       NOT NULL,
    base_url      text        NOT NULL,
    fingerprint   text        NOT NULL,
    created_at    timestamptz NOT NULL,
    created_by    uuid        NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (tenant_id, id, version),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES member (tenant_id, id)
);
CREATE UNIQUE INDEX credential_current ON credential (tenant_id, connection_id) WHERE superseded_at IS NULL;
CALL app.protect('credential');

-- The sealed local vault: a data key per tenant, wrapped under the operator's key file, and
-- secrets sealed under the data key.
CREATE TABLE vault_key (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    version    integer     NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
CALL app.protect('vault_key');

CREATE TABLE vault_secret (
    tenant_id   uuid        NOT NULL REFERENCES tenant (id),
    name        text        NOT NULL,
    version     integer     NOT NULL,
    key_version integer     NOT NULL,
    sealed      bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, name, version),
    FOREIGN KEY (tenant_id, key_version) REFERENCES vault_key (tenant_id, version)
);
CALL app.protect('vault_secret');

-- Endpoints ----------------------------------------------------------------------------------

CREATE TABLE endpoint (
    tenant_id      uuid        NOT NULL REFERENCES tenant (id),
    id             uuid        NOT NULL,
    environment_id uuid        NOT NULL,
    slug           text        NOT NULL,
    name           text        NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     uuid        NOT NULL,
    removed_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    -- Also of removed ones: an old URL never becomes somebody's new endpoint.
    CONSTRAINT endpoint_slug_unique UNIQUE (tenant_id, slug),
    FOREIGN KEY (tenant_id, environment_id) REFERENCES environment (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES member (tenant_id, id)
);
CALL app.protect('endpoint', 'resolve_credential');

CREATE TABLE endpoint_tool (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    endpoint_id uuid NOT NULL,
    tool_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, tool_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id),
    FOREIGN KEY (tenant_id, tool_id) REFERENCES tool (tenant_id, id)
);
CALL app.protect('endpoint_tool');

-- Agents: the OAuth authorization server -----------------------------------------------------

-- Registered by RFC 7591 before anybody has signed in, hence no tenant's.
CREATE TABLE oauth_client (
    id            uuid        PRIMARY KEY,
    name          text        NOT NULL,
    redirect_uris text[]      NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz,
    disabled_at   timestamptz
);
CREATE INDEX oauth_client_unused ON oauth_client (created_at) WHERE last_used_at IS NULL;

-- A validated authorization request that waits for sign-in and consent.
CREATE TABLE oauth_authorization (
    tenant_id      uuid        NOT NULL REFERENCES tenant (id),
    id             uuid        NOT NULL,
    endpoint_id    uuid        NOT NULL,
    -- A client nobody ever consented to is forgotten together with what it asked for.
    client_id      uuid        NOT NULL REFERENCES oauth_client (id) ON DELETE CASCADE,
    redirect_uri   text        NOT NULL,
    -- As asked for; narrowed to what the endpoint has when the consent page is first shown, so
    -- that what is approved is what was seen.
    scopes         text[]      NOT NULL,
    shown_at       timestamptz,
    client_state   text,
    code_challenge text        NOT NULL,
    resource       text        NOT NULL,
    -- Digest of the cookie of the browser that began it.
    browser        bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    consumed_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
);
-- Not unique: found across tenants by its id, and only together with the browser's cookie.
CREATE INDEX oauth_authorization_id ON oauth_authorization (id);
CREATE INDEX oauth_authorization_client ON oauth_authorization (client_id);
CREATE INDEX oauth_authorization_expiry ON oauth_authorization (expires_at);
CALL app.protect('oauth_authorization', 'resolve_credential');

CREATE TABLE oauth_grant (
    tenant_id     uuid        NOT NULL REFERENCES tenant (id),
    id            uuid        NOT NULL,
    endpoint_id   uuid        NOT NULL,
    client_id     uuid        NOT NULL REFERENCES oauth_client (id),
    member_id     uuid        NOT NULL,
    scopes        text[]      NOT NULL,
    resource      text        NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    revoke_reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
-- For the foreign key: a client that goes must not make us read every grant, or every hold.
CREATE INDEX oauth_grant_client ON oauth_grant (client_id);
CALL app.protect('oauth_grant', 'resolve_credential');

-- Codes, access tokens and refresh tokens each have a table of their own: one kind is never
-- found where another is looked for. Only digests are kept, found across tenants by themselves.
CREATE TABLE oauth_code (
    tenant_id      uuid        NOT NULL REFERENCES tenant (id),
    digest         bytea       NOT NULL,
    grant_id       uuid        NOT NULL,
    redirect_uri   text        NOT NULL,
    code_challenge text        NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    consumed_at    timestamptz,
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES oauth_grant (tenant_id, id)
);
CREATE UNIQUE INDEX oauth_code_digest_unique ON oauth_code (digest);
CALL app.protect('oauth_code', 'resolve_credential');

CREATE TABLE oauth_access_token (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    digest     bytea       NOT NULL,
    grant_id   uuid        NOT NULL,
    scopes     text[]      NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES oauth_grant (tenant_id, id)
);
CREATE UNIQUE INDEX oauth_access_token_digest_unique ON oauth_access_token (digest);
CREATE INDEX oauth_access_token_grant ON oauth_access_token (tenant_id, grant_id);
CALL app.protect('oauth_access_token', 'resolve_credential');

CREATE TABLE oauth_refresh_token (
    tenant_id   uuid        NOT NULL REFERENCES tenant (id),
    digest      bytea       NOT NULL,
    grant_id    uuid        NOT NULL,
    scopes      text[]      NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz,
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES oauth_grant (tenant_id, id)
);
CREATE UNIQUE INDEX oauth_refresh_token_digest_unique ON oauth_refresh_token (digest);
CREATE INDEX oauth_refresh_token_grant ON oauth_refresh_token (tenant_id, grant_id);
CALL app.protect('oauth_refresh_token', 'resolve_credential');

-- Holds --------------------------------------------------------------------------------------

CREATE TABLE hold (
    tenant_id       uuid        NOT NULL REFERENCES tenant (id),
    id              uuid        NOT NULL,
    -- What makes two calls the same call, for an agent that asks again.
    call_key        bytea       NOT NULL,
    -- What the countersignature vouches for.
    digest          bytea       NOT NULL,
    nonce           text        NOT NULL,
    state           text        NOT NULL
        CHECK (state IN ('pending', 'countersigned', 'rejected', 'expired', 'stale', 'consumed')),
    environment_id  uuid        NOT NULL,
    endpoint_id     uuid        NOT NULL,
    tool_id         uuid        NOT NULL,
    tool_version_id uuid        NOT NULL,
    tool_name       text        NOT NULL,
    class           text        NOT NULL,
    policy_id       uuid        NOT NULL,
    credential      text,
    arguments       jsonb       NOT NULL,
    method          text        NOT NULL,
    base_url        text        NOT NULL,
    url             text        NOT NULL,
    request         jsonb       NOT NULL,
    high_risk       boolean     NOT NULL,
    why             text        NOT NULL,
    requester       uuid        NOT NULL REFERENCES person (id),
    requester_label text        NOT NULL,
    member_id       uuid        NOT NULL,
    grant_id        uuid        NOT NULL,
    client_id       uuid        NOT NULL REFERENCES oauth_client (id),
    client_label    text        NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    decided_by      uuid        REFERENCES person (id),
    decided_label   text,
    decided_at      timestamptz,
    decided_reason  text,
    consumed_at     timestamptz,
    -- The agent has been told how it ended; the next identical call is a new one.
    closed_at       timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT a_decision_is_whole CHECK (
        (state IN ('countersigned', 'rejected', 'consumed'))
        <= (decided_by IS NOT NULL AND decided_at IS NOT NULL AND decided_reason IS NOT NULL)),
    CONSTRAINT nobody_countersigns_for_themselves CHECK (
        state NOT IN ('countersigned', 'consumed') OR decided_by <> requester),
    CONSTRAINT consumed_once CHECK ((state = 'consumed') = (consumed_at IS NOT NULL)),
    FOREIGN KEY (tenant_id, environment_id) REFERENCES environment (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id),
    FOREIGN KEY (tenant_id, tool_version_id) REFERENCES tool_version (tenant_id, id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES enablement (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES oauth_grant (tenant_id, id)
);
-- One open hold of a call; a second is the same one.
CREATE UNIQUE INDEX hold_open ON hold (tenant_id, call_key) WHERE closed_at IS NULL;
CREATE INDEX hold_inbox ON hold (tenant_id, state, created_at);
CREATE INDEX hold_expiry ON hold (expires_at) WHERE state IN ('pending', 'countersigned');
CREATE INDEX hold_client ON hold (client_id);
CALL app.protect('hold', 'run_jobs');

-- The audit log ------------------------------------------------------------------------------

-- Labels instead of foreign keys: history does not change when a member or a tool does. A later
-- migration adds the seal (sequence and chain hash) that this table leaves room for.
CREATE TABLE record (
    tenant_id        uuid        NOT NULL REFERENCES tenant (id),
    id               uuid        NOT NULL,
    at               timestamptz NOT NULL,
    act              text        NOT NULL,
    person_id        uuid,
    member_id        uuid,
    person_label     text        NOT NULL,
    client_id        uuid,
    client_label     text        NOT NULL,
    call_id          uuid,
    hold_id          uuid,
    endpoint_id      uuid,
    tool_id          uuid,
    tool_version_id  uuid,
    tool_name        text,
    class            text,
    arguments        jsonb,
    arguments_digest bytea,
    decision         text,
    rule             text,
    status           text,
    code             text,
    upstream_status  integer,
    latency_us       bigint,
    credential       text,
    detail           jsonb       NOT NULL,
    committed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX record_call ON record (tenant_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX record_hold ON record (tenant_id, hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX record_tool ON record (tenant_id, tool_id, at) WHERE tool_id IS NOT NULL;
-- run_jobs: a hold that expires is expired and recorded in one transaction.
CALL app.protect('record', 'append_records', 'run_jobs', 'sign_up', 'resolve_credential');

-- Background work and events -----------------------------------------------------------------

CREATE TABLE job (
    tenant_id    uuid        NOT NULL REFERENCES tenant (id),
    id           uuid        NOT NULL,
    kind         text        NOT NULL,
    payload      jsonb       NOT NULL,
    state        text        NOT NULL CHECK (state IN ('ready', 'running', 'done', 'failed')),
    attempts     integer     NOT NULL DEFAULT 0,
    attempts_max integer     NOT NULL,
    run_after    timestamptz NOT NULL,
    leased_by    text,
    leased_until timestamptz,
    last_error   text,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX job_ready ON job (run_after) WHERE state IN ('ready', 'running');
CALL app.protect('job', 'run_jobs');

-- The outbox: written with the change it tells of, relayed afterwards.
CREATE TABLE event (
    tenant_id  uuid        NOT NULL REFERENCES tenant (id),
    id         uuid        NOT NULL,
    payload    jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    relayed_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX event_waiting ON event (created_at) WHERE relayed_at IS NULL;
CALL app.protect('event', 'run_jobs');

-- Rights -------------------------------------------------------------------------------------

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO countersign_app;
GRANT EXECUTE ON FUNCTION app.current_tenant(), app.system_reason() TO countersign_app, countersign_system;

-- Global tables, and the columns of tenants that no tenant may set for itself.
REVOKE ALL ON person, session, oauth_client, _sqlx_migrations FROM countersign_app;
GRANT SELECT (id, email) ON person TO countersign_app;
GRANT SELECT ON oauth_client, _sqlx_migrations TO countersign_app;
-- Consent marks a client as used, in the transaction that makes the grant.
GRANT UPDATE (last_used_at) ON oauth_client TO countersign_app;
REVOKE INSERT, UPDATE, DELETE ON tenant FROM countersign_app;
GRANT UPDATE (name, epoch) ON tenant TO countersign_app;

-- History is only added to.
REVOKE UPDATE, DELETE ON record, document, tool_version, vault_key, vault_secret FROM countersign_app;
REVOKE DELETE ON hold, enablement, credential, member, invitation, oauth_grant, oauth_code,
    oauth_access_token, oauth_refresh_token, job, event FROM countersign_app;

-- A hold begins as pending, and the database says when a row was committed: neither is given.
REVOKE INSERT ON hold, record FROM countersign_app;
GRANT INSERT (tenant_id, id, call_key, digest, nonce, state, environment_id, endpoint_id, tool_id,
    tool_version_id, tool_name, class, high_risk, policy_id, credential, arguments, method, base_url, url,
    request, why, requester, requester_label, member_id, grant_id, client_id, client_label, created_at,
    expires_at) ON hold TO countersign_app;
GRANT INSERT (tenant_id, id, at, act, person_id, member_id, person_label, client_id, client_label, call_id,
    hold_id, endpoint_id, tool_id, tool_version_id, tool_name, class, arguments, arguments_digest, decision,
    rule, status, code, upstream_status, latency_us, credential, detail) ON record TO countersign_app;
-- What was decided, held, issued or stored is not rewritten; only its state moves on.
REVOKE UPDATE ON hold, enablement, credential, member, invitation, oauth_grant, oauth_code, oauth_access_token,
    oauth_refresh_token, endpoint_tool, event FROM countersign_app;
GRANT UPDATE (state, decided_by, decided_label, decided_at, decided_reason, consumed_at, closed_at)
    ON hold TO countersign_app;
GRANT UPDATE (superseded_at) ON enablement, credential TO countersign_app;
-- A tenant invites; who accepts becomes a member in a transaction of no tenant's.
REVOKE INSERT ON member FROM countersign_app;
GRANT UPDATE (role, role_since, removed_at) ON member TO countersign_app;
GRANT UPDATE (revoked_at) ON invitation TO countersign_app;
GRANT UPDATE (revoked_at, revoke_reason, expires_at) ON oauth_grant TO countersign_app;
GRANT UPDATE (consumed_at) ON oauth_code, oauth_refresh_token TO countersign_app;
GRANT UPDATE (revoked_at) ON oauth_access_token TO countersign_app;

GRANT SELECT, INSERT ON person TO countersign_system;
GRANT SELECT, INSERT, UPDATE ON oauth_client, oauth_authorization TO countersign_system;
GRANT SELECT, INSERT, UPDATE (last_seen_at, revoked_at) ON session TO countersign_system;
GRANT SELECT, UPDATE (consumed_at) ON invitation TO countersign_system;
GRANT DELETE ON oauth_client, oauth_authorization TO countersign_system;
GRANT SELECT, INSERT ON tenant, member, environment TO countersign_system;
GRANT SELECT ON endpoint, oauth_code, oauth_access_token, oauth_refresh_token, oauth_grant TO countersign_system;
GRANT SELECT, UPDATE ON job, event TO countersign_system;
GRANT SELECT, UPDATE (state) ON hold TO countersign_system;
GRANT INSERT (tenant_id, id, at, act, person_id, member_id, person_label, client_id, client_label, call_id,
    hold_id, endpoint_id, tool_id, tool_version_id, tool_name, class, arguments, arguments_digest, decision,
    rule, status, code, upstream_status, latency_us, credential, detail) ON record TO countersign_system;
