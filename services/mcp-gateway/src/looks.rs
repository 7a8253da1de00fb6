//! How many streams ask the database at once: one change makes all of a tenant's look, and calls need
//! it, too.
//!
//! A turn is for a question to the database and nothing else. Who waits for one gets it: a tenant's
//! streams wait for each other, and of different tenants, each of which has only a few in the second
//! queue, whoever came first is first.

use std::{sync::Arc, time::Duration};

use countersign_domain::id::TenantId;
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Most tenants that are remembered; there are not as many streams.
const TENANTS: u64 = 10_000;

/// Whose turn it is to ask. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Looks {
    tenants: Cache<TenantId, Arc<Semaphore>>,
    /// How many each of them begins with.
    per_tenant: usize,
    all: Arc<Semaphore>,
}

/// One stream's turn, for as long as it is kept.
pub(crate) struct Turn {
    _of_tenant: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
}

impl Looks {
    /// Divides so many connections: half of them for all streams, half of these for one tenant's.
    pub(crate) fn new(connections: u32) -> Self {
        let half = |of: usize| (of / 2).max(1);
        let all = half(usize::try_from(connections).unwrap_or(1));
        Self {
            tenants: Cache::builder()
                .max_capacity(TENANTS)
                .time_to_idle(Duration::from_mins(1))
                .build(),
            per_tenant: half(all),
            all: Arc::new(Semaphore::new(all)),
        }
    }

    /// Waits for a turn. Nobody closes the queues, so that there always is one.
    pub(crate) async fn turn(&self, tenant: TenantId) -> Turn {
        let of_tenant = || Arc::new(Semaphore::new(self.per_tenant));
        let of_tenant = self.tenants.get_with(tenant, of_tenant);
        Turn {
            _of_tenant: of_tenant.acquire_owned().await.ok(),
            _of_all: Arc::clone(&self.all).acquire_owned().await.ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_tenant_whose_streams_all_look_leaves_the_others_their_turn() {
        let world = countersign_testkit::world();
        let (looks, tenants) = (Looks::new(8), [(); 3].map(|()| world.id()));
        let turn = |tenant| looks.turn(tenant).now_or_never();
        let mut taken: Vec<_> = (0..10).filter_map(|_| turn(tenants[0])).collect();
        assert_eq!(taken.len(), 2);
        taken.extend((0..10).filter_map(|_| turn(tenants[1])));
        assert_eq!(taken.len(), 4);

        let mut own = pin!(looks.turn(tenants[0]));
        assert!(own.as_mut().now_or_never().is_none(), "it queues");
        let mut third = pin!(looks.turn(tenants[2]));
        assert!(third.as_mut().now_or_never().is_none(), "it queues");
        drop(taken.remove(0));
        assert!(own.as_mut().now_or_never().is_none(), "who came first");
        assert!(third.now_or_never().is_some(), "it is next");
        assert!(own.now_or_never().is_some(), "and then the first one's");
        println!("N = 2 looks of a tenant, 4 of a process with 8 connections");
    }
}
