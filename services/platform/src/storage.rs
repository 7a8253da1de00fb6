//! Where things are kept: the parts that the operator runs, or those we bring ourselves.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use countersign_domain::{World, secret::Secret};
use countersign_queue::{InProcess, Redis, RedisOptions, Wakeups};
use countersign_store::{Store, StoreOptions};
use tokio::time::timeout;

use crate::{
    configuration::{Configuration, KEY, StorageChoice},
    embedded::Embedded,
    settings::Hidden,
};

/// How long a process waits at its start for the database to be asked about its schema.
const PATIENCE: Duration = Duration::from_secs(10);

/// The database and the wake-ups of one process.
pub(crate) struct Storage {
    pub(crate) store: Store,
    pub(crate) wakeups: Arc<dyn Wakeups>,
    pub(crate) redis: Option<Arc<Redis>>,
    pub(crate) embedded: Option<Embedded>,
    /// Hosts that no upstream may be.
    pub(crate) own_hosts: Vec<String>,
}

impl Storage {
    pub(crate) async fn open(configuration: &Configuration, world: &World) -> anyhow::Result<Self> {
        match &configuration.storage {
            StorageChoice::Embedded {
                data,
                named,
                pg_bin,
            } => {
                let embedded = Embedded::start(data, *named, pg_bin.clone(), world).await?;
                Ok(Self {
                    store: store(embedded.url.expose(), configuration)?,
                    wakeups: Arc::new(InProcess::new()),
                    redis: None,
                    embedded: Some(embedded),
                    own_hosts: Vec::new(),
                })
            }
            StorageChoice::External { database, redis } => {
                Self::external(database, redis.as_ref(), configuration, world).await
            }
        }
    }

    async fn external(
        database: &Hidden,
        redis: Option<&(Hidden, String)>,
        configuration: &Configuration,
        world: &World,
    ) -> anyhow::Result<Self> {
        require_current_schema(database.expose()).await?;
        let redis = redis
            .map(|(url, prefix)| open_redis(url, prefix, world))
            .transpose()?;
        let wakeups: Arc<dyn Wakeups> = match &redis {
            Some(redis) => Arc::clone(redis) as Arc<dyn Wakeups>,
            None => Arc::new(InProcess::new()),
        };
        let urls = match &configuration.storage {
            StorageChoice::External {
                redis: Some((redis, _)),
                ..
            } => vec![database, redis],
            StorageChoice::External { redis: None, .. } | StorageChoice::Embedded { .. } => {
                vec![database]
            }
        };
        Ok(Self {
            store: store(database.expose(), configuration)?,
            wakeups,
            redis,
            embedded: None,
            own_hosts: urls.into_iter().filter_map(own_host).collect(),
        })
    }

    /// The folder for what is kept, if we keep it ourselves.
    pub(crate) fn folder(&self) -> Option<&PathBuf> {
        self.embedded.as_ref().map(|embedded| &embedded.folder)
    }

    /// The vault's key file: the one that was named, else the one beside the database it is for.
    pub(crate) fn key_file(&self, configuration: &Configuration) -> Option<PathBuf> {
        let beside = || self.folder().map(|folder| folder.join(KEY));
        configuration.vault_key.clone().or_else(beside)
    }
}

/// Refuses to serve on a schema that is not the one this binary was built for.
async fn require_current_schema(url: &str) -> anyhow::Result<()> {
    let asked = timeout(PATIENCE, countersign_migrations::is_current(url)).await;
    let current = asked
        .context("the database does not answer; is DATABASE_URL right?")?
        .context("the database cannot be asked about its schema; is DATABASE_URL right?")?;
    if !current {
        bail!("the database's schema is not current; run `countersign migrate` first");
    }
    Ok(())
}

fn store(url: &str, configuration: &Configuration) -> anyhow::Result<Store> {
    let roles: Vec<&str> = configuration
        .roles
        .iter()
        .map(|role| role.as_str())
        .collect();
    Store::open(&StoreOptions {
        url: url.to_owned(),
        application: format!("countersign {}", roles.join(",")),
        connections: configuration.connections,
    })
    .context("DATABASE_URL cannot be read")
}

fn open_redis(url: &Hidden, prefix: &str, world: &World) -> anyhow::Result<Arc<Redis>> {
    let consumer = format!("{:016x}", u64::from_be_bytes(world.bytes()));
    let redis = Redis::open(&RedisOptions {
        url: Secret::new(url.expose().to_owned()),
        prefix: prefix.to_owned(),
        consumer,
    });
    Ok(Arc::new(redis.context("REDIS_URL cannot be read")?))
}

fn own_host(url: &Hidden) -> Option<String> {
    let url: url::Url = url.expose().parse().ok()?;
    // This machine is refused, or allowed, as a whole.
    let host = url.host_str()?.to_ascii_lowercase();
    (host != "localhost").then_some(host)
}
