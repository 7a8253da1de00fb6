//! A call that waits for a human, and what the human's yes is bound to.

mod shown;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    clock::Timestamp,
    digest::{Digest, NotCanonical},
    fault::{Fault, Kind},
    id::{
        ClientId, EnablementId, EndpointId, EnvironmentId, GrantId, PersonId, TenantId, ToolId,
        ToolVersionId,
    },
};

pub use shown::{ShownCredential, ShownRequest};

/// Everything that a countersignature vouches for. Change any of it and the digest differs.
#[derive(Clone, Debug, Serialize)]
pub struct ApprovalFacts<'a> {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub environment: EnvironmentId,
    /// The exact definition of the tool.
    pub tool_version: ToolVersionId,
    /// The arguments as they were parsed.
    pub arguments: &'a Map<String, Value>,
    /// The person the agent acts for.
    pub requester: PersonId,
    /// The agent.
    pub agent: ClientId,
    /// What the person consented to.
    pub grant: GrantId,
    /// The endpoint it was called at.
    pub endpoint: EndpointId,
    /// Which credential would be used, as `id/version`, or nothing.
    pub credential: Option<&'a str>,
    /// Digest of the request that the reviewer is shown: method, final URL, headers, the body byte
    /// for byte and where the credential goes.
    pub request: Digest,
    /// The recorded decision under which the tool is on.
    pub policy: EnablementId,
    /// Hex; makes two equal calls different approvals.
    pub nonce: &'a str,
    /// Whole seconds since the epoch; after this nothing runs.
    pub expires_at: i64,
}

impl ApprovalFacts<'_> {
    /// SHA-256 over RFC 8785 canonical JSON of all the facts.
    pub fn digest(&self) -> Result<Digest, NotCanonical> {
        Digest::of_canonical(self)
    }
}

/// What makes two calls "the same call" for an agent that asks again.
#[derive(Clone, Debug, Serialize)]
pub struct CallIdentity<'a> {
    /// The tool, whatever its version.
    pub tool: ToolId,
    /// Where.
    pub environment: EnvironmentId,
    /// The agent's grant: one client, one person, one endpoint.
    pub grant: GrantId,
    /// The arguments as they were parsed.
    pub arguments: &'a Map<String, Value>,
}

impl CallIdentity<'_> {
    /// The key under which an open hold of this call is found.
    pub fn key(&self) -> Result<Digest, NotCanonical> {
        Digest::of_canonical(self)
    }
}

/// Where a hold is in its life. Only the first two can still run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// Nobody has decided.
    Pending,
    /// A reviewer said yes; the agent's next identical call runs.
    Countersigned(Judgement),
    /// A reviewer said no.
    Rejected(Judgement),
    /// Time ran out first.
    Expired,
    /// Something that the approval is bound to has changed.
    Stale,
    /// The one call it was for has been sent.
    Consumed(Judgement),
}

/// Who decided, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The reviewer.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The reviewer's words.
    pub reason: String,
}

impl HoldState {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Countersigned(_) => "countersigned",
            Self::Rejected(_) => "rejected",
            Self::Expired => "expired",
            Self::Stale => "stale",
            Self::Consumed(_) => "consumed",
        }
    }
}

/// A reviewer's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Run exactly this call, once.
    Countersign,
    /// Do not.
    Reject,
}

/// Why a decision about a hold was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedJudgement {
    /// Segregation of duties: a second person has to look.
    #[error("the person an agent acts for cannot countersign its calls")]
    SelfApproval,
    /// Somebody else was first, or time ran out.
    #[error("this call is already {0}")]
    AlreadyDecided(&'static str),
    /// Whoever asks for a call must not be able to make its reviewer afterwards.
    #[error("you became a reviewer after this call was held; somebody else has to look")]
    TooNew,
    /// The page showed something other than what is held.
    #[error("what you were shown is no longer what is held; look again")]
    NotWhatWasShown,
}

impl Fault for RefusedJudgement {
    fn kind(&self) -> Kind {
        match self {
            Self::SelfApproval | Self::TooNew => Kind::Forbidden,
            Self::AlreadyDecided(_) | Self::NotWhatWasShown => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SelfApproval => "self_approval",
            Self::TooNew => "reviewer_too_new",
            Self::AlreadyDecided(_) => "already_decided",
            Self::NotWhatWasShown => "not_what_was_shown",
        }
    }
}

/// What is known when somebody decides about a hold.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    /// The hold's present state.
    pub state: &'a HoldState,
    /// The person the agent acts for.
    pub requester: PersonId,
    /// The digest of what is held.
    pub held: Digest,
    /// The digest of what the reviewer was shown.
    pub shown: Digest,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl Review<'_> {
    /// Decides, or says why this person cannot, now. The single winner among several reviewers
    /// is then chosen by the database.
    ///
    /// # Errors
    /// Self-approval, a state that is not pending, a page that was out of date.
    pub fn judge(
        &self,
        answer: Answer,
        judgement: Judgement,
    ) -> Result<HoldState, RefusedJudgement> {
        if *self.state != HoldState::Pending {
            return Err(RefusedJudgement::AlreadyDecided(self.state.as_str()));
        }
        if judgement.at >= self.expires_at {
            return Err(RefusedJudgement::AlreadyDecided(
                HoldState::Expired.as_str(),
            ));
        }
        if self.held != self.shown {
            return Err(RefusedJudgement::NotWhatWasShown);
        }
        match answer {
            Answer::Countersign if judgement.by == self.requester => {
                Err(RefusedJudgement::SelfApproval)
            }
            Answer::Countersign => Ok(HoldState::Countersigned(judgement)),
            Answer::Reject => Ok(HoldState::Rejected(judgement)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, Utc};
    use serde_json::json;
    use uuid::Uuid;

    fn person(number: u128) -> PersonId {
        Uuid::from_u128(number).into()
    }

    fn now() -> Timestamp {
        chrono::TimeZone::timestamp_opt(&Utc, 1_790_000_000, 0).unwrap()
    }

    fn judge(
        answer: Answer,
        by: PersonId,
        after: TimeDelta,
    ) -> Result<HoldState, RefusedJudgement> {
        let digest = Digest::of(b"held");
        let review = Review {
            state: &HoldState::Pending,
            requester: person(1),
            held: digest,
            shown: digest,
            expires_at: now() + TimeDelta::minutes(15),
        };
        review.judge(
            answer,
            Judgement {
                by,
                at: now() + after,
                reason: "fine".to_owned(),
            },
        )
    }

    #[test]
    fn a_requester_may_reject_but_not_countersign() {
        let (own, soon) = (person(1), TimeDelta::zero());
        assert_eq!(
            judge(Answer::Countersign, own, soon),
            Err(RefusedJudgement::SelfApproval)
        );
        assert!(judge(Answer::Reject, own, soon).is_ok());
        assert!(judge(Answer::Countersign, person(2), soon).is_ok());
    }

    #[test]
    fn nobody_decides_after_the_expiry() {
        let late = judge(Answer::Countersign, person(2), TimeDelta::minutes(15));
        assert_eq!(late, Err(RefusedJudgement::AlreadyDecided("expired")));
    }

    #[test]
    fn every_fact_changes_the_digest() {
        let arguments = json!({"amount": 1}).as_object().unwrap().clone();
        let other_arguments = json!({"amount": 2}).as_object().unwrap().clone();
        let id = Uuid::from_u128;
        let base = ApprovalFacts {
            tenant: id(1).into(),
            environment: id(2).into(),
            tool_version: id(3).into(),
            arguments: &arguments,
            requester: id(4).into(),
            agent: id(5).into(),
            grant: id(7).into(),
            endpoint: id(8).into(),
            credential: Some("cred/1"),
            request: Digest::of(b"shown"),
            policy: id(6).into(),
            nonce: "00",
            expires_at: 1,
        };
        let variants = [
            ApprovalFacts {
                tenant: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                environment: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                tool_version: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                arguments: &other_arguments,
                ..base.clone()
            },
            ApprovalFacts {
                requester: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                agent: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                grant: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                endpoint: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                credential: Some("cred/2"),
                ..base.clone()
            },
            ApprovalFacts {
                credential: None,
                ..base.clone()
            },
            ApprovalFacts {
                request: Digest::of(b"something else"),
                ..base.clone()
            },
            ApprovalFacts {
                policy: id(9).into(),
                ..base.clone()
            },
            ApprovalFacts {
                nonce: "01",
                ..base.clone()
            },
            ApprovalFacts {
                expires_at: 2,
                ..base.clone()
            },
        ];
        let mut digests: Vec<_> = variants
            .iter()
            .map(|facts| facts.digest().unwrap())
            .collect();
        digests.push(base.digest().unwrap());
        let distinct: std::collections::HashSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), variants.len() + 1);
    }
}
