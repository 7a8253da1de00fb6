//! What tools were held to be when somebody decided about them.

use std::collections::HashMap;

use countersign_domain::{
    id::{EnvironmentId, ToolId},
    overrides::SaidRisk,
    risk::RiskClass,
    tool::DecidedRisk,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, TenantTx, row::At, tools::ToolsOf};

impl TenantTx {
    /// Lists what each present tool was at every decision about it, in any environment, oldest
    /// first. One that never was anything but what it is now is left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn decided_risks(
        &self,
        of: ToolsOf,
        environment: EnvironmentId,
    ) -> Result<HashMap<ToolId, Vec<DecidedRisk>>, StoreError> {
        let (condition, id) = of.condition();
        let sql = format!(
            "SELECT * FROM (SELECT t.id, v.class, v.high_risk, i.class AS imported_class,
                 i.high_risk AS imported_high_risk, e.state = 'on' AND e.environment_id = $2 AS turned_on_here,
                 e.decided_at, e.superseded_at,
                 bool_or((v.class, v.high_risk, i.class, i.high_risk) <> (c.class, c.high_risk, c.class, c.high_risk))
                     OVER (PARTITION BY t.id) AS differs
             FROM tool t
             JOIN tool_version c ON c.tenant_id = t.tenant_id AND c.id = t.current_version
             JOIN enablement e ON e.tenant_id = t.tenant_id AND e.tool_id = t.id AND e.carried_from IS NULL
             JOIN tool_version v ON v.tenant_id = e.tenant_id AND v.id = e.tool_version_id
             JOIN tool_version i ON i.tenant_id = v.tenant_id AND i.id = COALESCE(v.imported_version, v.id)
             WHERE t.tenant_id = $1 AND t.removed_at IS NULL AND {condition}) decided
             WHERE differs ORDER BY decided_at, superseded_at NULLS LAST"
        );
        let values = [
            self.tenant().as_uuid().into(),
            environment.as_uuid().into(),
            id.into(),
        ];
        let mut risks: HashMap<ToolId, Vec<DecidedRisk>> = HashMap::new();
        for row in self.rows(&sql, values).await? {
            let tool = ToolId::from(row.try_get::<Uuid>("", "id")?);
            risks.entry(tool).or_default().push(DecidedRisk {
                risk: risk(&row, tool, ["class", "high_risk"])?,
                imported: risk(&row, tool, ["imported_class", "imported_high_risk"])?,
                turned_on_here: row.try_get("", "turned_on_here")?,
            });
        }
        Ok(risks)
    }
}

fn risk(
    row: &QueryResult,
    tool: ToolId,
    [class, high_risk]: [&'static str; 2],
) -> Result<SaidRisk, StoreError> {
    let at = At {
        table: "tool_version",
        row: tool,
    };
    let text: String = row.try_get("", class)?;
    Ok(SaidRisk {
        class: at.need(class, RiskClass::parse(&text))?,
        high_risk: row.try_get("", high_risk)?,
    })
}
