//! How many streams an agent and a tenant may have open in this process: each takes a connection.
//!
//! Each of the first 62 tenants has eight seats of its own, whatever the others do. Beyond these a
//! tenant may have as many as are still free of the shared ones: alone half of them, and each greedy
//! one after it half of what is left, so that nine of them leave one or none. Who then wants more than
//! its own has to wait until somebody gives some back; and from the 63rd tenant on there is only what
//! is left.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use countersign_domain::id::{GrantId, TenantId};

/// Open streams of one agent; a client may run more than once.
const PER_AGENT: usize = 8;
/// Seats that are a tenant's own.
const PER_TENANT: usize = 8;
/// Open streams of all tenants: what stands in front has as many connections to the world, and one
/// more for each to us, and pages and calls need some, too.
const PER_PROCESS: usize = 1_000;
/// Those of them that are tenants' own.
const OWN: usize = PER_PROCESS / 2;
const SHARED: usize = PER_PROCESS - OWN;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Agent(GrantId),
    OwnOf(TenantId),
    SharedOf(TenantId),
    AllOwn,
    AllShared,
}

/// All seats of a process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Seats {
    taken: Arc<Mutex<HashMap<Counted, usize>>>,
}

/// A seat that was taken; free again when it is dropped.
pub(crate) struct Seat {
    of: [Counted; 3],
    seats: Seats,
}

impl Seats {
    /// Takes a seat, unless the agent or its tenant has as many as it may.
    pub(crate) fn take(&self, tenant: TenantId, grant: GrantId) -> Option<Seat> {
        let agent = Counted::Agent(grant);
        let (own, shared) = (Counted::OwnOf(tenant), Counted::SharedOf(tenant));
        let mut taken = self.taken();
        let count = |of| taken.get(&of).copied().unwrap_or(0);
        if count(agent) >= PER_AGENT {
            return None;
        }
        let free = SHARED.saturating_sub(count(Counted::AllShared));
        let of = if count(own) < PER_TENANT && count(Counted::AllOwn) < OWN {
            [agent, own, Counted::AllOwn]
        } else if count(shared) < free {
            [agent, shared, Counted::AllShared]
        } else {
            return None;
        };
        for counted in of {
            *taken.entry(counted).or_default() += 1;
        }
        drop(taken);
        let seats = self.clone();
        Some(Seat { of, seats })
    }

    /// Counts are whole even where somebody panicked while holding them.
    fn taken(&self) -> MutexGuard<'_, HashMap<Counted, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        for counted in self.of {
            let left = taken
                .get(&counted)
                .map_or(0, |count| count.saturating_sub(1));
            if left == 0 {
                taken.remove(&counted);
            } else {
                taken.insert(counted, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_has_no_more_streams_than_it_may_and_leaves_the_others_theirs() {
        let world = countersign_testkit::world();
        let (seats, tenant) = (Seats::default(), world.id::<TenantId>());
        let grant: GrantId = world.id();
        let mut own: Vec<_> = (0..PER_AGENT)
            .map(|_| seats.take(tenant, grant).unwrap())
            .collect();
        assert!(seats.take(tenant, grant).is_none());
        let others: Vec<_> = (PER_AGENT..PER_TENANT + SHARED / 2)
            .map(|_| seats.take(tenant, world.id()).unwrap())
            .collect();
        assert!(seats.take(tenant, world.id()).is_none(), "the tenant's");
        assert!(seats.take(world.id(), world.id()).is_some(), "another's");
        drop(own.pop());
        assert!(seats.take(tenant, grant).is_some(), "one is free again");
        drop((own, others));
        assert!(seats.taken().is_empty());
        println!("N = {PER_AGENT} streams of an agent");
    }

    #[test]
    fn tenants_that_take_all_they_can_get_leave_each_tenant_its_own() {
        let world = countersign_testkit::world();
        let (seats, greedy) = (Seats::default(), [(); 50].map(|()| world.id::<TenantId>()));
        let all_of = |tenant| -> Vec<_> {
            let take = |_| seats.take(tenant, world.id());
            (0..PER_PROCESS).map_while(take).collect()
        };
        let mut taken = greedy.map(all_of);
        let have = taken.each_ref().map(Vec::len);
        assert_eq!(have[..4], [258, 133, 71, 39]);
        assert_eq!(have[49], PER_TENANT);
        assert_eq!(all_of(world.id()).len(), PER_TENANT, "a newcomer's");

        // Who gives all back while others are greedy has its own again.
        taken[3].clear();
        let others = all_of(greedy[49]);
        assert!(all_of(greedy[3]).len() >= PER_TENANT);
        println!(
            "N = {PER_TENANT} streams of a tenant beside {} greedy ones, the last of which got {}",
            greedy.len(),
            others.len()
        );
    }

    #[test]
    fn all_tenants_together_have_no_more_streams_than_there_is_room_for() {
        let world = countersign_testkit::world();
        let seats = Seats::default();
        let all: Vec<_> = (0..PER_PROCESS)
            .map(|_| seats.take(world.id(), world.id()).unwrap())
            .collect();
        assert!(seats.take(world.id(), world.id()).is_none());
        drop(all);
        assert!(seats.taken().is_empty());
        println!("N = {PER_PROCESS} streams of a process");
    }
}
