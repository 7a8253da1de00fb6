//! Wake-ups through Redis: between the processes of one installation.
//!
//! Keys, both below the installation's prefix (in braces, so that a cluster keeps them together):
//!
//! | key | type | holds |
//! |---|---|---|
//! | `{prefix}:work:v1` | stream, at most about 1,000 entries | one entry per wake-up; a group gives each to one worker |
//! | `{prefix}:catalogues:v1` | channel | ids of tenants whose catalogue may have changed |
//!
//! Nothing here is remembered: the group reads without acknowledging, because the jobs themselves
//! are rows in PostgreSQL. What Redis forgets, a poll finds.

use std::time::Duration;

use async_trait::async_trait;
use countersign_domain::{id::TenantId, secret::Secret};
use futures_util::StreamExt as _;
use redis::{
    AsyncCommands, AsyncConnectionConfig, Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
    streams::{StreamMaxlen, StreamReadOptions, StreamReadReply},
};
use tokio::{
    sync::{Mutex, broadcast},
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use crate::wakeups::{BACKLOG, CatalogueChange, Wakeups};

/// The stream of wake-ups for workers, below the prefix.
const WORK: &str = "work:v1";
/// The channel of catalogue changes, below the prefix.
const CATALOGUES: &str = "catalogues:v1";
/// The consumer group of all workers.
const GROUP: &str = "workers";
/// Entries that nobody reads are dropped beyond about this many.
const KEPT: usize = 1_000;
/// Between two attempts to reach a Redis that is away.
const PAUSE: Duration = Duration::from_millis(250);

/// Where Redis is.
pub struct RedisOptions {
    /// Its URL; it may hold a password.
    pub url: Secret,
    /// Sets the keys of this installation apart from all others; letters, digits and `-`.
    pub prefix: String,
    /// Sets this process apart from the others of the installation.
    pub consumer: String,
}

/// Wake-ups through Redis. Made once per process, inside a runtime.
pub struct Redis {
    client: Client,
    shared: ConnectionManager,
    // A connection of its own: a blocking read would hold up everything else on a shared one.
    blocking: Mutex<Option<MultiplexedConnection>>,
    work: String,
    catalogues: String,
    consumer: String,
    changes: broadcast::Sender<CatalogueChange>,
    _listener: AbortOnDropHandle<()>,
}

impl Redis {
    /// Gets ready to talk to Redis. It does not have to be there: until it is, polls do the work.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn open(options: &RedisOptions) -> RedisResult<Self> {
        let client = Client::open(options.url.expose())?;
        let quick = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(Duration::from_millis(500)))
            .set_number_of_retries(1)
            .set_max_delay(PAUSE);
        let shared = ConnectionManager::new_lazy_with_config(client.clone(), quick)?;
        let key = |name: &str| format!("{{{}}}:{name}", options.prefix);
        let changes = broadcast::Sender::new(BACKLOG);
        let listener = tokio::spawn(listen(client.clone(), key(CATALOGUES), changes.clone()));
        Ok(Self {
            client,
            shared,
            blocking: Mutex::new(None),
            work: key(WORK),
            catalogues: key(CATALOGUES),
            consumer: options.consumer.clone(),
            changes,
            _listener: AbortOnDropHandle::new(listener),
        })
    }

    /// Says whether Redis answers at present. Nothing depends on it but how quick things are.
    pub async fn answers(&self) -> bool {
        let mut connection = self.shared.clone();
        let pong: RedisResult<String> = connection.ping().await;
        pong.is_ok()
    }

    /// Waits for one entry of the stream; an answer without one means that patience ran out.
    async fn read(&self, patience: Duration) -> RedisResult<()> {
        let mut slot = self.blocking.lock().await;
        // Taken out while in use: a read that was broken off leaves a connection with an answer
        // to come, and such a one must not be used again.
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => self.connect_blocking().await?,
        };
        let milliseconds = usize::try_from(patience.as_millis()).unwrap_or(usize::MAX);
        let options = StreamReadOptions::default()
            .group(GROUP, &self.consumer)
            .noack()
            .count(1)
            .block(milliseconds.max(1));
        let _: Option<StreamReadReply> = connection
            .xread_options(&[&self.work], &[">"], &options)
            .await?;
        *slot = Some(connection);
        Ok(())
    }

    async fn connect_blocking(&self) -> RedisResult<MultiplexedConnection> {
        // The default answer timeout of 500 ms would break off every blocking read.
        let patient = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(None);
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&patient)
            .await?;
        let made: RedisResult<()> = connection
            .xgroup_create_mkstream(&self.work, GROUP, "0")
            .await;
        match made {
            Err(error) if error.code() != Some("BUSYGROUP") => Err(error),
            Ok(()) | Err(_) => Ok(connection),
        }
    }
}

#[async_trait]
impl Wakeups for Redis {
    async fn wake_worker(&self) {
        let mut connection = self.shared.clone();
        let sent: RedisResult<Option<String>> = connection
            .xadd_maxlen(&self.work, StreamMaxlen::Approx(KEPT), "*", &[("n", "1")])
            .await;
        if let Err(error) = sent {
            tracing::debug!(
                error = %error,
                "a wake-up was not sent; the poll finds the work"
            );
        }
    }

    async fn work(&self, patience: Duration) {
        // A connection that died without a word would wait for ever, hence the limit around it.
        let limit = patience + Duration::from_secs(1);
        match timeout(limit, self.read(patience)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(error = %error, "no wake-ups from Redis for now");
                sleep(patience.min(PAUSE)).await;
            }
            Err(_) => tracing::debug!("Redis did not answer in time"),
        }
    }

    async fn catalogue_changed(&self, tenant: TenantId) {
        let mut connection = self.shared.clone();
        let sent: RedisResult<i64> = connection
            .publish(&self.catalogues, tenant.to_string())
            .await;
        if sent.is_err() {
            // The other processes find it by their poll; this one need not wait for that.
            let _ = self.changes.send(CatalogueChange::Of(tenant));
        }
    }

    fn catalogue_changes(&self) -> broadcast::Receiver<CatalogueChange> {
        self.changes.subscribe()
    }
}

/// Passes on what comes through the channel, for as long as this process lives.
async fn listen(client: Client, channel: String, changes: broadcast::Sender<CatalogueChange>) {
    loop {
        if let Err(error) = listen_once(&client, &channel, &changes).await {
            tracing::debug!(error = %error, "no catalogue changes from Redis for now");
        }
        sleep(PAUSE).await;
    }
}

async fn listen_once(
    client: &Client,
    channel: &str,
    changes: &broadcast::Sender<CatalogueChange>,
) -> RedisResult<()> {
    let mut subscription = client.get_async_pubsub().await?;
    subscription.subscribe(channel).await?;
    // Whatever was said before this moment was said to nobody.
    let _ = changes.send(CatalogueChange::Anything);
    let mut messages = subscription.on_message();
    while let Some(message) = messages.next().await {
        let change = message
            .get_payload::<String>()
            .ok()
            .and_then(|text| text.parse().ok())
            .map_or(CatalogueChange::Anything, CatalogueChange::Of);
        let _ = changes.send(change);
    }
    Ok(())
}
