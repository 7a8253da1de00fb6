-- The database roles. Run once in each database by a superuser (or a login with CREATEROLE that
-- owns the database). Running it again changes nothing and needs no rights, so a deployment that
-- has narrowed something keeps it narrow. Plain SQL: psql and our own runner both take it.
--
--   countersign_owner   owns the schema and migrates it; serves nobody
--   countersign_app     serves requests; row-level security shows it one tenant at a time
--   countersign_system  the few questions that come before a tenant is known, each with policies
--                       of its own
--   countersign         the login; has no rights of its own (NOINHERIT) but may become the three
--
-- None is a superuser or may bypass row-level security, and the login owns nothing: what the
-- serving roles may not do, the login cannot do by forgetting to become one of them.
-- A deployment that wants them apart takes countersign_owner from this login and gives it to a
-- second one that only migrates. Passwords are set elsewhere: without one nobody signs in.

DO $$
DECLARE
    role_name text;
BEGIN
    -- Roles belong to the server, not to the database: another database may have made them a
    -- moment ago.
    FOREACH role_name IN ARRAY ARRAY['countersign_owner', 'countersign_app', 'countersign_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign') THEN
        BEGIN
            CREATE ROLE countersign LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
            GRANT countersign_owner, countersign_app, countersign_system TO countersign;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
END $$;

DO $$
BEGIN
    IF NOT has_database_privilege('countersign_owner', current_database(), 'CREATE') THEN
        EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO countersign_owner', current_database());
    END IF;
    IF NOT has_database_privilege('countersign', current_database(), 'CONNECT') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO countersign', current_database());
    END IF;
    -- A temporary table is found before a real one of the same name: nobody here needs them.
    IF has_database_privilege('public', current_database(), 'TEMPORARY') THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
    IF NOT has_schema_privilege('countersign_owner', 'public', 'CREATE') THEN
        GRANT USAGE, CREATE ON SCHEMA public TO countersign_owner;
    END IF;
    IF has_schema_privilege('public', 'public', 'CREATE') THEN
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
END $$;
