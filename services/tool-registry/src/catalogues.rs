//! Catalogues in memory, none older than a second.
//!
//! Every change of what agents may see or do raises the tenant's epoch in the same transaction. An
//! entry is used only if its epoch was compared with the database's within the last [`FRESH`]:
//! [`Catalogues::watch`] does that for all loaded tenants in one query every [`POLL`], a push only
//! makes it sooner, and where nobody watches or the watch falls behind, [`Catalogues::get`] asks for
//! itself. So the bound does not depend on Redis, on a task being alive, or on luck.

use std::{
    collections::HashMap,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};

use countersign_access::SystemReason;
use countersign_domain::{Timestamp, World, id::TenantId, name::Slug};
use countersign_queue::{CatalogueChange, Wakeups};
use countersign_store::{Store, StoreError};
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::{
    sync::{Mutex, MutexGuard, Semaphore, broadcast::error::RecvError},
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    catalogue::{Catalogue, CatalogueTool},
    definition::Definitions,
    destination::Destinations,
    lists::Lists,
};

/// How often the epochs of loaded tenants are compared.
const POLL: Duration = Duration::from_millis(400);
/// How long a comparison is good for.
const FRESH: Duration = Duration::from_millis(900);
/// How long an unknown endpoint stays unknown.
const UNKNOWN: Duration = Duration::from_millis(500);
/// Most endpoints in memory, and most unknown ones.
const ENDPOINTS: u64 = 10_000;
/// How long nobody tries again what could not be loaded.
const FAILED: Duration = Duration::from_millis(500);

/// The slugs of tenant and endpoint.
type Key = (Slug, Slug);
/// What an endpoint shows; `None` when there is no such endpoint, an error when the database was
/// needed and did not answer.
pub type Found = Result<Option<Arc<Catalogue>>, Arc<StoreError>>;
/// Held by the one who loads a catalogue; how the last load failed, if it did.
type LoadLock = Mutex<Option<Failed>>;

/// The catalogues that a gateway serves. Cheap to clone.
#[derive(Clone)]
pub struct Catalogues {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    world: World,
    wakeups: Arc<dyn Wakeups>,
    began: Instant,
    known: Cache<Key, Arc<Entry>>,
    unknown: Cache<Key, ()>,
    definitions: Definitions,
    destinations: Destinations,
    loading: Cache<Key, Arc<LoadLock>>,
    /// For loads that anybody can ask for: a quarter of the connections. Streams have half.
    strangers: Semaphore,
    /// For lists that are written: as many as there are processors.
    writers: Arc<Semaphore>,
}

struct Failed {
    at: Timestamp,
    error: Arc<StoreError>,
}

struct Entry {
    catalogue: Arc<Catalogue>,
    /// When its epoch was last found to be the present one, in milliseconds of [`Inner::began`].
    checked: AtomicU64,
    /// It has changed since. It is kept for what the next one has in common with it.
    is_old: AtomicBool,
}

impl Catalogues {
    /// Makes an empty memory.
    #[must_use]
    pub fn new(store: Store, world: World, wakeups: Arc<dyn Wakeups>) -> Self {
        let strangers = usize::try_from(store.system_connections() / 4).unwrap_or(1);
        let processors = available_parallelism().map_or(1, NonZero::get);
        let inner = Inner {
            store,
            world,
            wakeups,
            began: Instant::now(),
            known: Cache::builder()
                .max_capacity(ENDPOINTS)
                .time_to_idle(Duration::from_mins(10))
                .build(),
            unknown: Cache::builder()
                .max_capacity(ENDPOINTS)
                .time_to_live(UNKNOWN)
                .build(),
            definitions: Definitions::default(),
            destinations: Destinations::default(),
            // The newest is always kept: it is the one that is being loaded.
            loading: Cache::builder()
                .eviction_policy(EvictionPolicy::lru())
                .max_capacity(ENDPOINTS)
                .time_to_idle(Duration::from_mins(1))
                .build(),
            strangers: Semaphore::new(strangers.max(1)),
            writers: Arc::new(Semaphore::new(processors)),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns what agents see at an endpoint, at most a second old.
    ///
    /// # Errors
    /// When the database is needed and does not answer, or did not a moment ago.
    pub async fn get(&self, tenant: &Slug, endpoint: &Slug) -> Found {
        let key = (tenant.clone(), endpoint.clone());
        if let Some(found) = self.inner.remembered(&key) {
            return found;
        }
        let lock = self.inner.load_lock(&key);
        self.inner.refresh(key, lock.lock().await).await
    }

    /// The same for those who can ask again later: it never queues. `None` while somebody else is
    /// loading it; a call that comes while it loads waits for what it finds.
    pub async fn peek(&self, tenant: &Slug, endpoint: &Slug) -> Option<Found> {
        let key = (tenant.clone(), endpoint.clone());
        if let Some(found) = self.inner.remembered(&key) {
            return Some(found);
        }
        let lock = self.inner.load_lock(&key);
        let lock = lock.try_lock().ok()?;
        Some(self.inner.refresh(key, lock).await)
    }

    /// The same for those who show no good token and may ask for anything: few of them ask the
    /// database at once, and whoever waits for that keeps no call waiting.
    ///
    /// # Errors
    /// As for [`Catalogues::get`].
    pub async fn get_for_anyone(&self, tenant: &Slug, endpoint: &Slug) -> Found {
        if let Some(found) = self.remembered(tenant, endpoint) {
            return found;
        }
        // Nobody closes it. Before the lock, for which calls wait, too.
        let _permit = self.inner.strangers.acquire().await.ok();
        self.get(tenant, endpoint).await
    }

    /// The same from memory alone; `None` when the database has to be asked.
    #[must_use]
    pub fn remembered(&self, tenant: &Slug, endpoint: &Slug) -> Option<Found> {
        self.inner.remembered(&(tenant.clone(), endpoint.clone()))
    }

    /// Keeps the memory fresh for as long as it runs; a gateway runs it beside its server.
    pub async fn watch(&self) {
        let mut changes = self.inner.wakeups.catalogue_changes();
        let mut beat = interval(POLL);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let change = tokio::select! {
                _ = beat.tick() => CatalogueChange::Anything,
                change = changes.recv() => match change {
                    Ok(change) => change,
                    Err(RecvError::Lagged(_)) => CatalogueChange::Anything,
                    // Nobody will push any more; the beat goes on.
                    Err(RecvError::Closed) => {
                        beat.tick().await;
                        CatalogueChange::Anything
                    }
                },
            };
            match change {
                CatalogueChange::Of(tenant) => self.inner.forget(|entry| entry.tenant() == tenant),
                CatalogueChange::Anything => {
                    if let Err(error) = self.inner.compare().await {
                        tracing::warn!(error = %error, "catalogues could not be compared");
                    }
                }
            }
        }
    }
}

impl Inner {
    fn fresh(&self, key: &Key) -> Option<Arc<Catalogue>> {
        let entry = self.known.get(key).filter(|entry| !entry.is_old())?;
        let age = self
            .now()
            .saturating_sub(entry.checked.load(Ordering::Acquire));
        (u128::from(age) <= FRESH.as_millis()).then(|| Arc::clone(&entry.catalogue))
    }

    /// What is known without asking the database.
    fn remembered(&self, key: &Key) -> Option<Found> {
        match self.fresh(key) {
            Some(fresh) => Some(Ok(Some(fresh))),
            None => self.unknown.contains_key(key).then_some(Ok(None)),
        }
    }

    fn load_lock(&self, key: &Key) -> Arc<LoadLock> {
        self.loading.get_with_by_ref(key, Arc::default)
    }

    /// Compares or loads one catalogue; of many that ask at once, one does the work, and when it
    /// was in vain the others do not each find that out for themselves.
    async fn refresh(&self, key: Key, mut last: MutexGuard<'_, Option<Failed>>) -> Found {
        if let Some(found) = self.remembered(&key) {
            return found;
        }
        if let Some(failed) = last.as_ref().filter(|failed| self.is_recent(failed)) {
            return Err(Arc::clone(&failed.error));
        }
        let found = self.compare_or_load(key).await.map_err(Arc::new);
        *last = found.as_ref().err().map(|error| Failed {
            at: self.world.now(),
            error: Arc::clone(error),
        });
        found
    }

    /// A clock that was set back makes nothing recent.
    fn is_recent(&self, failed: &Failed) -> bool {
        let age = (self.world.now() - failed.at).to_std();
        age.is_ok_and(|age| age < FAILED)
    }

    async fn compare_or_load(&self, key: Key) -> Result<Option<Arc<Catalogue>>, StoreError> {
        let began = self.now();
        let before = self.known.get(&key);
        if let Some(entry) = before.as_ref().filter(|entry| !entry.is_old()) {
            let epochs = self.epochs(&[entry.tenant()]).await?;
            if entry.is_of(&epochs) {
                entry.checked.fetch_max(began, Ordering::AcqRel);
                return Ok(Some(Arc::clone(&entry.catalogue)));
            }
        }
        let before = before.as_ref().map(|entry| entry.catalogue.as_ref());
        let Some(catalogue) = self.load(&key, before).await? else {
            self.known.invalidate(&key);
            self.unknown.insert(key, ());
            return Ok(None);
        };
        let entry = Entry {
            catalogue: Arc::new(catalogue),
            checked: AtomicU64::new(began),
            is_old: AtomicBool::new(false),
        };
        let catalogue = Arc::clone(&entry.catalogue);
        self.known.insert(key, Arc::new(entry));
        Ok(Some(catalogue))
    }

    async fn load(
        &self,
        (tenant, endpoint): &Key,
        before: Option<&Catalogue>,
    ) -> Result<Option<Catalogue>, StoreError> {
        let tx = self
            .store
            .begin_system(SystemReason::ResolveCredential)
            .await?;
        let found = tx.endpoint_by_slugs(tenant, endpoint).await?;
        tx.commit().await?;
        let Some(endpoint) = found else {
            return Ok(None);
        };
        let loaded = self.store.load_catalogue(&endpoint).await?;
        let from = (&self.store, &endpoint);
        let definitions = self.definitions.of(from, &loaded.tools).await?;
        let destinations = self.destinations.of(from, &loaded.tools).await?;
        let tools = loaded
            .tools
            .into_iter()
            .filter_map(|tool| {
                Some(CatalogueTool {
                    definition: Arc::clone(definitions.get(&tool.version)?),
                    tool: tool.tool,
                    version: tool.version,
                    name: tool.name,
                    enablement: tool.enablement,
                    handling: tool.handling,
                    destination: (tool.connection)
                        .and_then(|(_, imported)| destinations.get(&imported.source).cloned()),
                })
            })
            .collect();
        let lists = Lists::new(&self.writers);
        let catalogue = Catalogue::new(endpoint, (loaded.epoch, loaded.stopped), tools, lists);
        Ok(Some(catalogue.after(before)))
    }

    /// Compares everything in memory with the database, in one query.
    async fn compare(&self) -> Result<(), StoreError> {
        let began = self.now();
        let mut tenants: Vec<TenantId> =
            self.known.iter().map(|(_, entry)| entry.tenant()).collect();
        tenants.sort_unstable();
        tenants.dedup();
        if tenants.is_empty() {
            return Ok(());
        }
        let epochs = self.epochs(&tenants).await?;
        self.forget(|entry| {
            // An entry that was loaded after the list was made is compared next time.
            let listed = tenants.binary_search(&entry.tenant()).is_ok();
            let same = entry.is_of(&epochs);
            if same {
                entry.checked.fetch_max(began, Ordering::AcqRel);
            }
            listed && !same
        });
        Ok(())
    }

    async fn epochs(&self, tenants: &[TenantId]) -> Result<HashMap<TenantId, i64>, StoreError> {
        let tx = self.store.begin_system(SystemReason::WatchEpochs).await?;
        let epochs = tx.epochs(tenants).await?;
        tx.commit().await?;
        Ok(epochs.into_iter().collect())
    }

    /// Marks what is not used any more.
    fn forget(&self, is_old: impl Fn(&Entry) -> bool) {
        for (_, entry) in &self.known {
            if is_old(&entry) {
                entry.is_old.store(true, Ordering::Release);
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Entry {
    fn tenant(&self) -> TenantId {
        self.catalogue.endpoint().tenant()
    }

    fn is_old(&self) -> bool {
        self.is_old.load(Ordering::Acquire)
    }

    fn is_of(&self, epochs: &HashMap<TenantId, i64>) -> bool {
        epochs.get(&self.tenant()) == Some(&self.catalogue.epoch())
    }
}
