//! What agents did, what reviewers did, and how far the tenant has come.

use chrono::NaiveDate;
use countersign_access::ActionName;
use countersign_domain::{Timestamp, decision::Decision, id::PersonId, risk::RiskClass};

use super::{count, id};
use crate::{
    StoreError, TenantTx,
    record_reading::{first_id_at, id_after},
    roles::roles_that,
    row::At,
};

/// Calls of one day, one class and one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallCount {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The class of the tool, where the tool was known.
    pub class: Option<RiskClass>,
    /// What was decided.
    pub decision: Decision,
    /// How many.
    pub calls: u64,
}

/// All holds there ever were, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldFigures {
    /// Nobody has decided yet, and somebody still can.
    pub pending: u64,
    /// Countersigned, and the agent has not come back yet.
    pub countersigned: u64,
    /// Rejected by a reviewer.
    pub rejected: u64,
    /// Ran out of time.
    pub expired: u64,
    /// Something changed first.
    pub stale: u64,
    /// Countersigned and sent.
    pub consumed: u64,
    /// How long a reviewer took; half took longer.
    pub median_decision_seconds: Option<u64>,
}

/// What one reviewer decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewerFigures {
    /// The reviewer.
    pub person: PersonId,
    /// What was shown for them at the latest decision.
    pub label: String,
    /// Calls they countersigned.
    pub countersigned: u64,
    /// Calls they rejected.
    pub rejected: u64,
    /// How long they took; half of their decisions took longer.
    pub median_decision_seconds: u64,
    /// Their latest decision.
    pub last_at: Timestamp,
}

/// How far a tenant has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetUp {
    /// Imported APIs.
    pub sources: u64,
    /// Present tools.
    pub tools: u64,
    /// Tools that agents can see somewhere.
    pub tools_on: u64,
    /// Tools that changed after being turned on, and wait somewhere.
    pub needs_review: u64,
    /// Credentials in use.
    pub credentials: u64,
    /// Endpoints.
    pub endpoints: u64,
    /// Grants of agents that stand and can call.
    pub agents: u64,
    /// Members.
    pub members: u64,
    /// Calls that wait for a reviewer.
    pub holds_waiting: u64,
}

impl TenantTx {
    /// Counts calls from a moment on and before another. A call is counted once, where it was
    /// decided: what is sent after a countersignature is a call of its own, its outcome is not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_counts(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CallCount>, StoreError> {
        let rows = self
            .rows(
                "SELECT (at AT TIME ZONE 'UTC')::date AS day, class,
                     CASE act WHEN 'call.held' THEN 'hold' WHEN 'call.denied' THEN 'deny' ELSE 'allow' END AS decision,
                     count(*) AS calls
                 FROM record
                 WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND at >= $4 AND at < $5
                   AND act IN ('call.answered', 'call.intended', 'call.held', 'call.denied')
                 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                [
                    self.tenant().as_uuid().into(),
                    first_id_at(since).as_uuid().into(),
                    id_after(until).as_uuid().into(),
                    since.into(),
                    until.into(),
                ],
            )
            .await?;
        let at = At {
            table: "record",
            row: "a day's calls",
        };
        rows.iter()
            .map(|row| {
                let class: Option<String> = row.try_get("", "class")?;
                let decision: String = row.try_get("", "decision")?;
                Ok(CallCount {
                    day: row.try_get("", "day")?,
                    class: class.as_deref().and_then(RiskClass::parse),
                    decision: at.json("decision", decision.into())?,
                    calls: count(row, "calls")?,
                })
            })
            .collect()
    }

    /// Counts holds by state, by the database's clock.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_figures(&self) -> Result<HoldFigures, StoreError> {
        let row = self
            .row(
                "SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
                     count(*) FILTER (WHERE state = 'countersigned') AS countersigned,
                     count(*) FILTER (WHERE state = 'rejected') AS rejected,
                     count(*) FILTER (WHERE state = 'expired') AS expired,
                     count(*) FILTER (WHERE state = 'stale') AS stale,
                     count(*) FILTER (WHERE state = 'consumed') AS consumed,
                     round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)))
                         ::bigint AS median
                 FROM (SELECT created_at, decided_at,
                           CASE WHEN state IN ('pending', 'countersigned') AND expires_at <= clock_timestamp()
                               THEN 'expired' ELSE state END AS state
                       FROM hold WHERE tenant_id = $1) h",
                [self.tenant().as_uuid().into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        let median: Option<i64> = row.try_get("", "median")?;
        Ok(HoldFigures {
            pending: count(&row, "pending")?,
            countersigned: count(&row, "countersigned")?,
            rejected: count(&row, "rejected")?,
            expired: count(&row, "expired")?,
            stale: count(&row, "stale")?,
            consumed: count(&row, "consumed")?,
            median_decision_seconds: median.map(|seconds| u64::try_from(seconds).unwrap_or(0)),
        })
    }

    /// Counts what each reviewer decided, the busiest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reviewer_figures(&self) -> Result<Vec<ReviewerFigures>, StoreError> {
        let rows = self
            .rows(
                "SELECT decided_by, (array_agg(decided_label ORDER BY decided_at DESC))[1] AS label,
                     count(*) FILTER (WHERE state <> 'rejected') AS countersigned,
                     count(*) FILTER (WHERE state = 'rejected') AS rejected,
                     round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)))
                         ::bigint AS median,
                     max(decided_at) AS last_at
                 FROM hold WHERE tenant_id = $1 AND decided_by IS NOT NULL
                 GROUP BY decided_by ORDER BY count(*) DESC, decided_by",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ReviewerFigures {
                    person: id(row, "decided_by")?,
                    label: row
                        .try_get::<Option<String>>("", "label")?
                        .unwrap_or_default(),
                    countersigned: count(row, "countersigned")?,
                    rejected: count(row, "rejected")?,
                    median_decision_seconds: count(row, "median")?,
                    last_at: row.try_get("", "last_at")?,
                })
            })
            .collect()
    }

    /// Counts what the tenant has set up.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_up(&self) -> Result<SetUp, StoreError> {
        let connecting = roles_that(ActionName::ConnectAgent);
        let row = self
            .row(
                &format!("SELECT (SELECT count(*) FROM source WHERE tenant_id = $1 AND removed_at IS NULL) AS sources,
                     (SELECT count(*) FROM tool WHERE tenant_id = $1 AND removed_at IS NULL) AS tools,
                     (SELECT count(DISTINCT t.id) FROM enablement n
                      JOIN tool t ON t.tenant_id = n.tenant_id AND t.id = n.tool_id
                          AND t.current_version = n.tool_version_id AND t.removed_at IS NULL
                      JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                          AND v.unsupported IS NULL
                      WHERE n.tenant_id = $1 AND n.superseded_at IS NULL AND n.state = 'on') AS tools_on,
                     (SELECT count(DISTINCT t.id) FROM enablement n
                      JOIN tool t ON t.tenant_id = n.tenant_id AND t.id = n.tool_id
                          AND t.current_version <> n.tool_version_id AND t.removed_at IS NULL
                      JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                          AND v.unsupported IS NULL
                      WHERE n.tenant_id = $1 AND n.superseded_at IS NULL AND n.state = 'on') AS needs_review,
                     (SELECT count(*) FROM credential WHERE tenant_id = $1 AND superseded_at IS NULL) AS credentials,
                     (SELECT count(*) FROM endpoint WHERE tenant_id = $1 AND removed_at IS NULL) AS endpoints,
                     (SELECT count(*) FROM oauth_grant g
                      JOIN member m ON m.tenant_id = g.tenant_id AND m.id = g.member_id AND m.removed_at IS NULL
                          AND m.role IN ({connecting})
                      JOIN oauth_client c ON c.id = g.client_id AND c.disabled_at IS NULL
                      JOIN endpoint e ON e.tenant_id = g.tenant_id AND e.id = g.endpoint_id AND e.removed_at IS NULL
                      WHERE g.tenant_id = $1 AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()) AS agents,
                     (SELECT count(*) FROM member WHERE tenant_id = $1 AND removed_at IS NULL) AS members,
                     (SELECT count(*) FROM hold WHERE tenant_id = $1 AND state = 'pending' AND closed_at IS NULL
                          AND expires_at > clock_timestamp()) AS holds_waiting"),
                [self.tenant().as_uuid().into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(SetUp {
            sources: count(&row, "sources")?,
            tools: count(&row, "tools")?,
            tools_on: count(&row, "tools_on")?,
            needs_review: count(&row, "needs_review")?,
            credentials: count(&row, "credentials")?,
            endpoints: count(&row, "endpoints")?,
            agents: count(&row, "agents")?,
            members: count(&row, "members")?,
            holds_waiting: count(&row, "holds_waiting")?,
        })
    }
}
