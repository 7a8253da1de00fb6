//! How much one place may ask, and how long things last.

use std::num::NonZeroU32;

use countersign_domain::network::BUSY_HOUSEHOLDS;
use countersign_store::{oauth_authorizations::OpenAuthorizations, oauth_clients::UnusedClients};

/// How much one household may ask; its neighbourhood may ask [`BUSY_HOUSEHOLDS`] times as much.
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
    /// Authorization requests that wait for their humans.
    pub open_authorizations: OpenAuthorizations,
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
                most: 20_000,
                kept_hours: 24,
                never_asked_kept_minutes: 60,
            },
            open_authorizations: OpenAuthorizations {
                per_client: 50,
                most: 10_000,
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

    /// What a whole neighbourhood may ask.
    pub(crate) fn of_a_neighbourhood(self) -> Self {
        Self {
            burst: self.burst.saturating_mul(BUSY_HOUSEHOLDS),
            per_minute: self.per_minute.saturating_mul(BUSY_HOUSEHOLDS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_neighbourhood_takes_the_whole_room_of_those_who_wait() {
        let limits = Limits::default();
        let asked = |quota: AddressQuota, minutes: i32| {
            let AddressQuota { burst, per_minute } = quota.of_a_neighbourhood();
            i64::from(burst.get()) + i64::from(per_minute.get()) * i64::from(minutes)
        };
        let begun = asked(limits.authorize, limits.authorization_seconds / 60);
        let most = limits.open_authorizations.most;
        println!("{begun} authorizations of one neighbourhood, {most} may wait");
        assert!(begun < most);
        let unused = limits.unused_clients;
        let registered = asked(limits.register, unused.never_asked_kept_minutes);
        println!(
            "{registered} clients of one neighbourhood that never asked, {} may wait",
            unused.most
        );
        assert!(registered < unused.most);
    }
}
