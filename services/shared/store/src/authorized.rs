//! Proof that a call may go upstream (README.md, laws 3 and 5).
//!
//! The function that sends takes an [`Authorized`], and there are three ways to one:
//!
//! - a READ that runs by decision, from a permit and [`Runs`]; its record commits before its
//!   answer leaves;
//! - any other call that runs by decision, from these and the [`Committed`] intent record;
//! - a call that a human countersigned, from [`TenantTx::commit_intent`], which consumes the
//!   approval and writes the intent in one transaction.
//!
//! ```compile_fail,E0451
//! let forged = countersign_store::Committed { act: panic!(), call: None };
//! ```
//!
//! A call that waits is none of the first two: where there is no [`Runs`], there is no way.
//!
//! ```compile_fail,E0308
//! use countersign_access::{CallTool, Permit};
//! use countersign_domain::decision::Ruling;
//! use countersign_store::{Authorized, CallFacts};
//!
//! fn read(permit: Permit<CallTool>, facts: CallFacts, waits: Ruling) {
//!     let _ = Authorized::read(permit, facts, waits);
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use countersign_access::{CallTool, Permit};
//! use countersign_domain::decision::Ruling;
//! use countersign_store::{Authorized, CallFacts, Committed};
//!
//! fn change(permit: Permit<CallTool>, facts: CallFacts, waits: Ruling, intent: Committed) {
//!     let _ = Authorized::intended(permit, facts, waits, intent);
//! }
//! ```

use countersign_access::{CallTool, Permit};
use countersign_domain::{
    Fault, Kind,
    decision::Runs,
    digest::Digest,
    id::{CallId, HoldId, TenantId, ToolVersionId},
    record::{Act, Record},
};

use crate::{StoreError, TenantTx};

/// Proof that one row of the audit log is durably written. Only the store makes these.
#[must_use]
#[derive(Debug)]
pub struct Committed {
    pub(crate) act: Act,
    pub(crate) call: Option<CallId>,
}

impl Committed {
    /// Says whether it is the intent of this call; a proof is spent by being looked at.
    fn proves_intent_of(self, call: CallId) -> bool {
        self.act == Act::CallIntended && self.call == Some(call)
    }

    pub(crate) const fn of(record: &Record) -> Self {
        Self {
            act: record.act,
            call: record.call,
        }
    }
}

/// What is known of a call when it is authorized.
#[derive(Clone, Copy, Debug)]
pub struct CallFacts {
    /// Which call.
    pub call: CallId,
    /// The exact definition of the tool.
    pub version: ToolVersionId,
    /// Digest of the arguments as parsed.
    pub arguments: Digest,
}

/// Proof that one call may be sent upstream, once: sending takes it by value.
///
/// ```compile_fail,E0451
/// let forged = countersign_store::Authorized { tenant: panic!(), facts: panic!(), hold: None };
/// ```
#[must_use]
#[derive(Debug)]
pub struct Authorized {
    tenant: TenantId,
    facts: CallFacts,
    hold: Option<HoldId>,
}

/// The proof that was offered is not the one this call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this call needs a countersignature or a record first")]
pub struct NotAuthorized;

impl Fault for NotAuthorized {
    fn kind(&self) -> Kind {
        Kind::Internal
    }
    fn code(&self) -> &'static str {
        "not_authorized"
    }
}

impl Authorized {
    /// Authorizes a READ.
    ///
    /// # Errors
    /// When another call was let run, or it is no READ.
    pub fn read(
        permit: Permit<CallTool>,
        facts: CallFacts,
        runs: Runs,
    ) -> Result<Self, NotAuthorized> {
        let tenant = permit.spend();
        if !runs.is_read_of(facts.version) {
            return Err(NotAuthorized);
        }
        Ok(Self {
            tenant,
            facts,
            hold: None,
        })
    }

    /// Authorizes a call that changes something, once its intent is on record.
    ///
    /// # Errors
    /// When another call was let run, or the record is not the intent of this very call.
    pub fn intended(
        permit: Permit<CallTool>,
        facts: CallFacts,
        runs: Runs,
        intent: Committed,
    ) -> Result<Self, NotAuthorized> {
        let tenant = permit.spend();
        if !runs.is_of(facts.version) || !intent.proves_intent_of(facts.call) {
            return Err(NotAuthorized);
        }
        Ok(Self {
            tenant,
            facts,
            hold: None,
        })
    }

    /// Whose call it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Which call it is, and with which arguments.
    #[must_use]
    pub const fn facts(&self) -> &CallFacts {
        &self.facts
    }

    /// The hold that was countersigned for it.
    #[must_use]
    pub const fn hold(&self) -> Option<HoldId> {
        self.hold
    }
}

/// A countersignature taken out of the database by one conditional UPDATE that has not been
/// committed yet. It is worth nothing until [`TenantTx::commit_intent`].
#[must_use]
#[derive(Debug)]
pub struct ConsumedApproval {
    pub(crate) hold: HoldId,
    pub(crate) version: ToolVersionId,
    pub(crate) arguments: Digest,
}

impl TenantTx {
    /// Commits a consumed approval together with the intent record of the call it is for.
    ///
    /// # Errors
    /// When the call is not the one that was approved, or the database does not confirm; either
    /// way nothing may be sent.
    pub async fn commit_intent(
        self,
        approval: ConsumedApproval,
        facts: CallFacts,
        intent: &Record,
    ) -> Result<Authorized, StoreError> {
        let same = approval.version == facts.version
            && approval.arguments == facts.arguments
            && intent.act == Act::CallIntended
            && intent.call == Some(facts.call)
            && intent.hold == Some(approval.hold);
        if !same {
            return Err(StoreError::Conflict {
                constraint: "not_what_was_approved".to_owned(),
            });
        }
        let tenant = self.tenant();
        self.append_record(intent).await?;
        self.commit().await?;
        Ok(Authorized {
            tenant,
            facts,
            hold: Some(approval.hold),
        })
    }
}
