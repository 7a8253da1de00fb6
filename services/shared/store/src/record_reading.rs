//! Reading the audit log back.

use std::time::Duration;

use chrono::{Datelike as _, TimeDelta};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{
        CallId, ClientId, EnablementId, EndpointId, HoldId, MemberId, PersonId, RecordId, ToolId,
        ToolVersionId,
    },
    record::Act,
};
use sea_orm::{
    Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LikeExpr, SimpleExpr, extension::postgres::PgExpr},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    entity::record::{self, COLUMN, Column},
};

/// One row of the audit log, as it was written. Texts stay texts: a later version may have
/// written something this one has no name for.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "each field is the column of its name in the migrations"
)]
pub struct RecordRow {
    pub id: RecordId,
    pub at: Timestamp,
    pub act: String,
    pub person: Option<PersonId>,
    pub member: Option<MemberId>,
    pub person_label: String,
    pub client: Option<ClientId>,
    pub client_label: String,
    pub call: Option<CallId>,
    pub hold: Option<HoldId>,
    pub endpoint: Option<EndpointId>,
    pub tool: Option<ToolId>,
    pub tool_version: Option<ToolVersionId>,
    pub tool_name: Option<String>,
    pub class: Option<String>,
    pub arguments: Option<Value>,
    pub arguments_digest: Option<Digest>,
    pub decision: Option<String>,
    pub rule: Option<String>,
    pub status: Option<String>,
    pub code: Option<String>,
    pub upstream_status: Option<i32>,
    pub latency_us: Option<i64>,
    pub credential: Option<String>,
    pub detail: Value,
    pub committed_at: Timestamp,
}

/// Which rows to list. What is empty does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// An act such as `call.denied`, or a group such as `call`.
    pub act: Option<String>,
    /// `allow`, `hold` or `deny`.
    pub decision: Option<String>,
    /// A risk class.
    pub class: Option<String>,
    /// `ok`, `error`, `refused` or `outcome_unknown`.
    pub status: Option<String>,
    /// Part of the person's label.
    pub person: Option<String>,
    /// Part of the agent's name.
    pub client: Option<String>,
    /// Part of the tool's name.
    pub tool: Option<String>,
    /// Part of any label, tool, code or rule.
    pub text: Option<String>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// The decision about tools that they name.
    pub decided: Option<EnablementId>,
}

impl RecordFilter {
    /// Says whether rows can be asked for this: no text of the database has the character 0, and
    /// its times end before those that can be written.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let texts = [
            &self.act,
            &self.decision,
            &self.class,
            &self.status,
            &self.person,
            &self.client,
            &self.tool,
            &self.text,
        ];
        let mut texts = texts.into_iter().flatten();
        let mut times = [self.since, self.until].into_iter().flatten();
        texts.all(|text| text.bytes().all(|byte| byte != 0))
            && times.all(|at| matches!(at.year(), 1..=10_000))
    }

    /// Says whether rows that do not fit may have to be read to find those that do: only a time
    /// is found by the key.
    #[must_use]
    pub fn is_search(&self) -> bool {
        let (since, until) = (self.since, self.until);
        *self
            != Self {
                since,
                until,
                ..Self::default()
            }
    }

    fn condition(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(act) = &self.act {
            let group = LikeExpr::new(format!("{}.%", escaped(act)));
            all = all.add(
                COLUMN
                    .act
                    .eq(act.as_str())
                    .or(Expr::col(Column::Act).like(group)),
            );
        }
        let exact = [
            (Column::Decision, &self.decision),
            (Column::Class, &self.class),
            (Column::Status, &self.status),
        ];
        for (column, value) in exact {
            all = all.add_option(
                value
                    .as_ref()
                    .map(|value| Expr::col(column).eq(value.as_str())),
            );
        }
        let parts = [
            (Column::PersonLabel, &self.person),
            (Column::ClientLabel, &self.client),
            (Column::ToolName, &self.tool),
        ];
        for (column, value) in parts {
            all = all.add_option(value.as_ref().map(|value| contains(column, value)));
        }
        if let Some(text) = &self.text {
            let anywhere = [
                Column::PersonLabel,
                Column::ClientLabel,
                Column::ToolName,
                Column::Code,
                Column::Rule,
                Column::Act,
            ];
            let any = anywhere.into_iter().fold(Condition::any(), |any, column| {
                any.add(contains(column, text))
            });
            all = all.add(any);
        }
        if let Some(decided) = self.decided {
            let at = made_at(decided);
            let named = Expr::col(Column::Detail).cast_json_field("decided_together");
            all = all
                .add(named.eq(decided.to_string()))
                .add(COLUMN.id.gte(first_id_at(at).as_uuid()))
                .add(COLUMN.id.lt(id_after(at + DECIDED_WITHIN).as_uuid()));
        }
        all.add_option(self.since.map(|since| COLUMN.at.gte(since)))
            .add_option(
                self.since
                    .map(|since| COLUMN.id.gte(first_id_at(since).as_uuid())),
            )
            .add_option(self.until.map(|until| COLUMN.at.lt(until)))
            .add_option(
                self.until
                    .map(|until| COLUMN.id.lt(id_after(until).as_uuid())),
            )
    }
}

/// Ids carry whole milliseconds and are made just before the row's own time is taken; this covers
/// a clock that is set between the two.
const SET_BETWEEN: TimeDelta = TimeDelta::seconds(1);

/// The rows of a decision are written in its own transaction, so that no others are looked through.
const DECIDED_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// The moment that the id of a decision carries.
fn made_at(decided: EnablementId) -> Timestamp {
    let milliseconds = i64::try_from(decided.as_uuid().as_u128() >> 80).unwrap_or_default();
    Timestamp::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// An id that is less than every id of a row written at this moment or later, so that asking for
/// a time walks the key and not the whole log.
pub(crate) fn first_id_at(at: Timestamp) -> RecordId {
    id_at(at - SET_BETWEEN)
}

/// An id that is greater than every id of a row written before this moment.
pub(crate) fn id_after(at: Timestamp) -> RecordId {
    id_at(at + SET_BETWEEN)
}

/// The first of the ids that carry this moment.
fn id_at(at: Timestamp) -> RecordId {
    let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(u128::from(milliseconds) << 80).into()
}

fn contains(column: Column, part: &str) -> SimpleExpr {
    Expr::col(column).ilike(LikeExpr::new(format!("%{}%", escaped(part))))
}

/// Makes the text stand for itself in a pattern; a backslash is PostgreSQL's own escape.
fn escaped(part: &str) -> String {
    part.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

impl TenantTx {
    /// Gives each further statement of this transaction so long and no longer.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn limit_each_statement(&self, most: Duration) -> Result<(), StoreError> {
        self.execute(
            "SELECT set_config('statement_timeout', $1, true)",
            [most.as_millis().to_string().into()],
        )
        .await
        .map(|_| ())
    }

    /// Lists rows, newest first, those before `before` if given, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn records(
        &self,
        filter: &RecordFilter,
        before: Option<RecordId>,
        limit: u64,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let rows = record::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(filter.condition())
            .filter(
                Condition::all().add_option(before.map(|before| COLUMN.id.lt(before.as_uuid()))),
            )
            .order_by_desc(COLUMN.id)
            .limit(limit)
            .all(self.db())
            .await?;
        Ok(rows.into_iter().map(RecordRow::from).collect())
    }

    /// Lists the latest rows about calls, newest first: everybody's, or those of one person's
    /// agents.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_calls(
        &self,
        of: Option<PersonId>,
        limit: u64,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let rows = record::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            // As text, which is how the index for a person's calls has it.
            .filter(Expr::cust("act LIKE 'call.%'"))
            .filter(Condition::all().add_option(of.map(|of| COLUMN.person_id.eq(of.as_uuid()))))
            .order_by_desc(COLUMN.id)
            .limit(limit)
            .all(self.db())
            .await?;
        Ok(rows.into_iter().map(RecordRow::from).collect())
    }

    /// Finds one row.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn record(&self, id: RecordId) -> Result<RecordRow, StoreError> {
        let row = record::Entity::find_by_id((self.tenant().as_uuid(), id.as_uuid()))
            .one(self.db())
            .await?;
        row.map(RecordRow::from).ok_or(StoreError::NotFound)
    }

    /// Says whether it is on record that somebody may not decide about this hold.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn was_denied(&self, hold: HoldId, person: PersonId) -> Result<bool, StoreError> {
        let found = record::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.hold_id.eq(hold.as_uuid()))
            .filter(COLUMN.person_id.eq(person.as_uuid()))
            .filter(COLUMN.act.eq(Act::AccessDenied.as_str()))
            .limit(1)
            .one(self.db())
            .await?;
        Ok(found.is_some())
    }

    /// Finds every row of the same call or the same hold, in the order they were committed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn related_records(
        &self,
        of: &RecordRow,
        limit: u64,
    ) -> Result<Vec<RecordRow>, StoreError> {
        if of.call.is_none() && of.hold.is_none() {
            return Ok(Vec::new());
        }
        let same = Condition::any()
            .add_option(of.call.map(|call| COLUMN.call_id.eq(call.as_uuid())))
            .add_option(of.hold.map(|hold| COLUMN.hold_id.eq(hold.as_uuid())));
        let rows = record::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(same)
            .order_by_asc(COLUMN.committed_at)
            .limit(limit)
            .all(self.db())
            .await?;
        Ok(rows.into_iter().map(RecordRow::from).collect())
    }
}

impl From<record::Model> for RecordRow {
    fn from(row: record::Model) -> Self {
        Self {
            id: row.id.into(),
            at: row.at,
            act: row.act,
            person: row.person_id.map(PersonId::from),
            member: row.member_id.map(MemberId::from),
            person_label: row.person_label,
            client: row.client_id.map(ClientId::from),
            client_label: row.client_label,
            call: row.call_id.map(CallId::from),
            hold: row.hold_id.map(HoldId::from),
            endpoint: row.endpoint_id.map(EndpointId::from),
            tool: row.tool_id.map(ToolId::from),
            tool_version: row.tool_version_id.map(ToolVersionId::from),
            tool_name: row.tool_name,
            class: row.class,
            arguments: row.arguments,
            arguments_digest: row
                .arguments_digest
                .and_then(|bytes| Digest::try_from(bytes.as_slice()).ok()),
            decision: row.decision,
            rule: row.rule,
            status: row.status,
            code: row.code,
            upstream_status: row.upstream_status,
            latency_us: row.latency_us,
            credential: row.credential,
            detail: row.detail,
            committed_at: row.committed_at,
        }
    }
}
