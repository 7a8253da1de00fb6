//! How often one address may try, and how often one account may be tried.
//!
//! A neighbourhood of many households tries [`BUSY_HOUSEHOLDS`] times as often as one of them: who
//! holds a whole /48 has no more turns than that at hashing passwords and at beginning tenants.
//!
//! An account is tried sparingly from each network, and far more often from all of them together:
//! who guesses somebody's password from one network does not keep them out on another. Only what
//! a network is still allowed counts against the account as a whole.
//!
//! So are refusals by role counted, each of which is a row of the audit log: nobody fills that.
//!
//! Counted in this process; a deployment of several multiplies the numbers.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use countersign_domain::{
    digest::Digest,
    id::MemberId,
    name::Email,
    network::{BUSY_HOUSEHOLDS, household, neighbourhood},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Forget addresses that have not been heard of, every so many tries.
const SWEEP_EVERY: u32 = 1024;

/// Too many tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; wait a minute and try again")]
pub struct Limited;

pub(crate) struct Limits {
    households: DefaultKeyedRateLimiter<IpAddr>,
    neighbourhoods: DefaultKeyedRateLimiter<IpAddr>,
    from_networks: DefaultKeyedRateLimiter<(Digest, IpAddr)>,
    accounts: DefaultKeyedRateLimiter<Digest>,
    denials: DefaultKeyedRateLimiter<MemberId>,
    tries: AtomicU32,
}

impl Limits {
    pub(crate) fn new() -> Self {
        let (every, burst) = (Duration::from_secs(2), 30);
        let many = BUSY_HOUSEHOLDS.get();
        Self {
            households: RateLimiter::keyed(quota(every, burst)),
            neighbourhoods: RateLimiter::keyed(quota(every / many, burst * many)),
            from_networks: RateLimiter::keyed(quota(Duration::from_secs(30), 10)),
            accounts: RateLimiter::keyed(quota(Duration::from_secs(5), 100)),
            denials: RateLimiter::keyed(quota(Duration::from_secs(10), 20)),
            tries: AtomicU32::new(0),
        }
    }

    /// Counts a try from an address: first in its household, so that what is refused there takes
    /// nothing from the neighbours.
    pub(crate) fn count_address(&self, address: IpAddr) -> Result<(), Limited> {
        self.sweep();
        let (household, neighbourhood) = (household(address), neighbourhood(address));
        self.households.check_key(&household).map_err(|_| Limited)?;
        let neighbours = self.neighbourhoods.check_key(&neighbourhood);
        neighbours.map_err(|_| Limited)
    }

    /// Counts a try at an account, whether there is one or not: first in its network, so that
    /// what is refused there takes nothing from the others.
    pub(crate) fn count_account(&self, email: &Email, address: IpAddr) -> Result<(), Limited> {
        let account = Digest::of(email.as_str().as_bytes());
        let from = (account, neighbourhood(address));
        self.from_networks.check_key(&from).map_err(|_| Limited)?;
        self.accounts.check_key(&account).map_err(|_| Limited)
    }

    /// Counts what a member was refused for their role.
    pub(crate) fn count_denial(&self, member: MemberId) -> Result<(), Limited> {
        self.sweep();
        self.denials.check_key(&member).map_err(|_| Limited)
    }

    fn sweep(&self) {
        let tries = self.tries.fetch_add(1, Ordering::Relaxed);
        if tries.is_multiple_of(SWEEP_EVERY) {
            self.households.retain_recent();
            self.neighbourhoods.retain_recent();
            self.from_networks.retain_recent();
            self.accounts.retain_recent();
            self.denials.retain_recent();
        }
    }
}

/// One try more each `every`, and `burst` at once.
fn quota(every: Duration, burst: u32) -> Quota {
    let burst = NonZeroU32::new(burst).expect("the bursts above are not zero");
    let quota = Quota::with_period(every).expect("the periods above are not zero");
    quota.allow_burst(burst)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

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
    fn a_neighbourhood_is_slowed_down_too_but_not_by_what_one_household_may_not() {
        let limits = Limits::new();
        let mut allowed = 0;
        let mut try_from = |net: u128| {
            let address = Ipv6Addr::from_bits((0x2001_0db8 << 96) | (net << 64));
            allowed += u32::from(limits.count_address(address.into()).is_ok());
        };
        for _ in 0..1_000 {
            try_from(0);
        }
        for net in 0..0xffff {
            try_from(net);
        }
        assert!((240..=260).contains(&allowed), "{allowed}");
        let elsewhere = Ipv6Addr::from_bits(0x2001_0db8_0001 << 80);
        assert_eq!(limits.count_address(elsewhere.into()), Ok(()));
    }

    #[test]
    fn one_network_tries_an_account_only_so_often_and_leaves_room_for_others() {
        let limits = Limits::new();
        let email: Email = "ada@example.com".parse().unwrap();
        let allowed = |at: &dyn Fn(u8) -> IpAddr| {
            let tries = (0..=255).filter(|n| limits.count_account(&email, at(*n)).is_ok());
            tries.count()
        };
        assert_eq!(allowed(&|host| [192, 0, 2, host].into()), 10);
        assert_eq!(allowed(&|host| [192, 0, 3, host].into()), 10);
        let host_at = |host| Ipv6Addr::from_bits((0x2001_0db8 << 96) | u128::from(host));
        assert_eq!(allowed(&|host| host_at(host).into()), 10);
        let nets =
            (0..1_000_u128).map(|net| Ipv6Addr::from_bits((0x2001_0db9 << 96) | (net << 64)));
        let one_site = nets.filter(|at| limits.count_account(&email, (*at).into()).is_ok());
        assert_eq!(one_site.count(), 10, "a /48 is one network");
        let mapped = |host| Ipv4Addr::new(192, 0, 2, host).to_ipv6_mapped();
        assert_eq!(allowed(&|host| mapped(host).into()), 0);
    }

    #[test]
    fn an_account_is_tried_only_so_often_from_everywhere() {
        let limits = Limits::new();
        let email: Email = "ada@example.com".parse().unwrap();
        let everywhere = (0..200_u8).flat_map(|net| [[198, 51, net, 1], [198, 51, net, 2]]);
        let allowed = everywhere.filter(|at| limits.count_account(&email, (*at).into()).is_ok());
        assert_eq!(allowed.count(), 100);
        let other: Email = "bob@example.com".parse().unwrap();
        let here = IpAddr::from([198, 51, 0, 1]);
        assert_eq!(limits.count_account(&other, here), Ok(()));
    }
}
