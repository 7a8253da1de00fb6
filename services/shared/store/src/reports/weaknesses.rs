//! What a finding may stand on and no list shows.

use countersign_domain::{
    Timestamp,
    connection::BaseUrl,
    id::{CallId, ConnectionId, RecordId, ToolId},
};

use super::{count, id};
use crate::{StoreError, TenantTx, record_reading::first_id_at, row::At};

/// A credential that is sent without TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainCredential {
    /// The connection it belongs to.
    pub connection: ConnectionId,
    /// The API's name for people.
    pub source_name: String,
    /// The environment's name for people.
    pub environment_name: String,
    /// Where it is sent.
    pub base_url: BaseUrl,
}

/// A call that was sent, or was about to be, and of which nobody knows what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedCall {
    /// The call.
    pub call: CallId,
    /// The row that says it was about to be sent.
    pub intent: RecordId,
    /// The tool's name then.
    pub tool_name: String,
    /// When.
    pub at: Timestamp,
}

/// A high-risk tool whose calls were only ever countersigned by whoever turned it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameHand {
    /// The tool.
    pub tool: ToolId,
    /// Its name.
    pub tool_name: String,
    /// What to show for the one person.
    pub label: String,
    /// How many calls they countersigned.
    pub countersigned: u64,
}

impl TenantTx {
    /// Lists the credentials in use that are sent without TLS.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn plain_credentials(&self) -> Result<Vec<PlainCredential>, StoreError> {
        let rows = self
            .rows(
                "SELECT n.id, s.name AS source_name, e.name AS environment_name, c.base_url
                 FROM credential c
                 JOIN connection n ON n.tenant_id = c.tenant_id AND n.id = c.connection_id
                 JOIN source s ON s.tenant_id = n.tenant_id AND s.id = n.source_id
                 JOIN environment e ON e.tenant_id = n.tenant_id AND e.id = n.environment_id
                 WHERE c.tenant_id = $1 AND c.superseded_at IS NULL AND c.base_url LIKE 'http:%'
                 ORDER BY s.name, e.name, n.id",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        self.readable(&rows, |row| {
            let connection: ConnectionId = id(row, "id")?;
            let at = At {
                table: "credential",
                row: connection,
            };
            Ok(PlainCredential {
                connection,
                source_name: row.try_get("", "source_name")?,
                environment_name: row.try_get("", "environment_name")?,
                base_url: at.json("base_url", row.try_get::<String>("", "base_url")?.into())?,
            })
        })
    }

    /// Lists calls begun since a moment that were recorded as about to be sent at least two minutes
    /// ago, and that have no outcome or one that is itself unknown; newest first, at most `limit`,
    /// and how many there are in all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unresolved_calls(
        &self,
        since: Timestamp,
        limit: i64,
    ) -> Result<(Vec<UnresolvedCall>, u64), StoreError> {
        let rows = self
            .rows(
                "WITH unresolved AS MATERIALIZED (
                     SELECT r.call_id FROM record r
                     WHERE r.tenant_id = $1 AND r.act = 'call.intended' AND r.call_id >= $2
                       AND r.committed_at < clock_timestamp() - interval '2 minutes'
                       AND NOT EXISTS (SELECT 1 FROM record f WHERE f.tenant_id = r.tenant_id
                           AND f.call_id = r.call_id AND f.call_id >= $2 AND f.act = 'call.finished'
                           AND f.status IS DISTINCT FROM 'outcome_unknown'))
                 SELECT r.call_id, r.id, COALESCE(r.tool_name, '') AS tool_name, r.at,
                     (SELECT count(*) FROM unresolved) AS found
                 FROM record r
                 WHERE r.tenant_id = $1 AND r.act = 'call.intended'
                   AND r.call_id IN (SELECT call_id FROM unresolved ORDER BY call_id DESC LIMIT $3)
                 ORDER BY r.call_id DESC",
                [
                    self.tenant().as_uuid().into(),
                    first_id_at(since).as_uuid().into(),
                    limit.into(),
                ],
            )
            .await?;
        let all = rows.first().map_or(Ok(0), |row| count(row, "found"))?;
        let calls = rows.iter().map(|row| {
            Ok(UnresolvedCall {
                call: id(row, "call_id")?,
                intent: id(row, "id")?,
                tool_name: row.try_get("", "tool_name")?,
                at: row.try_get("", "at")?,
            })
        });
        Ok((calls.collect::<Result<_, StoreError>>()?, all))
    }

    /// Lists the high-risk decisions that stand and whose calls were countersigned by nobody but
    /// the person who decided. One that was carried over to other words goes on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn same_hands(&self) -> Result<Vec<SameHand>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.id, t.name, p.email, count(*) AS countersigned
                 FROM enablement n
                 JOIN tool t ON t.tenant_id = n.tenant_id AND t.id = n.tool_id AND t.removed_at IS NULL
                 JOIN member m ON m.tenant_id = n.tenant_id AND m.id = n.decided_by
                 JOIN person p ON p.id = m.person_id
                 JOIN hold h ON h.tenant_id = n.tenant_id AND h.tool_id = n.tool_id
                     AND h.environment_id = n.environment_id AND h.created_at >= n.decided_at
                     AND h.decided_by IS NOT NULL AND h.state <> 'rejected'
                 WHERE n.tenant_id = $1 AND n.superseded_at IS NULL AND n.state = 'on' AND n.high_risk
                 GROUP BY t.id, t.name, n.id, m.person_id, p.email
                 HAVING bool_and(h.decided_by = m.person_id)
                 ORDER BY t.name, t.id",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(SameHand {
                    tool: id(row, "id")?,
                    tool_name: row.try_get("", "name")?,
                    label: row.try_get("", "email")?,
                    countersigned: count(row, "countersigned")?,
                })
            })
            .collect()
    }
}
