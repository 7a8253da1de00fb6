//! How many searches of audit logs run at once in this process.
//!
//! A search may read a whole log. A quarter of the connections for requests is all that searches
//! ever hold, so that whoever has a long log, and whoever has many tenants, leaves the other pages
//! theirs.

use std::{sync::Arc, time::Duration};

use countersign_domain::id::TenantId;
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Searches of one tenant.
const OF_A_TENANT: usize = 2;

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

    /// Begins a search, unless as many as may run do.
    pub(crate) fn begin(&self, tenant: TenantId) -> Option<Place> {
        let places = || Arc::new(Semaphore::new(OF_A_TENANT));
        let of_tenant = self.of_tenants.get_with(tenant, places);
        Some([
            of_tenant.try_acquire_owned().ok()?,
            Arc::clone(&self.all).try_acquire_owned().ok()?,
        ])
    }
}
