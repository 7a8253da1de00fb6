#!/usr/bin/env bash
# Runs once, when the database of docker-compose.yml is first made, after roles.sql: serving and
# migrating become two logins, so nothing that faces the network can ever own the schema.
set -euo pipefail
# The passwords travel in the environment, not in the arguments, which every process can read.
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\getenv serving COUNTERSIGN_DB_PASSWORD
\getenv migrating COUNTERSIGN_MIGRATOR_PASSWORD
ALTER ROLE countersign PASSWORD :'serving';
REVOKE countersign_owner FROM countersign;
CREATE ROLE countersign_migrator LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE
    PASSWORD :'migrating';
GRANT countersign_owner TO countersign_migrator;
SQL
