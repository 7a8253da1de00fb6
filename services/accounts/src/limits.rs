//! How often one address may try, and how often one account may be tried.
//!
//! Counted in this process; a deployment of several multiplies the numbers.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use countersign_domain::{digest::Digest, name::Email};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Forget addresses that have not been heard of, every so many tries.
const SWEEP_EVERY: u32 = 1024;

/// Too many tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; wait a minute and try again")]
pub struct Limited;

pub(crate) struct Limits {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<Digest>,
    tries: AtomicU32,
}

impl Limits {
    pub(crate) fn new() -> Self {
        Self {
            addresses: RateLimiter::keyed(quota(Duration::from_secs(2), 30)),
            accounts: RateLimiter::keyed(quota(Duration::from_secs(30), 10)),
            tries: AtomicU32::new(0),
        }
    }

    /// Counts a try from an address.
    pub(crate) fn count_address(&self, address: IpAddr) -> Result<(), Limited> {
        self.sweep();
        let network = network(address);
        self.addresses.check_key(&network).map_err(|_| Limited)
    }

    /// Counts a try at an account, whether there is one or not.
    pub(crate) fn count_account(&self, email: &Email) -> Result<(), Limited> {
        let key = Digest::of(email.as_str().as_bytes());
        self.accounts.check_key(&key).map_err(|_| Limited)
    }

    fn sweep(&self) {
        let tries = self.tries.fetch_add(1, Ordering::Relaxed);
        if tries.is_multiple_of(SWEEP_EVERY) {
            self.addresses.retain_recent();
            self.accounts.retain_recent();
        }
    }
}

/// One try more each `every`, and `burst` at once.
fn quota(every: Duration, burst: u32) -> Quota {
    let burst = NonZeroU32::new(burst).expect("the bursts above are not zero");
    let quota = Quota::with_period(every).expect("the periods above are not zero");
    quota.allow_burst(burst)
}

/// A household has a whole /64 of version 6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_slowed_down_and_its_neighbour_is_not() {
        let limits = Limits::new();
        let mut allowed = 0;
        for host in 0..100_u128 {
            let address = Ipv6Addr::from_bits((0x2001_0db8 << 96) | host);
            allowed += u32::from(limits.count_address(address.into()).is_ok());
        }
        assert!((30..=32).contains(&allowed), "{allowed}");
        let neighbour = IpAddr::from([192, 0, 2, 1]);
        assert_eq!(limits.count_address(neighbour), Ok(()));
    }

    #[test]
    fn an_account_is_tried_only_so_often_from_everywhere() {
        let limits = Limits::new();
        let email: Email = "ada@example.com".parse().unwrap();
        let allowed = (0..100).filter(|_| limits.count_account(&email).is_ok());
        assert_eq!(allowed.count(), 10);
    }
}
