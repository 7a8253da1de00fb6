//! A reviewer says yes or no to exactly what was shown.

use countersign_access::{Action as _, DecideHold, TenantScope};
use countersign_domain::{
    Fault as _, Kind,
    digest::Digest,
    event::Event,
    hold::{Answer, HoldState, Judgement, RefusedJudgement, Review},
    id::HoldId,
    name::Statement,
    record::{Act, Record, Status},
    role::Role,
};
use countersign_store::TenantTx;

use crate::{Approvals, DecideError, Hold, Obstacle};

/// A reviewer's decision.
#[derive(Clone, Debug)]
pub struct Decide {
    /// About which hold.
    pub hold: HoldId,
    /// Yes or no.
    pub answer: Answer,
    /// The digest of what the page showed.
    pub shown: Digest,
    /// Why.
    pub reason: Statement,
}

impl Approvals {
    /// Decides about a hold. Exactly one of several reviewers who decide at once succeeds.
    ///
    /// # Errors
    /// [`RefusedJudgement`] says what stands in the way.
    pub async fn decide(&self, scope: &TenantScope, decide: Decide) -> Result<Hold, DecideError> {
        let permit = scope.allow(DecideHold)?;
        let tx = self.store.begin(scope).await?;
        let hold = tx.hold(decide.hold).await?;
        let who = scope.who();
        let by = scope
            .person()
            .ok_or(countersign_store::StoreError::NotFound)?;
        let judgement = Judgement {
            by,
            at: self.world.now(),
            reason: decide.reason.to_string(),
        };
        let review = Review {
            state: &hold.state,
            requester: hold.held.requester,
            held: hold.held.digest,
            shown: decide.shown,
            expires_at: hold.held.expires_at,
        };
        if let Err(why) = review.judge(decide.answer, judgement.clone()) {
            return self.refuse(scope, tx, &hold, why).await;
        }

        let answer = (decide.answer, decide.shown);
        let written = tx
            .decide_hold(permit, decide.hold, answer, (&judgement, &who.person_label))
            .await?;
        let decided = tx.hold(decide.hold).await?;
        if !written {
            let why = match (&decided.state, tx.why_not(decide.hold).await?) {
                (HoldState::Pending, Some(Obstacle::Expired)) => {
                    RefusedJudgement::AlreadyDecided(HoldState::Expired.as_str())
                }
                (HoldState::Pending, _) => RefusedJudgement::TooNew,
                (state, _) => RefusedJudgement::AlreadyDecided(state.as_str()),
            };
            return self.refuse(scope, tx, &decided, why).await;
        }
        let act = match decide.answer {
            Answer::Countersign => Act::HoldCountersigned,
            Answer::Reject => Act::HoldRejected,
        };
        let record = Record::new(&self.world, scope.tenant(), act, who)
            .of_hold(decide.hold, decided.held.recorded_tool())
            .with("requested_by", decided.held.requester_label.as_str())
            .with("agent", decided.held.client_label.as_str())
            .with("digest", decide.shown.to_string())
            .with("reason", decide.reason.to_string());
        tx.append_record(&record).await?;
        tx.publish(&Event::HoldDecided { hold: decide.hold })
            .await?;
        tx.commit().await?;
        Ok(decided)
    }

    /// Refuses a decision. That a member may not make it is put on record, once for each hold.
    async fn refuse(
        &self,
        scope: &TenantScope,
        tx: TenantTx,
        hold: &Hold,
        why: RefusedJudgement,
    ) -> Result<Hold, DecideError> {
        if why.kind() == Kind::Forbidden
            && let Some(person) = scope.person()
            && !tx.was_denied(hold.id, person).await?
        {
            let who = scope.who();
            let mut record = Record::new(&self.world, scope.tenant(), Act::AccessDenied, who)
                .of_hold(hold.id, hold.held.recorded_tool())
                .with("action", format!("{:?}", DecideHold::NAME))
                .with("role", scope.role().map(Role::as_str));
            record.status = Some(Status::Refused);
            record.code = Some(why.code().to_owned());
            tx.append_record(&record).await?;
            tx.commit().await?;
        }
        Err(why.into())
    }
}
