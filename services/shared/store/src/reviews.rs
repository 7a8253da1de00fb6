//! Why tools that were turned on wait for somebody to look again.

use std::collections::HashMap;

use countersign_domain::{
    drift::{Change, ReviewReason},
    id::{EnvironmentId, ToolId},
};
use sea_orm::Value;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    row::{At, unless_unreadable},
    tools::ToolsOf,
};

/// What the latest import said of each tool that waits: that is all that differs from the definition
/// that is turned on. An import compares with the newest one that is turned on anywhere, so where
/// this one is older, what each import said since counts.
///
/// The limits make the planner look each tool up, whatever it believes of the sizes.
const SINCE: &str = "FROM tool t
     CROSS JOIN LATERAL (SELECT x.tool_version_id FROM enablement x
         WHERE x.tenant_id = t.tenant_id AND x.tool_id = t.id AND x.environment_id = $2 AND x.state = 'on'
             AND x.superseded_at IS NULL LIMIT 1) e
     CROSS JOIN LATERAL (SELECT s.number FROM tool_version d
         JOIN revision s ON s.tenant_id = d.tenant_id AND s.id = d.revision_id
         WHERE d.tenant_id = t.tenant_id AND d.id = e.tool_version_id LIMIT 1) s
     CROSS JOIN LATERAL (SELECT c.reason, c.changes, r.number FROM revision_change c
         JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.revision_id
         WHERE c.tenant_id = t.tenant_id AND c.tool_id = t.id AND c.outcome = 'review' AND r.number > s.number
         ORDER BY r.number DESC LIMIT CASE WHEN NOT EXISTS (SELECT 1 FROM enablement x
             JOIN tool_version v ON v.tenant_id = x.tenant_id AND v.id = x.tool_version_id
             JOIN revision n ON n.tenant_id = v.tenant_id AND n.id = v.revision_id
             WHERE x.tenant_id = t.tenant_id AND x.tool_id = t.id AND x.state = 'on' AND n.number > s.number)
             THEN 1 END) c
     WHERE t.tenant_id = $1 AND t.removed_at IS NULL AND e.tool_version_id <> t.current_version";

/// Tools that are off and of which what lets one in, or where they live, is not what it was when they
/// were turned on last. Imports say nothing of that: nobody waits for what is off.
const CHANGED_WHILE_OFF: &str = "FROM tool t
     CROSS JOIN LATERAL (SELECT x.id FROM enablement x
         WHERE x.tenant_id = t.tenant_id AND x.tool_id = t.id AND x.environment_id = $2 AND x.state = 'off'
             AND x.superseded_at IS NULL LIMIT 1) off
     CROSS JOIN LATERAL (SELECT x.tool_version_id FROM enablement x
         WHERE x.tenant_id = t.tenant_id AND x.tool_id = t.id AND x.environment_id = $2 AND x.state = 'on'
         ORDER BY x.superseded_at DESC LIMIT 1) e
     CROSS JOIN LATERAL (SELECT count(DISTINCT d.definition -> 'security') > 1 AS security,
             count(DISTINCT jsonb_path_query_array(CASE WHEN d.definition -> 'servers' = '[]'
                 THEN r.servers ELSE d.definition -> 'servers' END, '$[*].url')) > 1 AS server
         FROM tool_version d JOIN revision r ON r.tenant_id = d.tenant_id AND r.id = d.revision_id
         WHERE d.tenant_id = t.tenant_id AND d.id IN (e.tool_version_id, t.current_version)) c
     WHERE t.tenant_id = $1 AND t.removed_at IS NULL AND e.tool_version_id <> t.current_version
         AND (c.security OR c.server)";

impl TenantTx {
    /// Gives the weightiest reason for which an import put each tool back to review; of one that is
    /// off, only that what lets one in or where it lives changed since it was turned on last. One that
    /// waits without any reason waits because a person changed it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn review_reasons(
        &self,
        of: ToolsOf,
        environment: EnvironmentId,
    ) -> Result<HashMap<ToolId, ReviewReason>, StoreError> {
        let (condition, id) = of.condition();
        let sql = format!(
            "SELECT t.id, c.reason {SINCE} AND {condition} UNION ALL
             SELECT t.id, CASE WHEN c.security THEN 'security' ELSE 'server' END
             {CHANGED_WHILE_OFF} AND {condition}"
        );
        let values = [
            self.tenant().as_uuid().into(),
            environment.as_uuid().into(),
            id.into(),
        ];
        let mut reasons = HashMap::new();
        for row in self.rows(&sql, values).await? {
            let tool = ToolId::from(row.try_get::<Uuid>("", "id")?);
            let reason: String = row.try_get("", "reason")?;
            let reason = ReviewReason::stored(&reason);
            let weightiest = reasons.entry(tool).or_insert(reason);
            *weightiest = reason.min(*weightiest);
        }
        Ok(reasons)
    }

    /// Lists what differs in each of these tools since it was turned on, the latest import first. What
    /// of that cannot be read counts as one change of which nothing is shown.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn changes_to_review(
        &self,
        tools: &[ToolId],
        environment: EnvironmentId,
    ) -> Result<HashMap<ToolId, Vec<Change>>, StoreError> {
        let ids: Vec<Uuid> = tools.iter().map(|id| id.as_uuid()).collect();
        let sql =
            format!("SELECT t.id, c.changes {SINCE} AND t.id = ANY ($3) ORDER BY c.number DESC");
        let values = [
            self.tenant().as_uuid().into(),
            environment.as_uuid().into(),
            Value::from(ids),
        ];
        let mut all: HashMap<ToolId, Vec<Change>> = HashMap::new();
        for row in self.rows(&sql, values).await? {
            let tool = ToolId::from(row.try_get::<Uuid>("", "id")?);
            let at = At {
                table: "revision_change",
                row: tool,
            };
            let changes = at.json::<Vec<Change>>("changes", row.try_get("", "changes")?);
            let changes = unless_unreadable(changes).transpose()?;
            let changes = changes.unwrap_or_else(|| vec![Change::unreadable()]);
            let known = all.entry(tool).or_default();
            for change in changes {
                if !known.contains(&change) {
                    known.push(change);
                }
            }
        }
        Ok(all)
    }
}
