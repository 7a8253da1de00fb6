//! How many streams an agent and a tenant may have open in this process: each takes a connection.
//!
//! A tenant may have as many as are still free. So one alone takes half of all, a few that take what
//! they can leave as much as each has, and whoever comes later finds a seat.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use countersign_domain::id::{GrantId, TenantId};
use uuid::Uuid;

/// Open streams of one agent; a client may run more than once.
const PER_AGENT: usize = 8;
/// Open streams of all tenants: what stands in front has as many connections to the world, and one
/// more for each to us, and pages and calls need some, too.
const PER_PROCESS: usize = 1_000;
/// Whom all are counted under.
const ALL: Uuid = Uuid::nil();

/// All seats of a process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Seats {
    taken: Arc<Mutex<HashMap<Uuid, usize>>>,
}

/// A seat that was taken; free again when it is dropped.
pub(crate) struct Seat {
    of: [Uuid; 3],
    seats: Seats,
}

impl Seats {
    /// Takes a seat, unless the agent or its tenant has as many as it may.
    pub(crate) fn take(&self, tenant: TenantId, grant: GrantId) -> Option<Seat> {
        let of = [ALL, tenant.as_uuid(), grant.as_uuid()];
        let mut taken = self.taken();
        let count = |id| taken.get(&id).copied().unwrap_or(0);
        let free = PER_PROCESS.saturating_sub(count(of[0]));
        if count(of[1]) >= free || count(of[2]) >= PER_AGENT {
            return None;
        }
        for id in of {
            *taken.entry(id).or_default() += 1;
        }
        drop(taken);
        let seats = self.clone();
        Some(Seat { of, seats })
    }

    /// Counts are whole even where somebody panicked while holding them.
    fn taken(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        for id in self.of {
            let left = taken.get(&id).map_or(0, |count| count.saturating_sub(1));
            if left == 0 {
                taken.remove(&id);
            } else {
                taken.insert(id, left);
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
        let others: Vec<_> = (PER_AGENT..PER_PROCESS / 2)
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
    fn tenants_that_take_all_they_can_get_leave_newcomers_their_seats() {
        let world = countersign_testkit::world();
        let (seats, greedy) = (Seats::default(), [(); 3].map(|()| world.id::<TenantId>()));
        let take = |tenant| seats.take(tenant, world.id());
        let taken: Vec<_> = (0..PER_PROCESS)
            .flat_map(|_| greedy.map(take))
            .flatten()
            .collect();
        assert_eq!(taken.len(), PER_PROCESS / 4 * 3);
        let newcomer: TenantId = world.id();
        let late: Vec<_> = (0..PER_PROCESS).map_while(|_| take(newcomer)).collect();
        assert_eq!(late.len(), PER_PROCESS / 8);
        assert!(take(world.id()).is_some(), "and the next one");
        println!(
            "N = {} streams of 3 tenants, {} of a fourth",
            taken.len(),
            late.len()
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
