//! What a serving process says when it is ready.

use std::fmt::Write as _;

use countersign_egress::Loopback;

use crate::{application::Application, configuration::StorageChoice, embedded::CLUSTER};

/// Says where it is reached and, plainly, what stands behind it.
pub(crate) fn announce(application: &Application) -> anyhow::Result<()> {
    let roles = &application.configuration.roles;
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let address = application.address()?;
    tracing::info!(listen = %address, roles = roles.join(","), "ready to serve");
    let mut text = format!(
        "\n  Countersign is at  {}\n",
        application.public_url().origin()
    );
    let storage = &application.storage;
    match (&application.configuration.storage, storage.folder()) {
        (StorageChoice::Embedded { .. }, Some(folder)) => {
            let _ = write!(
                text,
                "\n  This is the single-machine default, because DATABASE_URL is not set:\n  \
                 - a private PostgreSQL in {}\n  \
                 - wake-ups inside this process instead of Redis\n  \
                 - credentials sealed under the key file {}\n  \
                 Keep both: without the key, no stored credential can be opened again.\n",
                folder.join(CLUSTER).display(),
                storage
                    .key_file(&application.configuration)
                    .unwrap_or_default()
                    .display(),
            );
        }
        (StorageChoice::External { redis: None, .. }, _) => {
            tracing::info!("no REDIS_URL: other processes are found by polling, within a second");
        }
        (StorageChoice::External { .. } | StorageChoice::Embedded { .. }, _) => {}
    }
    if application.configuration.loopback_upstreams == Loopback::Allowed {
        text.push_str("\n  Upstreams on this machine are allowed. That is for development only.\n");
    }
    eprintln!("{text}");
    Ok(())
}
