//! Counting what each address asks, in a bounded room.
//!
//! Counted in this process; a deployment of several multiplies the numbers. Whoever has very many
//! networks to ask from fills the room, and from then on shares one count with everybody who is
//! not in it: that is hard on newcomers, and costs neither memory nor time.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use countersign_domain::network::household;
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

/// Networks that are counted each by itself, at most.
const NETWORKS: usize = 50_000;

/// Forget networks that have not been heard of, every so many requests.
const SWEEP_EVERY: u32 = 1024;

/// Counts what each address asks. Clones count together.
#[derive(Clone)]
pub(crate) struct PerAddress(Arc<Counts>);

struct Counts {
    networks: RateLimiter<IpAddr, Networks, DefaultClock>,
    requests: AtomicU32,
}

impl PerAddress {
    pub(crate) fn new(quota: AddressQuota) -> Self {
        let quota = Quota::per_minute(quota.per_minute).allow_burst(quota.burst);
        Self(Arc::new(Counts {
            networks: RateLimiter::new(quota, Networks::default(), DefaultClock::default()),
            requests: AtomicU32::new(0),
        }))
    }

    /// Counts one request.
    ///
    /// # Errors
    /// When it is one too many.
    pub(crate) fn count(&self, address: IpAddr) -> Result<(), OAuthError> {
        let Counts { networks, requests } = &*self.0;
        if requests
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(SWEEP_EVERY)
        {
            networks.retain_recent();
        }
        networks
            .check_key(&household(address))
            .map_err(|not_until| {
                let wait: Duration = not_until.wait_time_from(networks.clock().now());
                OAuthError::Limited {
                    retry_after_seconds: wait.as_secs().max(1),
                }
            })
    }
}

/// The networks heard of lately, and one count for all that did not fit.
#[derive(Default)]
struct Networks {
    known: DashMapStateStore<IpAddr>,
    others: InMemoryState,
}

impl StateStore for Networks {
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

impl ShrinkableKeyedStateStore<IpAddr> for Networks {
    fn retain_recent(&self, drop_below: Nanos) {
        ShrinkableKeyedStateStore::retain_recent(&self.known, drop_below);
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

    /// The first address of one /64 after the other.
    fn nth(number: usize) -> IpAddr {
        let net = u128::try_from(number).unwrap();
        IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) | (net << 64)))
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
        assert_eq!(counts.0.networks.len(), NETWORKS);
        for number in [0, NETWORKS - 1] {
            counts.count(nth(number)).unwrap();
        }
        println!("{NETWORKS} networks counted by themselves, 1000 others together");
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
        let left = counts.0.networks.len();
        assert!(left < 1_024, "{left}");
    }
}
