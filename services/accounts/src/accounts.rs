//! What every use case hangs on.

use std::sync::Arc;

use countersign_domain::World;
use countersign_store::{Store, sessions::Lifetimes};

use crate::{limits::Limits, password::Passwords};

/// How long a session lives: 12 hours without a request, 7 days in all.
pub(crate) const SESSION: Lifetimes = Lifetimes {
    idle_seconds: 12 * 60 * 60,
    absolute_seconds: 7 * 24 * 60 * 60,
};

/// The accounts service. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) passwords: Passwords,
    pub(crate) limits: Arc<Limits>,
}

impl Accounts {
    /// Makes the service. Hashes once, for the time a wrong guess at an unknown address takes.
    #[must_use]
    pub fn new(store: Store, world: World) -> Self {
        let passwords = Passwords::new(&world);
        Self {
            store,
            world,
            passwords,
            limits: Arc::new(Limits::new()),
        }
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts")
    }
}
