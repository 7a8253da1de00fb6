//! How a hold goes on: decided, consumed, or over. Every step is one conditional UPDATE by the
//! database's clock.

use countersign_access::{ActionName, CallTool, DecideHold, Permit};
use countersign_domain::{
    digest::Digest,
    hold::{Answer, Judgement},
    id::{HoldId, PersonId, TenantId},
    record::RecordedTool,
};
use uuid::Uuid;

use super::Hold;
use crate::{
    ConsumedApproval, StoreError, SystemTx, TenantTx, credential_suspensions::IS_SUSPENDED,
    roles::roles_that,
};

impl TenantTx {
    /// Writes a reviewer's decision if nobody was first, time has not run out by the database's
    /// clock and what was shown is what is held. A yes also needs a reviewer who is not the
    /// requester and was one before the call was held. Says whether it was written.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn decide_hold(
        &self,
        permit: Permit<DecideHold>,
        id: HoldId,
        (answer, shown): (Answer, Digest),
        (judgement, label): (&Judgement, &str),
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let state = match answer {
            Answer::Countersign => "countersigned",
            Answer::Reject => "rejected",
        };
        let changed = self
            .execute(
                "UPDATE hold SET state = $3, decided_by = $4, decided_label = $5, decided_at = clock_timestamp(),
                        decided_reason = $6
                 WHERE tenant_id = $1 AND id = $2 AND state = 'pending' AND closed_at IS NULL AND digest = $7
                   AND expires_at > clock_timestamp() AND ($3 = 'rejected' OR requester <> $4)
                   AND EXISTS (SELECT 1 FROM member r WHERE r.tenant_id = hold.tenant_id AND r.person_id = $4
                        AND r.removed_at IS NULL AND ($3 = 'rejected' OR r.role_since < hold.created_at))",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    state.into(),
                    judgement.by.as_uuid().into(),
                    label.into(),
                    judgement.reason.clone().into(),
                    shown.as_bytes().to_vec().into(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Whether a member got their role after the call was held, so that they cannot countersign it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_too_new_for(&self, id: HoldId, person: PersonId) -> Result<bool, StoreError> {
        let row = self
            .row(
                "SELECT 1 FROM hold h JOIN member r ON r.tenant_id = h.tenant_id AND r.removed_at IS NULL
                 WHERE h.tenant_id = $1 AND h.id = $2 AND r.person_id = $3 AND r.role_since >= h.created_at",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    person.as_uuid().into(),
                ],
            )
            .await?;
        Ok(row.is_some())
    }

    /// Consumes a countersignature, if everything it was given for still stands: one conditional
    /// UPDATE by the database's clock. `None` means no; [`TenantTx::why_not`] says why.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn consume_hold(
        &self,
        permit: Permit<CallTool>,
        hold: &Hold,
        digest: Digest,
    ) -> Result<Option<ConsumedApproval>, StoreError> {
        self.used(permit)?;
        let still_stands = still_stands();
        let sql = format!(
            "UPDATE hold h SET state = 'consumed', consumed_at = clock_timestamp(), closed_at = clock_timestamp()
             WHERE h.tenant_id = $1 AND h.id = $2 AND h.digest = $3 AND h.state = 'countersigned'
               AND h.closed_at IS NULL AND h.expires_at > clock_timestamp() AND h.decided_by <> h.requester
               AND {still_stands}"
        );
        let changed = self
            .execute(
                &sql,
                [
                    self.tenant().as_uuid().into(),
                    hold.id.as_uuid().into(),
                    digest.as_bytes().to_vec().into(),
                ],
            )
            .await?;
        let arguments =
            Digest::of_canonical(&hold.held.arguments).map_err(|_| StoreError::Unreadable {
                table: "hold",
                column: "arguments",
                row: hold.id.to_string(),
            })?;
        Ok((changed == 1).then_some(ConsumedApproval {
            hold: hold.id,
            version: hold.held.version,
            arguments,
        }))
    }

    /// Says what stands in the way of an open hold, by the database's clock.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn why_not(&self, id: HoldId) -> Result<Option<Obstacle>, StoreError> {
        let still_stands = still_stands();
        let sql = format!(
            "SELECT h.expires_at <= clock_timestamp() AS expired, NOT ({still_stands}) AS stale
             FROM hold h WHERE h.tenant_id = $1 AND h.id = $2"
        );
        let row = self
            .row(&sql, [self.tenant().as_uuid().into(), id.as_uuid().into()])
            .await?
            .ok_or(StoreError::NotFound)?;
        let (expired, stale): (bool, bool) =
            (row.try_get("", "expired")?, row.try_get("", "stale")?);
        Ok(match (expired, stale) {
            (true, _) => Some(Obstacle::Expired),
            (false, true) => Some(Obstacle::Stale),
            (false, false) => None,
        })
    }

    /// Makes a hold that could still run expired or stale. Says whether it did: of several who find
    /// the obstacle at once, one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_hold(
        &self,
        permit: Permit<CallTool>,
        id: HoldId,
        obstacle: Obstacle,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let changed = self
            .execute(
                "UPDATE hold SET state = $3
                 WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL
                   AND state IN ('pending', 'countersigned')",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    obstacle.as_str().into(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Closes a hold: the agent has been told how it ended, and its next identical call is a new
    /// one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_hold(&self, permit: Permit<CallTool>, id: HoldId) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE hold SET closed_at = clock_timestamp()
             WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL AND state <> 'consumed'",
            [self.tenant().as_uuid().into(), id.as_uuid().into()],
        )
        .await
        .map(|_| ())
    }
}

/// What an approval was given for, looked up again: the tool's definition and its decision, the
/// address and the credential, the endpoint, the agent's grant, the requester's membership, and
/// the reviewer's, who was one before the call was held.
fn still_stands() -> String {
    let (connecting, reviewing) = (
        roles_that(ActionName::ConnectAgent),
        roles_that(ActionName::DecideHold),
    );
    format!(
        "
    EXISTS (SELECT 1 FROM tool t WHERE t.tenant_id = h.tenant_id AND t.id = h.tool_id
            AND t.current_version = h.tool_version_id AND t.removed_at IS NULL)
    AND EXISTS (SELECT 1 FROM enablement e WHERE e.tenant_id = h.tenant_id AND e.id = h.policy_id
            AND e.state = 'on' AND e.superseded_at IS NULL)
    AND EXISTS (SELECT 1 FROM endpoint_tool et JOIN endpoint p ON p.tenant_id = et.tenant_id AND p.id = et.endpoint_id
            WHERE et.tenant_id = h.tenant_id AND et.endpoint_id = h.endpoint_id AND et.tool_id = h.tool_id
            AND p.removed_at IS NULL)
    AND EXISTS (SELECT 1 FROM oauth_grant g WHERE g.tenant_id = h.tenant_id AND g.id = h.grant_id
            AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp())
    AND EXISTS (SELECT 1 FROM member m WHERE m.tenant_id = h.tenant_id AND m.id = h.member_id
            AND m.removed_at IS NULL AND m.role IN ({connecting}))
    AND (h.decided_by IS NULL OR EXISTS (SELECT 1 FROM member r WHERE r.tenant_id = h.tenant_id
            AND r.person_id = h.decided_by AND r.removed_at IS NULL
            AND r.role IN ({reviewing}) AND r.role_since < h.created_at))
    AND EXISTS (SELECT 1 FROM connection n JOIN tool t ON t.tenant_id = n.tenant_id AND t.source_id = n.source_id
            WHERE n.tenant_id = h.tenant_id AND t.id = h.tool_id AND n.environment_id = h.environment_id
            AND n.base_url = h.base_url)
    AND h.credential IS NOT DISTINCT FROM (
            SELECT 'cred_' || replace(c.id::text, '-', '') || '/' || c.version
            FROM credential c
            JOIN connection n ON n.tenant_id = c.tenant_id AND n.id = c.connection_id
            JOIN tool t ON t.tenant_id = n.tenant_id AND t.source_id = n.source_id
            WHERE c.tenant_id = h.tenant_id AND t.id = h.tool_id AND n.environment_id = h.environment_id
              AND c.superseded_at IS NULL AND NOT {IS_SUSPENDED})"
    )
}

/// Why a countersigned call does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Time ran out.
    Expired,
    /// Something that the approval is bound to has changed.
    Stale,
}

impl Obstacle {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Stale => "stale",
        }
    }
}

/// A hold that has just expired.
#[derive(Clone, Debug)]
pub struct ExpiredHold {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub hold: HoldId,
    /// Its tool, as it was held.
    pub tool: RecordedTool,
}

impl SystemTx {
    /// Expires what has run out of time, at most `limit` at once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn expire_holds(&self, limit: i64) -> Result<Vec<ExpiredHold>, StoreError> {
        let rows = self
            .rows(
                "UPDATE hold SET state = 'expired' WHERE (tenant_id, id) IN (
                     SELECT tenant_id, id FROM hold
                     WHERE state IN ('pending', 'countersigned') AND expires_at <= clock_timestamp()
                     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
                 RETURNING tenant_id, id, tool_id, tool_version_id, tool_name, class, endpoint_id",
                [limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ExpiredHold {
                    tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
                    hold: super::id(row)?,
                    tool: super::recorded_tool(row)?,
                })
            })
            .collect()
    }
}
