//! Counting what each address asks, in a bounded room.
//!
//! Each request counts for its household first, so that what is refused there takes nothing from
//! the neighbours, and then for its neighbourhood, so that who has all the households of one asks
//! [`BUSY_HOUSEHOLDS`](countersign_domain::network::BUSY_HOUSEHOLDS) times as much as a home and
//! no more.
//!
//! Counted in this process; a deployment of several multiplies the numbers. Whoever has very many
//! neighbourhoods to ask from fills the room, and from then on shares one count with everybody who
//! is not in it: that is hard on newcomers, and costs neither memory nor time.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use countersign_domain::network::{household, neighbourhood};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    nanos::Nanos,
    state::{
        InMemoryState, NotKeyed, StateStore,
        keyed::{DashMapStateStore, ShrinkableKeyedStateStore},
    },
};

use crate::{AddressQuota, OAuthError};

/// Networks of one size that are counted each by itself, at most.
const NETWORKS: usize = 50_000;

/// Forget networks that have not been heard of, every so many requests.
const SWEEP_EVERY: u32 = 1024;

/// Counts what each address asks. Clones count together.
#[derive(Clone)]
pub(crate) struct PerAddress(Arc<Counts>);

struct Counts {
    households: Networks,
    neighbourhoods: Networks,
    requests: AtomicU32,
}

impl PerAddress {
    pub(crate) fn new(quota: AddressQuota) -> Self {
        Self(Arc::new(Counts {
            households: Networks::new(quota),
            neighbourhoods: Networks::new(quota.of_a_neighbourhood()),
            requests: AtomicU32::new(0),
        }))
    }

    /// Counts one request.
    ///
    /// # Errors
    /// When it is one too many.
    pub(crate) fn count(&self, address: IpAddr) -> Result<(), OAuthError> {
        self.sweep();
        let (household, neighbourhood) = (household(address), neighbourhood(address));
        let counts = &*self.0;
        // One that has just come has asked for nothing too much itself. Its neighbourhood is asked
        // first, so that it takes no room if it is refused there.
        if counts.households.room.has_space_for(&household) {
            counts.neighbourhoods.count(neighbourhood)?;
            return counts.households.count(household);
        }
        counts.households.count(household)?;
        counts.neighbourhoods.count(neighbourhood)
    }

    fn sweep(&self) {
        let requests = self.0.requests.fetch_add(1, Ordering::Relaxed);
        if requests.is_multiple_of(SWEEP_EVERY) {
            self.0.households.limiter.retain_recent();
            self.0.neighbourhoods.limiter.retain_recent();
        }
    }
}

/// Counts networks of one size.
struct Networks {
    limiter: RateLimiter<IpAddr, Room, DefaultClock>,
    room: Room,
}

impl Networks {
    fn new(quota: AddressQuota) -> Self {
        let quota = Quota::per_minute(quota.per_minute).allow_burst(quota.burst);
        let room = Room::default();
        Self {
            limiter: RateLimiter::new(quota, room.clone(), DefaultClock::default()),
            room,
        }
    }

    fn count(&self, network: IpAddr) -> Result<(), OAuthError> {
        self.limiter.check_key(&network).map_err(|not_until| {
            let wait: Duration = not_until.wait_time_from(self.limiter.clock().now());
            OAuthError::Limited {
                retry_after_seconds: wait.as_secs().max(1),
            }
        })
    }
}

/// The networks heard of lately, and one count for all that did not fit. Clones are the same room.
#[derive(Clone, Default)]
struct Room {
    known: Arc<DashMapStateStore<IpAddr>>,
    others: Arc<InMemoryState>,
}

impl Room {
    /// Says whether counting this network would put it in.
    fn has_space_for(&self, network: &IpAddr) -> bool {
        self.known.len() < NETWORKS && !self.known.contains_key(network)
    }
}

impl StateStore for Room {
    type Key = IpAddr;

    fn measure_and_replace<T, F, E>(&self, network: &IpAddr, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // Those who come in at the same moment may make it a few more.
        if self.known.len() >= NETWORKS && !self.known.contains_key(network) {
            let one = NotKeyed::NonKey;
            return self.others.measure_and_replace(&one, measure);
        }
        self.known.measure_and_replace(network, measure)
    }
}

impl ShrinkableKeyedStateStore<IpAddr> for Room {
    fn retain_recent(&self, drop_below: Nanos) {
        ShrinkableKeyedStateStore::retain_recent(&*self.known, drop_below);
    }

    fn len(&self) -> usize {
        self.known.len()
    }

    fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    /// The first address of one /48 after the other.
    fn nth(number: usize) -> IpAddr {
        first(number, 48)
    }

    /// The first address of one network of so many bits after the other.
    fn first(number: usize, bits: u32) -> IpAddr {
        let net = u128::try_from(number).unwrap() << (128 - bits);
        IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) | net))
    }

    #[test]
    fn networks_beyond_the_room_share_one_count_and_the_others_keep_theirs() {
        let counts = PerAddress::new(AddressQuota::new(3, 1));
        for number in 0..NETWORKS {
            counts.count(nth(number)).unwrap();
        }
        let strangers = NETWORKS..NETWORKS + 1_000;
        let allowed = strangers.filter(|number| counts.count(nth(*number)).is_ok());
        assert_eq!(allowed.count(), 3);
        for networks in [&counts.0.households, &counts.0.neighbourhoods] {
            assert_eq!(networks.room.len(), NETWORKS);
        }
        for number in [0, NETWORKS - 1] {
            counts.count(nth(number)).unwrap();
        }
        println!("{NETWORKS} networks counted by themselves, 1000 others together");
    }

    #[test]
    fn a_neighbourhood_is_slowed_down_too_but_not_by_what_one_household_may_not() {
        let counts = PerAddress::new(AddressQuota::new(3, 1));
        let many = std::iter::repeat_n(0, 1_000).chain(0..60_000);
        let allowed = many.filter(|number| counts.count(first(*number, 64)).is_ok());
        let allowed = allowed.count();
        assert!((24..=30).contains(&allowed), "{allowed}");
    }

    #[test]
    fn a_neighbourhood_that_is_refused_leaves_room_for_others() {
        let counts = PerAddress::new(AddressQuota::new(3, 1));
        for number in 0..0xffff {
            counts.count(first(number, 64)).ok();
        }
        let taken = counts.0.households.room.len();
        assert!((24..=30).contains(&taken), "{taken}");
        for number in 1..1_000 {
            counts.count(nth(number)).unwrap();
        }
    }

    #[test]
    fn networks_that_have_been_quiet_are_forgotten_within_so_many_requests() {
        // One request each millisecond: all are forgiven by the time the thousand are made.
        let counts = PerAddress::new(AddressQuota::new(1, 60_000));
        for number in 0..5_000 {
            counts.count(nth(number)).unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
        for _ in 0..SWEEP_EVERY {
            counts.count(nth(0)).ok();
        }
        for networks in [&counts.0.households, &counts.0.neighbourhoods] {
            let left = networks.room.len();
            assert!(left < 1_024, "{left}");
        }
    }
}
