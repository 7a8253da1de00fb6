//! Where a call that needs a countersignature stands: made, waiting, approved or ended.

use countersign_access::{Action, Actor, CallTool, Denied, TenantScope};
use countersign_domain::{
    Timestamp,
    decision::{Decision, Rule, Verdict},
    event::Event,
    hold::{ApprovalFacts, CallIdentity, HoldState, Judgement, ShownRequest},
    id::{
        CallId, ClientId, EnablementId, EndpointId, EnvironmentId, GrantId, MemberId, PersonId,
        ToolId, ToolVersionId,
    },
    record::{Act, Record, redact},
    risk::RiskClass,
};
use countersign_store::TenantTx;
use serde_json::{Map, Value};

use crate::{ApprovalError, Approvals, HeldCall, Hold, LIFETIME, Obstacle, Opened};

/// How many calls of one agent may wait at once. Reviewers read; they do not keep up with machines.
const OF_ONE_AGENT: i64 = 20;
/// How many calls of all agents of one person may: nobody fills the page that reviewers look at.
const OF_ONE_PERSON: i64 = 40;

/// What an agent wants to do, as it would be sent now.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// This attempt, for the record.
    pub call: CallId,
    /// Where.
    pub environment: EnvironmentId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The tool.
    pub tool: ToolId,
    /// Its exact definition.
    pub version: ToolVersionId,
    /// Its name.
    pub tool_name: &'a str,
    /// Its class.
    pub class: RiskClass,
    /// It is held because it is high-risk, not by choice.
    pub high_risk: bool,
    /// The decision under which it is on.
    pub policy: EnablementId,
    /// Which credential the connection has, as `id/version`.
    pub credential: Option<&'a str>,
    /// The arguments as parsed.
    pub arguments: &'a Map<String, Value>,
    /// The connection's address.
    pub base_url: &'a str,
    /// The request, without the credential.
    pub request: &'a ShownRequest,
    /// The rule that holds it.
    pub rule: Rule,
    /// Why it is held, in words.
    pub why: &'a str,
}

/// Where a call stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It waits for a human; made just now or before.
    Waiting(Box<Hold>, Opened),
    /// So many calls of this agent or person wait already that one more would only bury them.
    TooMany,
    /// A human said yes; it may be consumed.
    Approved(Box<Hold>),
    /// It came to an end, and the agent is being told now.
    Ended(Box<Hold>, Ending),
}

/// How a hold ended without running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A reviewer said no.
    Rejected(Judgement),
    /// Time ran out.
    Expired,
    /// Something it was bound to has changed.
    Stale,
    /// The one call it was for has been sent already.
    AlreadyUsed,
}

impl From<Obstacle> for Ending {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Expired => Self::Expired,
            Obstacle::Stale => Self::Stale,
        }
    }
}

/// The agent and the person behind it.
struct Requester {
    person: PersonId,
    person_label: String,
    member: MemberId,
    grant: GrantId,
    client: ClientId,
    client_label: String,
}

impl Approvals {
    /// Finds where this very call stands, or holds it now. An agent that asks again about the
    /// same call finds the same hold.
    ///
    /// # Errors
    /// When the caller is not an agent or the database does not answer; then nothing is held.
    pub async fn stand(
        &self,
        scope: &TenantScope,
        proposal: &Proposal<'_>,
    ) -> Result<Standing, ApprovalError> {
        let requester = Requester::of(scope)?;
        let identity = CallIdentity {
            tool: proposal.tool,
            environment: proposal.environment,
            grant: requester.grant,
            arguments: proposal.arguments,
        };
        let key = identity.key()?;
        let tx = self.store.begin(scope).await?;
        if let Some(hold) = tx.open_hold_of(key).await? {
            return self.look_again(scope, tx, hold, proposal).await;
        }

        let (of_agent, of_person) = tx.waiting_of(requester.grant, requester.person).await?;
        if of_agent >= OF_ONE_AGENT || of_person >= OF_ONE_PERSON {
            return Ok(Standing::TooMany);
        }
        let nonce = format!("{:032x}", u128::from_be_bytes(self.world.bytes()));
        let expires_at = whole_seconds(self.world.now() + LIFETIME);
        let facts = proposal.facts(scope, &requester, &nonce, expires_at);
        let held = HeldCall {
            call_key: key,
            digest: facts.digest()?,
            nonce: nonce.clone(),
            environment: proposal.environment,
            endpoint: proposal.endpoint,
            tool: proposal.tool,
            version: proposal.version,
            tool_name: proposal.tool_name.to_owned(),
            class: proposal.class,
            high_risk: proposal.high_risk,
            policy: proposal.policy,
            credential: proposal.credential.map(str::to_owned),
            arguments: proposal.arguments.clone(),
            method: proposal.request.method.clone(),
            base_url: proposal.base_url.to_owned(),
            url: proposal.request.url.clone(),
            request: proposal.request.clone(),
            why: proposal.why.to_owned(),
            requester: requester.person,
            requester_label: requester.person_label,
            member: requester.member,
            grant: requester.grant,
            client: requester.client,
            client_label: requester.client_label,
            expires_at,
        };
        let (made, opened) = tx
            .open_hold(scope.allow(CallTool)?, self.world.id(), &held)
            .await?;
        if opened == Opened::New {
            tx.append_record(&self.held_record(scope, &made, proposal))
                .await?;
            tx.publish(&Event::HoldOpened { hold: made.id }).await?;
        }
        tx.commit().await?;
        Ok(Standing::Waiting(Box::new(made), opened))
    }

    /// Looks at an open hold with the eyes of now.
    async fn look_again(
        &self,
        scope: &TenantScope,
        tx: TenantTx,
        hold: Hold,
        proposal: &Proposal<'_>,
    ) -> Result<Standing, ApprovalError> {
        let ending = match &hold.state {
            HoldState::Pending | HoldState::Countersigned(_) => {
                let obstacle = match tx.why_not(hold.id).await? {
                    None if !is_same(scope, &hold, proposal)? => Some(Obstacle::Stale),
                    known => known,
                };
                let Some(obstacle) = obstacle else {
                    return Ok(if hold.state == HoldState::Pending {
                        Standing::Waiting(Box::new(hold), Opened::Already)
                    } else {
                        Standing::Approved(Box::new(hold))
                    });
                };
                self.end(scope, &tx, &hold, obstacle).await?;
                obstacle.into()
            }
            HoldState::Rejected(judgement) => {
                tx.close_hold(scope.allow(CallTool)?, hold.id).await?;
                Ending::Rejected(judgement.clone())
            }
            HoldState::Expired => {
                tx.close_hold(scope.allow(CallTool)?, hold.id).await?;
                Ending::Expired
            }
            HoldState::Stale => {
                tx.close_hold(scope.allow(CallTool)?, hold.id).await?;
                Ending::Stale
            }
            HoldState::Consumed(_) => Ending::AlreadyUsed,
        };
        tx.commit().await?;
        Ok(Standing::Ended(Box::new(hold), ending))
    }

    /// Closes a hold that can no longer run, on the record if nobody was first.
    pub(crate) async fn end(
        &self,
        scope: &TenantScope,
        tx: &TenantTx,
        hold: &Hold,
        obstacle: Obstacle,
    ) -> Result<(), ApprovalError> {
        let ended = tx
            .end_hold(scope.allow(CallTool)?, hold.id, obstacle)
            .await?;
        tx.close_hold(scope.allow(CallTool)?, hold.id).await?;
        if !ended {
            return Ok(());
        }
        let act = match obstacle {
            Obstacle::Expired => Act::HoldExpired,
            Obstacle::Stale => Act::HoldStale,
        };
        let record = Record::new(&self.world, scope.tenant(), act, scope.who())
            .of_hold(hold.id, hold.held.recorded_tool())
            .with("digest", hold.held.digest.to_string());
        tx.append_record(&record).await?;
        Ok(())
    }

    fn held_record(&self, scope: &TenantScope, hold: &Hold, proposal: &Proposal<'_>) -> Record {
        let mut record = Record::new(&self.world, scope.tenant(), Act::CallHeld, scope.who())
            .of_hold(hold.id, hold.held.recorded_tool())
            .with("digest", hold.held.digest.to_string())
            .with("expires_at", hold.held.expires_at.to_rfc3339());
        record.call = Some(proposal.call);
        record.arguments = Some(redact(proposal.arguments));
        record.verdict = Some(Verdict {
            decision: Decision::Hold,
            rule: proposal.rule,
        });
        let shown = hold.held.request.credential.as_ref();
        record.credential = shown.map(|sent| sent.label.clone());
        record
    }
}

impl<'a> Proposal<'a> {
    fn facts(
        &'a self,
        scope: &TenantScope,
        requester: &Requester,
        nonce: &'a str,
        expires_at: Timestamp,
    ) -> ApprovalFacts<'a> {
        ApprovalFacts {
            tenant: scope.tenant(),
            environment: self.environment,
            tool_version: self.version,
            arguments: self.arguments,
            requester: requester.person,
            agent: requester.client,
            grant: requester.grant,
            endpoint: self.endpoint,
            credential: self.credential,
            request: self.request.digest,
            policy: self.policy,
            nonce,
            expires_at: expires_at.timestamp(),
        }
    }
}

impl Requester {
    fn of(scope: &TenantScope) -> Result<Self, Denied> {
        match scope.actor() {
            Actor::Agent {
                client,
                label,
                grant,
                member,
                person,
                person_label,
                ..
            } => Ok(Self {
                person: *person,
                person_label: person_label.clone(),
                member: *member,
                grant: *grant,
                client: *client,
                client_label: label.clone(),
            }),
            Actor::Member { .. } | Actor::Job { .. } => Err(Denied {
                action: CallTool::NAME,
            }),
        }
    }
}

/// Says whether the call, as it would be sent now, has the digest that was held.
fn is_same(
    scope: &TenantScope,
    hold: &Hold,
    proposal: &Proposal<'_>,
) -> Result<bool, ApprovalError> {
    let requester = Requester::of(scope)?;
    let facts = proposal.facts(scope, &requester, &hold.held.nonce, hold.held.expires_at);
    Ok(facts.digest()? == hold.held.digest)
}

/// The digest carries whole seconds, so the row does too.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}
