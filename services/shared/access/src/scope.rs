//! Proof of authentication and of permission.

use std::{
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

use countersign_domain::{
    Fault, Kind,
    id::{ClientId, EndpointId, GrantId, JobId, MemberId, PersonId, TenantId},
    record::Who,
    risk::RiskClass,
    role::Role,
};

use crate::{
    action::{Action, ActionName, CallTool, RunJob},
    matrix::allows,
};

/// Proof that the caller was authenticated for one tenant.
///
/// Holding a [`TenantId`] proves nothing; holding a `TenantScope` proves the check was done. Each
/// begins in [`TenantScope::authenticated`], which the store alone calls: a structural test looks.
/// Nobody can put one together:
///
/// ```compile_fail,E0451
/// let forged =
///     countersign_access::TenantScope { tenant: panic!(), actor: panic!(), denied: panic!() };
/// ```
#[derive(Clone, Debug)]
pub struct TenantScope {
    tenant: TenantId,
    actor: Actor,
    /// What the table said no to first. Clones share it.
    denied: Arc<OnceLock<ActionName>>,
}

/// Who was authenticated.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A signed-in person who is a member of the tenant.
    Member {
        /// The membership.
        member: MemberId,
        /// The person.
        person: PersonId,
        /// What to show for them.
        label: String,
        /// What they may do.
        role: Role,
    },
    /// An agent with a token.
    Agent {
        /// The OAuth client.
        client: ClientId,
        /// The client's own name for itself.
        label: String,
        /// What was consented.
        grant: GrantId,
        /// The one endpoint the token is for.
        endpoint: EndpointId,
        /// The member it acts for.
        member: MemberId,
        /// The person it acts for.
        person: PersonId,
        /// What to show for that person.
        person_label: String,
        /// The classes of tools the token covers.
        scopes: Vec<RiskClass>,
    },
    /// A background job, claimed from its row.
    Job {
        /// The job.
        job: JobId,
    },
}

/// What the store found out about a credential. Only the store makes these, from rows it read
/// through a [`SystemReason`]; only [`TenantScope::authenticated`] turns one into authority.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The tenant the credential is good for.
    pub tenant: TenantId,
    /// Who it stands for.
    pub actor: Actor,
}

/// The caller may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("your role does not allow this")]
pub struct Denied {
    /// What was asked for.
    pub action: ActionName,
}

impl Fault for Denied {
    fn kind(&self) -> Kind {
        Kind::Forbidden
    }
    fn code(&self) -> &'static str {
        "forbidden"
    }
}

/// Proof that the caller may do one kind of thing in one tenant. Taken by value: one permit, one
/// change.
///
/// ```compile_fail,E0451
/// use countersign_access::{EnableTool, Permit};
/// let forged = Permit::<EnableTool> { tenant: panic!(), marker: std::marker::PhantomData };
/// ```
#[must_use]
#[derive(Debug)]
pub struct Permit<A: Action> {
    tenant: TenantId,
    marker: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// Uses the permit up and says which tenant it was good for.
    #[must_use]
    pub const fn spend(self) -> TenantId {
        self.tenant
    }
}

impl TenantScope {
    /// Turns what the store read about a presented credential into authority.
    ///
    /// Callers: the store's resolvers (session, token, claimed job). A test counts them.
    #[must_use]
    pub fn authenticated(found: Membership) -> Self {
        Self {
            tenant: found.tenant,
            actor: found.actor,
            denied: Arc::default(),
        }
    }

    /// The same authority for one request, of which nothing has been denied yet.
    #[must_use]
    pub fn for_one_request(self) -> Self {
        let denied = Arc::default();
        Self { denied, ..self }
    }

    /// What was asked for first and denied, whoever asked with this authority or a clone of it.
    #[must_use]
    pub fn denied(&self) -> Option<ActionName> {
        self.denied.get().copied()
    }

    /// The tenant.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who was authenticated.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The person behind this: the member, or the one an agent acts for.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match &self.actor {
            Actor::Member { person, .. } | Actor::Agent { person, .. } => Some(*person),
            Actor::Job { .. } => None,
        }
    }

    /// The membership behind this.
    #[must_use]
    pub const fn member(&self) -> Option<MemberId> {
        match &self.actor {
            Actor::Member { member, .. } | Actor::Agent { member, .. } => Some(*member),
            Actor::Job { .. } => None,
        }
    }

    /// The role, when a person is here in person.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        match &self.actor {
            Actor::Member { role, .. } => Some(*role),
            Actor::Agent { .. } | Actor::Job { .. } => None,
        }
    }

    /// Who the record names for what is done here.
    #[must_use]
    pub fn who(&self) -> Who {
        match &self.actor {
            Actor::Member {
                member,
                person,
                label,
                ..
            } => Who {
                person: Some(*person),
                member: Some(*member),
                person_label: label.clone(),
                ..Who::default()
            },
            Actor::Agent {
                client,
                label,
                member,
                person,
                person_label,
                ..
            } => Who {
                person: Some(*person),
                member: Some(*member),
                person_label: person_label.clone(),
                client: Some(*client),
                client_label: label.clone(),
            },
            Actor::Job { .. } => Who::default(),
        }
    }

    /// Asks for the permission to change something. An agent may only call tools, a job only do its
    /// work; what a member may do is the table's to say.
    ///
    /// # Errors
    /// When the table says no.
    pub fn allow<A: Action>(&self, _action: A) -> Result<Permit<A>, Denied> {
        self.check(A::NAME)?;
        Ok(Permit {
            tenant: self.tenant,
            marker: PhantomData,
        })
    }

    /// Asks whether [`TenantScope::allow`] would permit it, to go on only then: for what changes
    /// nothing, or not yet.
    ///
    /// # Errors
    /// When the table says no; [`TenantScope::denied`] tells of it.
    pub fn check(&self, action: ActionName) -> Result<(), Denied> {
        if self.may(action) {
            return Ok(());
        }
        // Only the first is told of.
        let _told = self.denied.set(action);
        Err(Denied { action })
    }

    /// Says whether [`TenantScope::allow`] would permit it; for showing or hiding a button.
    #[must_use]
    pub fn may(&self, action: ActionName) -> bool {
        match &self.actor {
            Actor::Member { role, .. } => allows(*role, action),
            Actor::Agent { .. } => action == CallTool::NAME,
            Actor::Job { .. } => action == RunJob::NAME,
        }
    }
}

/// Why the store looks across tenants. Each reason has its own row-level policies: a transaction
/// opened for one cannot see what another may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemReason {
    /// Find the tenant of a session, token, code, invitation or slug.
    ResolveCredential,
    /// Create a tenant with its first member.
    SignUp,
    /// Claim, renew and finish jobs; relay the outbox.
    RunJobs,
    /// Add rows to audit logs.
    AppendRecords,
    /// Learn which tenants' catalogues have changed.
    WatchEpochs,
}

impl SystemReason {
    /// The value the policies compare with.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResolveCredential => "resolve_credential",
            Self::SignUp => "sign_up",
            Self::RunJobs => "run_jobs",
            Self::AppendRecords => "append_records",
            Self::WatchEpochs => "watch_epochs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{DecideHold, EnableHighRiskTool};
    use uuid::Uuid;

    fn agent() -> TenantScope {
        let id = Uuid::from_u128;
        TenantScope::authenticated(Membership {
            tenant: id(1).into(),
            actor: Actor::Agent {
                client: id(2).into(),
                label: "agent".to_owned(),
                grant: id(3).into(),
                endpoint: id(4).into(),
                member: id(5).into(),
                person: id(6).into(),
                person_label: "ada@example.com".to_owned(),
                scopes: RiskClass::ALL.to_vec(),
            },
        })
    }

    #[test]
    fn an_agent_may_call_tools_and_nothing_else() {
        let agent = agent();
        let allowed: Vec<_> = ActionName::ALL
            .iter()
            .filter(|name| agent.may(**name))
            .collect();
        assert_eq!(allowed, [&ActionName::CallTool]);
        assert!(agent.allow(DecideHold).is_err());
        assert!(agent.allow(EnableHighRiskTool).is_err());
    }
}
