//! Held calls: a dangerous call waits until a human countersigns exactly that call, once, before
//! it expires.
//!
//! What must always hold:
//! - an approval is a digest of everything it vouches for, not a row that a later row points at;
//! - nobody countersigns for themselves, and nobody decides twice;
//! - whatever stood at the time of the yes is looked at again when the call runs, by the
//!   database's clock, in the one UPDATE that consumes the yes.
//!
//! The agent's side is [`Approvals::stand`] and [`Approvals::consume`]; the reviewer's is
//! [`Approvals::inbox`] and [`Approvals::decide`]. How a hold is shown to an agent is the
//! gateway's business.

mod consume;
mod decide;
mod error;
mod expire;
mod inbox;
mod stand;

use chrono::TimeDelta;
use countersign_domain::World;
use countersign_store::Store;

pub use consume::{Consume, Consumption};
pub use countersign_store::holds::{
    HeldCall, Hold, HoldBrief, HoldList, HoldOutcome, HoldsWanted, Obstacle, Opened,
};
pub use decide::Decide;
pub use error::{ApprovalError, DecideError};
pub use stand::{Ending, Proposal, Standing};

/// How long a hold lives unless a policy says otherwise.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// The use cases of held calls.
#[derive(Clone, Debug)]
pub struct Approvals {
    store: Store,
    world: World,
}

impl Approvals {
    /// Puts the service together.
    #[must_use]
    pub const fn new(store: Store, world: World) -> Self {
        Self { store, world }
    }
}
