//! Brings the schema up to date.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::{admin::print, settings::DatabaseSettings};

/// Makes the roles where the login may and they are missing, then runs what has not run yet.
pub(crate) async fn migrate(settings: DatabaseSettings) -> anyhow::Result<ExitCode> {
    let url = settings.database_url.context(
        "DATABASE_URL is not set; the private database of the single-machine default migrates \
         itself when it is started",
    )?;
    countersign_migrations::create_roles(url.expose())
        .await
        .context(
            "the database roles are missing and this login may not make them; run \
             deploy/roles.sql as an administrator, once",
        )?;
    countersign_migrations::migrate(url.expose()).await?;
    print("the schema is current\n")
}
