//! How many searches of audit logs run at once in this process.
//!
//! A search may read a whole log. A quarter of the connections for requests is all that searches
//! ever hold, and one of them all that a tenant does, so that the other pages are left theirs.
//! Where all are held, whoever comes waits, first come first served, among those of the tenant and
//! then among all: a tenant that searches all the time stands behind the others before it has the
//! next.

use std::{sync::Arc, time::Duration};

use countersign_domain::id::TenantId;
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Searches of one tenant, those that wait for other tenants among them.
const OF_A_TENANT: usize = 1;
/// How long a search waits for others to end, each of which is cut short after as long.
const WAIT: Duration = Duration::from_secs(3);

/// Counts the searches that run. Clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Searches {
    all: Arc<Semaphore>,
    of_tenants: Cache<TenantId, Arc<Semaphore>>,
}

/// A search that runs; over when it is dropped.
pub(crate) type Place = [OwnedSemaphorePermit; 2];

impl Searches {
    pub(crate) fn new(connections: u32) -> Self {
        let quarter = usize::try_from(connections / 4).unwrap_or(1);
        Self {
            all: Arc::new(Semaphore::new(quarter.max(1))),
            of_tenants: Cache::builder()
                .max_capacity(50_000)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_idle(Duration::from_mins(10))
                .build(),
        }
    }

    /// Begins a search, unless others of the tenant or of all go on for too long.
    pub(crate) async fn begin(&self, tenant: TenantId) -> Option<Place> {
        let places = || Arc::new(Semaphore::new(OF_A_TENANT));
        let of_tenant = self.of_tenants.get_with(tenant, places);
        let both = async {
            let of_tenant = of_tenant.acquire_owned().await.ok()?;
            Some([of_tenant, Arc::clone(&self.all).acquire_owned().await.ok()?])
        };
        timeout(WAIT, both).await.ok()?
    }
}
