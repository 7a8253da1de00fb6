//! What there is, what is on, and who said so.

use countersign_domain::{
    Timestamp,
    decision::Handling,
    id::{EnvironmentId, MemberId, PersonId, SourceId, ToolId},
    risk::{Confidence, RiskClass},
};
use sea_orm::QueryResult;

use super::{count, id};
use crate::{StoreError, TenantTx, row::At};

/// The tools of one class, as they are in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRow {
    /// The environment.
    pub environment: EnvironmentId,
    /// Its name for people.
    pub environment_name: String,
    /// The class.
    pub class: RiskClass,
    /// All tools of the class.
    pub tools: u64,
    /// Those that can be called faithfully.
    pub callable: u64,
    /// Those that are on.
    pub on: u64,
    /// Those that are on and of which each call waits for a countersignature.
    pub held: u64,
    /// Those that were on until their definition changed.
    pub needs_review: u64,
}

/// How far the review of an API is in an environment: each present tool is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewProgress {
    /// The API.
    pub source: SourceId,
    /// On, and calls run at once.
    pub run: u64,
    /// On, and each call is held.
    pub held: u64,
    /// Changed after being turned on.
    pub needs_review: u64,
    /// Turned off.
    pub off: u64,
    /// Nobody has decided.
    pub undecided: u64,
    /// Cannot be called faithfully.
    pub unsupported: u64,
}

/// A tool that somebody turned on in an environment.
#[derive(Clone, Debug)]
pub struct ToolOn {
    /// The tool.
    pub tool: ToolId,
    /// What agents call it.
    pub name: String,
    /// Its class now.
    pub class: RiskClass,
    /// Each call needs a countersignature.
    pub high_risk: bool,
    /// How sure the classification is.
    pub confidence: Confidence,
    /// The API it belongs to.
    pub source: SourceId,
    /// That API in URLs.
    pub source_slug: String,
    /// That API's name for people.
    pub source_name: String,
    /// Where it is on.
    pub environment: EnvironmentId,
    /// That environment's name for people.
    pub environment_name: String,
    /// Its definition has changed since it was looked at; agents do not see it.
    pub needs_review: bool,
    /// What was chosen for its calls.
    pub handling: Handling,
    /// The member who turned it on.
    pub decided_by: MemberId,
    /// The person that member is.
    pub decided_by_person: PersonId,
    /// What to show for that member.
    pub decided_label: String,
    /// When.
    pub decided_at: Timestamp,
    /// Why, in the member's words.
    pub reason: String,
    /// It is known where the API lives in this environment.
    pub connected: bool,
    /// When it was last called here, be it that the call waits.
    pub last_called_at: Option<Timestamp>,
}

impl TenantTx {
    /// Counts the present tools by environment and class.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn inventory(&self) -> Result<Vec<InventoryRow>, StoreError> {
        let rows = self
            .rows(
                "SELECT e.id AS environment_id, e.name AS environment_name, v.class,
                     count(*) AS tools,
                     count(*) FILTER (WHERE v.unsupported IS NULL) AS callable,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.tool_version_id = v.id) AS switched_on,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.tool_version_id = v.id
                         AND (n.handling = 'hold' OR v.high_risk)) AS held,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.tool_version_id <> v.id) AS needs_review
                 FROM environment e
                 JOIN tool t ON t.tenant_id = e.tenant_id AND t.removed_at IS NULL
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 LEFT JOIN enablement n ON n.tenant_id = t.tenant_id AND n.environment_id = e.id
                     AND n.tool_id = t.id AND n.superseded_at IS NULL AND n.state = 'on'
                 WHERE e.tenant_id = $1
                 GROUP BY e.id, e.name, v.class
                 ORDER BY e.name, e.id",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        let mut inventory = self.readable(&rows, inventory_row)?;
        inventory.sort_by(|a, b| {
            (&a.environment_name, a.environment, a.class).cmp(&(
                &b.environment_name,
                b.environment,
                b.class,
            ))
        });
        Ok(inventory)
    }

    /// Counts how far the review of each API is in an environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn review_progress(
        &self,
        environment: EnvironmentId,
    ) -> Result<Vec<ReviewProgress>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.source_id, count(v.unsupported) AS unsupported,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.id IS NULL) AS undecided,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.state = 'off') AS switched_off,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.state = 'on'
                         AND n.tool_version_id <> v.id) AS needs_review,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.state = 'on'
                         AND n.tool_version_id = v.id AND n.handling = 'hold') AS held,
                     count(*) FILTER (WHERE v.unsupported IS NULL AND n.state = 'on'
                         AND n.tool_version_id = v.id AND n.handling = 'run') AS run
                 FROM tool t
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 LEFT JOIN enablement n ON n.tenant_id = t.tenant_id AND n.tool_id = t.id
                     AND n.environment_id = $2 AND n.superseded_at IS NULL
                 WHERE t.tenant_id = $1 AND t.removed_at IS NULL GROUP BY t.source_id",
                [self.tenant().as_uuid().into(), environment.as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ReviewProgress {
                    source: id(row, "source_id")?,
                    run: count(row, "run")?,
                    held: count(row, "held")?,
                    needs_review: count(row, "needs_review")?,
                    off: count(row, "switched_off")?,
                    undecided: count(row, "undecided")?,
                    unsupported: count(row, "unsupported")?,
                })
            })
            .collect()
    }

    /// Lists every tool that is on anywhere, or was until its definition changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tools_on(&self) -> Result<Vec<ToolOn>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.id, t.name, v.class, v.high_risk, v.confidence, s.id AS source_id, s.slug AS source_slug,
                     s.name AS source_name, e.id AS environment_id, e.name AS environment_name,
                     n.tool_version_id <> v.id AS needs_review, n.handling, n.reason, n.decided_at,
                     m.id AS member_id, m.person_id, p.email, c.id IS NOT NULL AS connected,
                     called.at AS last_called_at
                 FROM enablement n
                 JOIN tool t ON t.tenant_id = n.tenant_id AND t.id = n.tool_id AND t.removed_at IS NULL
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                     AND v.unsupported IS NULL
                 JOIN source s ON s.tenant_id = t.tenant_id AND s.id = t.source_id
                 JOIN environment e ON e.tenant_id = n.tenant_id AND e.id = n.environment_id
                 JOIN member m ON m.tenant_id = n.tenant_id AND m.id = n.decided_by
                 JOIN person p ON p.id = m.person_id
                 LEFT JOIN connection c ON c.tenant_id = n.tenant_id AND c.source_id = t.source_id
                     AND c.environment_id = n.environment_id
                 LEFT JOIN LATERAL (
                     SELECT r.at FROM record r
                     WHERE r.tenant_id = n.tenant_id AND r.tool_id = n.tool_id
                       AND r.act IN ('call.answered', 'call.intended', 'call.held')
                       AND EXISTS (SELECT 1 FROM endpoint x WHERE x.tenant_id = r.tenant_id
                           AND x.id = r.endpoint_id AND x.environment_id = n.environment_id)
                     ORDER BY r.at DESC LIMIT 1) called ON true
                 WHERE n.tenant_id = $1 AND n.superseded_at IS NULL AND n.state = 'on'
                 ORDER BY s.name, t.name, e.name, t.id",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        self.readable(&rows, tool_on)
    }
}

fn inventory_row(row: &QueryResult) -> Result<InventoryRow, StoreError> {
    let at = At {
        table: "tool_version",
        row: "a class",
    };
    let class: String = row.try_get("", "class")?;
    Ok(InventoryRow {
        environment: id(row, "environment_id")?,
        environment_name: row.try_get("", "environment_name")?,
        class: at.need("class", RiskClass::parse(&class))?,
        tools: count(row, "tools")?,
        callable: count(row, "callable")?,
        on: count(row, "switched_on")?,
        held: count(row, "held")?,
        needs_review: count(row, "needs_review")?,
    })
}

fn tool_on(row: &QueryResult) -> Result<ToolOn, StoreError> {
    let tool: ToolId = id(row, "id")?;
    let at = At {
        table: "tool_version",
        row: tool,
    };
    let class: String = row.try_get("", "class")?;
    let handling: String = row.try_get("", "handling")?;
    Ok(ToolOn {
        tool,
        name: row.try_get("", "name")?,
        class: at.need("class", RiskClass::parse(&class))?,
        high_risk: row.try_get("", "high_risk")?,
        confidence: at.json(
            "confidence",
            row.try_get::<String>("", "confidence")?.into(),
        )?,
        source: id(row, "source_id")?,
        source_slug: row.try_get("", "source_slug")?,
        source_name: row.try_get("", "source_name")?,
        environment: id(row, "environment_id")?,
        environment_name: row.try_get("", "environment_name")?,
        needs_review: row.try_get("", "needs_review")?,
        handling: at.need("handling", Handling::parse(&handling))?,
        decided_by: id(row, "member_id")?,
        decided_by_person: id(row, "person_id")?,
        decided_label: row.try_get("", "email")?,
        decided_at: row.try_get("", "decided_at")?,
        reason: row.try_get("", "reason")?,
        connected: row.try_get("", "connected")?,
        last_called_at: row.try_get("", "last_called_at")?,
    })
}
