//! How much one place may ask, and how long things last.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use countersign_store::oauth_clients::UnusedClients;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};

use crate::OAuthError;

/// How much one address may ask.
#[derive(Clone, Copy, Debug)]
pub struct AddressQuota {
    /// At once.
    pub burst: NonZeroU32,
    /// In the long run.
    pub per_minute: NonZeroU32,
}

/// The limits of the authorization server; [`Limits::default`] is the product's.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Registrations.
    pub register: AddressQuota,
    /// Authorization requests.
    pub authorize: AddressQuota,
    /// Token and revocation requests.
    pub token: AddressQuota,
    /// Clients that nobody has consented to.
    pub unused_clients: UnusedClients,
    /// How long an authorization request waits for its human.
    pub authorization_seconds: i32,
    /// How long a code is good for.
    pub code_seconds: i32,
    /// How long an access token is good for.
    pub access_seconds: i32,
    /// How long a refresh token is good for.
    pub refresh_seconds: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            register: AddressQuota::new(20, 4),
            authorize: AddressQuota::new(60, 60),
            token: AddressQuota::new(300, 300),
            unused_clients: UnusedClients {
                most: 5_000,
                kept_hours: 24,
            },
            authorization_seconds: 10 * 60,
            code_seconds: 60,
            access_seconds: 10 * 60,
            refresh_seconds: 30 * 24 * 60 * 60,
        }
    }
}

impl AddressQuota {
    /// Puts a burst and a rate together; nothing at all counts as one.
    #[must_use]
    pub fn new(burst: u32, per_minute: u32) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            burst: at_least_one(burst),
            per_minute: at_least_one(per_minute),
        }
    }
}

/// Counts what each address asks. Clones count together.
#[derive(Clone)]
pub(crate) struct PerAddress(Arc<DefaultKeyedRateLimiter<IpAddr>>);

/// Above this many addresses, those that have been quiet are forgotten first.
const ADDRESSES: usize = 50_000;

impl PerAddress {
    pub(crate) fn new(quota: AddressQuota) -> Self {
        let quota = Quota::per_minute(quota.per_minute).allow_burst(quota.burst);
        Self(Arc::new(DefaultKeyedRateLimiter::dashmap(quota)))
    }

    /// Counts one request.
    ///
    /// # Errors
    /// When it is one too many.
    pub(crate) fn count(&self, address: IpAddr) -> Result<(), OAuthError> {
        if self.0.len() > ADDRESSES {
            self.0.retain_recent();
        }
        self.0.check_key(&network(address)).map_err(|not_until| {
            let wait: Duration = not_until.wait_time_from(self.0.clock().now());
            OAuthError::Limited {
                retry_after_seconds: wait.as_secs().max(1),
            }
        })
    }
}

/// An IPv6 customer has a whole /64 to ask from, so it is counted as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !0 << 64)),
    }
}
