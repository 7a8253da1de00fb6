//! Held calls: made once, decided once, consumed once.

mod going_on;
mod lists;
mod outcomes;
mod stale;

use countersign_access::{CallTool, Permit};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    hold::{HoldState, ShownRequest},
    id::{
        ClientId, EnablementId, EndpointId, EnvironmentId, GrantId, HoldId, MemberId, PersonId,
        ToolId, ToolVersionId,
    },
    record::RecordedTool,
    risk::RiskClass,
};
use sea_orm::{EntityTrait, QueryFilter, QueryResult, QuerySelect};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub use going_on::{ExpiredHold, Obstacle};
pub use lists::{HoldBrief, HoldList, HoldsWanted};
pub use outcomes::HoldOutcome;
pub use stale::StaleHold;

use crate::{
    StoreError, TenantTx,
    entity::hold::{self, COLUMN},
    row::At,
};

/// Everything about a held call that does not change.
#[derive(Clone, Debug)]
pub struct HeldCall {
    /// What makes two calls the same.
    pub call_key: Digest,
    /// What the countersignature vouches for.
    pub digest: Digest,
    /// Makes the digest unlike any other.
    pub nonce: String,
    /// Where.
    pub environment: EnvironmentId,
    /// The endpoint it was called at.
    pub endpoint: EndpointId,
    /// The tool.
    pub tool: ToolId,
    /// Its exact definition.
    pub version: ToolVersionId,
    /// Its name.
    pub tool_name: String,
    /// Its class.
    pub class: RiskClass,
    /// It is held because it is high-risk, not by choice.
    pub high_risk: bool,
    /// The decision under which it is on.
    pub policy: EnablementId,
    /// Which credential the connection has, as `id/version`: what a countersignature is bound to.
    pub credential: Option<String>,
    /// The arguments as parsed.
    pub arguments: Map<String, Value>,
    /// The request's method.
    pub method: String,
    /// The connection's address.
    pub base_url: String,
    /// The request's final URL.
    pub url: String,
    /// The request as it would be sent, without the credential.
    pub request: ShownRequest,
    /// Why it is held, in words.
    pub why: String,
    /// The person the agent acts for.
    pub requester: PersonId,
    /// What to show for that person.
    pub requester_label: String,
    /// That person's membership.
    pub member: MemberId,
    /// The agent's grant.
    pub grant: GrantId,
    /// The agent.
    pub client: ClientId,
    /// The agent's own name for itself.
    pub client_label: String,
    /// After this nothing runs.
    pub expires_at: Timestamp,
}

impl HeldCall {
    /// The tool, as the audit log names it.
    #[must_use]
    pub fn recorded_tool(&self) -> RecordedTool {
        RecordedTool {
            tool: self.tool,
            version: self.version,
            name: self.tool_name.clone(),
            class: self.class,
            endpoint: Some(self.endpoint),
        }
    }
}

/// A held call with its state.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// What is held.
    pub held: HeldCall,
    /// Where it is in its life.
    pub state: HoldState,
    /// What to show for the reviewer, once there is one.
    pub decided_label: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was sent.
    pub consumed_at: Option<Timestamp>,
}

impl TenantTx {
    /// Makes a hold, or finds the open one of the same call; says which. Two agents' processes
    /// that ask at once get the same hold.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_hold(
        &self,
        permit: Permit<CallTool>,
        id: HoldId,
        held: &HeldCall,
    ) -> Result<(Hold, Opened), StoreError> {
        self.used(permit)?;
        let inserted = self
            .execute(
                "INSERT INTO hold (tenant_id, id, call_key, digest, nonce, state, environment_id, endpoint_id,
                    tool_id, tool_version_id, tool_name, class, high_risk, policy_id, credential, arguments, method,
                    base_url, url, request, why, requester, requester_label, member_id, grant_id, client_id, client_label,
                    created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                    $18, $19, $20, $21, $22, $23, $24, $25, $26, clock_timestamp(), $27)
                 ON CONFLICT (tenant_id, call_key) WHERE closed_at IS NULL DO NOTHING",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    held.call_key.as_bytes().to_vec().into(),
                    held.digest.as_bytes().to_vec().into(),
                    held.nonce.clone().into(),
                    held.environment.as_uuid().into(),
                    held.endpoint.as_uuid().into(),
                    held.tool.as_uuid().into(),
                    held.version.as_uuid().into(),
                    held.tool_name.clone().into(),
                    held.class.as_str().into(),
                    held.high_risk.into(),
                    held.policy.as_uuid().into(),
                    held.credential.clone().into(),
                    Value::Object(held.arguments.clone()).into(),
                    held.method.clone().into(),
                    held.base_url.clone().into(),
                    held.url.clone().into(),
                    json!(held.request).into(),
                    held.why.clone().into(),
                    held.requester.as_uuid().into(),
                    held.requester_label.clone().into(),
                    held.member.as_uuid().into(),
                    held.grant.as_uuid().into(),
                    held.client.as_uuid().into(),
                    held.client_label.clone().into(),
                    held.expires_at.into(),
                ],
            )
            .await?;
        let open = self
            .open_hold_of(held.call_key)
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok((
            open,
            if inserted == 1 {
                Opened::New
            } else {
                Opened::Already
            },
        ))
    }

    /// Finds the open hold of a call, and keeps others from deciding it meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_hold_of(&self, call_key: Digest) -> Result<Option<Hold>, StoreError> {
        let row = hold::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.call_key.eq(call_key.as_bytes().to_vec()))
            .filter(COLUMN.closed_at.is_null())
            .lock_exclusive()
            .one(self.db())
            .await?;
        row.map(Hold::try_from).transpose()
    }

    /// Finds one hold.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn hold(&self, id: HoldId) -> Result<Hold, StoreError> {
        hold::Entity::find_by_id((self.tenant().as_uuid(), id.as_uuid()))
            .one(self.db())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }

    /// Counts the holds that wait, of an agent and of all agents of the person behind it, and keeps
    /// that person's agents from adding to them meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiting_of(
        &self,
        grant: GrantId,
        requester: PersonId,
    ) -> Result<(i64, i64), StoreError> {
        // A statement of its own: one that waits for the lock counts by a snapshot from before.
        self.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 7171))",
            [self.tenant().as_uuid().into(), requester.as_uuid().into()],
        )
        .await?;
        let row = self
            .row(
                "SELECT count(*) FILTER (WHERE grant_id = $2) AS of_agent, count(*) AS of_person
                 FROM hold WHERE tenant_id = $1 AND requester = $3
                 AND state = 'pending' AND closed_at IS NULL AND expires_at > clock_timestamp()",
                [
                    self.tenant().as_uuid().into(),
                    grant.as_uuid().into(),
                    requester.as_uuid().into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok((row.try_get("", "of_agent")?, row.try_get("", "of_person")?))
    }
}

/// Reads which hold a row is of.
fn id(row: &QueryResult) -> Result<HoldId, StoreError> {
    Ok(row.try_get::<Uuid>("", "id")?.into())
}

/// Reads the tool of a hold's row, as the audit log names it.
fn recorded_tool(row: &QueryResult) -> Result<RecordedTool, StoreError> {
    let at = At {
        table: "hold",
        row: id(row)?,
    };
    let class: String = row.try_get("", "class")?;
    Ok(RecordedTool {
        tool: row.try_get::<Uuid>("", "tool_id")?.into(),
        version: row.try_get::<Uuid>("", "tool_version_id")?.into(),
        name: row.try_get("", "tool_name")?,
        class: at.need("class", RiskClass::parse(&class))?,
        endpoint: Some(row.try_get::<Uuid>("", "endpoint_id")?.into()),
    })
}

/// Whether a hold was made just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was.
    New,
    /// The same call was already held.
    Already,
}

impl TryFrom<hold::Model> for Hold {
    type Error = StoreError;

    fn try_from(row: hold::Model) -> Result<Self, StoreError> {
        let at = At {
            table: "hold",
            row: row.id,
        };
        let state = lists::state(
            at,
            &row.state,
            (row.decided_by, row.decided_at, row.decided_reason),
        )?;
        let digest =
            |column, bytes: &[u8]| Digest::try_from(bytes).map_err(|_| at.unreadable(column));
        let held = HeldCall {
            call_key: digest("call_key", &row.call_key)?,
            digest: digest("digest", &row.digest)?,
            nonce: row.nonce,
            environment: row.environment_id.into(),
            endpoint: row.endpoint_id.into(),
            tool: row.tool_id.into(),
            version: row.tool_version_id.into(),
            tool_name: row.tool_name,
            class: at.need("class", RiskClass::parse(&row.class))?,
            high_risk: row.high_risk,
            policy: row.policy_id.into(),
            credential: row.credential,
            arguments: at.json("arguments", row.arguments)?,
            method: row.method,
            base_url: row.base_url,
            url: row.url,
            request: at.json("request", row.request)?,
            why: row.why,
            requester: row.requester.into(),
            requester_label: row.requester_label,
            member: row.member_id.into(),
            grant: row.grant_id.into(),
            client: row.client_id.into(),
            client_label: row.client_label,
            expires_at: row.expires_at,
        };
        Ok(Self {
            id: row.id.into(),
            held,
            state,
            decided_label: row.decided_label,
            created_at: row.created_at,
            consumed_at: row.consumed_at,
        })
    }
}
