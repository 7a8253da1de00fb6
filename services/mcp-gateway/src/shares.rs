//! What a process has only so much of, streams and room for answers, and what an agent and a tenant
//! may have of it.
//!
//! Each of the first tenants has a part of its own, whatever the others do. Beyond that a tenant may
//! have as much as is still free of the shared part: alone half of it, and each greedy one after it
//! half of what is left, so that nine of them leave next to nothing. Who then wants more than its own
//! has to wait until somebody gives some back; and when all the own parts are taken there is only what
//! is left.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use countersign_domain::id::{GrantId, TenantId};

/// How much there is of something.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// One agent's at most.
    per_agent: usize,
    /// A tenant's own.
    per_tenant: usize,
    /// What all tenants have of their own at most.
    own: usize,
    /// What they share.
    shared: usize,
}

/// Open streams, each of which takes a connection: what stands in front has as many to the world, and
/// one more for each to us, and pages and calls need some, too. A client may run more than once. 62
/// tenants have their own.
pub(crate) const STREAMS: Limits = Limits {
    per_agent: 8,
    per_tenant: 8,
    own: 500,
    shared: 500,
};

/// KiB of requests that are being answered, of upstreams' answers while they are read, and of answers
/// that wait until they are taken; 256 tenants have their own, that of four calls. What is beside them,
/// the answers that are being made, is to stay below 64 MiB with them (T74).
pub(crate) const ROOM: Limits = Limits {
    per_agent: 16 << 10,
    per_tenant: 64,
    own: 16 << 10,
    shared: 32 << 10,
};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Agent(GrantId),
    OwnOf(TenantId),
    SharedOf(TenantId),
    AllOwn,
    AllShared,
}

/// All there is of something. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shares {
    limits: Limits,
    taken: Arc<Mutex<HashMap<Counted, usize>>>,
}

/// What was taken; free again when it is dropped.
pub(crate) struct Share {
    of: [Counted; 3],
    many: usize,
    shares: Shares,
}

impl Shares {
    pub(crate) fn new(limits: Limits) -> Self {
        let taken = Arc::default();
        Self { limits, taken }
    }

    /// Takes so many, unless the agent or its tenant would have more than it may.
    pub(crate) fn take(&self, (tenant, grant): (TenantId, GrantId), many: usize) -> Option<Share> {
        let limits = self.limits;
        let agent = Counted::Agent(grant);
        let (own, shared) = (Counted::OwnOf(tenant), Counted::SharedOf(tenant));
        let mut taken = self.taken();
        let count = |of| taken.get(&of).copied().unwrap_or(0);
        if count(agent) + many > limits.per_agent {
            return None;
        }
        let free = limits.shared.saturating_sub(count(Counted::AllShared));
        let own_is_free =
            count(own) + many <= limits.per_tenant && count(Counted::AllOwn) + many <= limits.own;
        let of = if own_is_free {
            [agent, own, Counted::AllOwn]
        } else if count(shared) + many <= free {
            [agent, shared, Counted::AllShared]
        } else {
            return None;
        };
        for counted in of {
            *taken.entry(counted).or_default() += many;
        }
        drop(taken);
        Some(Share {
            of,
            many,
            shares: self.clone(),
        })
    }

    /// Counts are whole even where somebody panicked while holding them.
    fn taken(&self) -> MutexGuard<'_, HashMap<Counted, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        for counted in self.of {
            let left = taken
                .get(&counted)
                .map_or(0, |count| count.saturating_sub(self.many));
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

    const PER_AGENT: usize = STREAMS.per_agent;
    const PER_TENANT: usize = STREAMS.per_tenant;
    const SHARED: usize = STREAMS.shared;
    const PER_PROCESS: usize = STREAMS.own + STREAMS.shared;

    #[test]
    fn an_agent_has_no_more_streams_than_it_may_and_leaves_the_others_theirs() {
        let world = countersign_testkit::world();
        let (seats, tenant) = (Shares::new(STREAMS), world.id::<TenantId>());
        let grant: GrantId = world.id();
        let mut own: Vec<_> = (0..PER_AGENT)
            .map(|_| seats.take((tenant, grant), 1).unwrap())
            .collect();
        assert!(seats.take((tenant, grant), 1).is_none());
        let others: Vec<_> = (PER_AGENT..PER_TENANT + SHARED / 2)
            .map(|_| seats.take((tenant, world.id()), 1).unwrap())
            .collect();
        assert!(
            seats.take((tenant, world.id()), 1).is_none(),
            "the tenant's"
        );
        assert!(
            seats.take((world.id(), world.id()), 1).is_some(),
            "another's"
        );
        drop(own.pop());
        assert!(
            seats.take((tenant, grant), 1).is_some(),
            "one is free again"
        );
        drop((own, others));
        assert!(seats.taken().is_empty());
        println!("N = {PER_AGENT} streams of an agent");
    }

    #[test]
    fn tenants_that_take_all_they_can_get_leave_each_tenant_its_own() {
        let world = countersign_testkit::world();
        let (seats, greedy) = (
            Shares::new(STREAMS),
            [(); 50].map(|()| world.id::<TenantId>()),
        );
        let all_of = |tenant| -> Vec<_> {
            let take = |_| seats.take((tenant, world.id()), 1);
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
    fn tenants_that_take_all_the_room_leave_each_of_many_tenants_that_of_a_few_calls() {
        const CALL: usize = 16;
        let world = countersign_testkit::world();
        let room = Shares::new(ROOM);
        let all_of = |tenant: TenantId| -> Vec<_> {
            let take = |_| room.take((tenant, world.id()), CALL);
            (0..10_000).map_while(take).collect()
        };
        let greedy = [(); 50].map(|()| all_of(world.id()));
        let newcomers = [(); 200].map(|()| all_of(world.id()));
        let least = newcomers.iter().map(Vec::len).min();
        assert_eq!(least, Some(4), "calls of a newcomer");
        println!(
            "N = {} tenants beside {} greedy ones, each with room for 4 calls",
            newcomers.len(),
            greedy.len()
        );
    }

    #[test]
    fn all_tenants_together_have_no_more_streams_than_there_is_room_for() {
        let world = countersign_testkit::world();
        let seats = Shares::new(STREAMS);
        let all: Vec<_> = (0..PER_PROCESS)
            .map(|_| seats.take((world.id(), world.id()), 1).unwrap())
            .collect();
        assert!(seats.take((world.id(), world.id()), 1).is_none());
        drop(all);
        assert!(seats.taken().is_empty());
        println!("N = {PER_PROCESS} streams of a process");
    }
}
