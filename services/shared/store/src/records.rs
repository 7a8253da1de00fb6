//! The audit log: rows are added and read, never changed.

use std::mem;

use countersign_domain::{
    id::{CallId, ClientId, EndpointId, HoldId, MemberId, PersonId},
    record::{Record, Status},
};
use serde_json::Value;

use crate::{Committed, Store, StoreError, SystemTx, TenantTx};

/// One spelling of a row for both ways in; the database fills `committed_at`.
const INSERT: &str = "INSERT INTO record (tenant_id, id, at, act, person_id, member_id, person_label,
    client_id, client_label, call_id, hold_id, endpoint_id, tool_id, tool_version_id, tool_name, class,
    arguments, arguments_digest, decision, rule, status, code, upstream_status, latency_us, credential, detail)
    SELECT tenant_id, id, at, act, person_id, member_id, person_label,
    client_id, client_label, call_id, hold_id, endpoint_id, tool_id, tool_version_id, tool_name, class,
    arguments, arguments_digest, decision, rule, status, code, upstream_status, latency_us, credential, detail
    FROM jsonb_populate_recordset(NULL::public.record, $1)";

impl Store {
    /// Adds rows of any tenants in one statement that is committed when this returns. This is
    /// the group commit of the gateway: one round trip and one fsync for all calls that wait.
    ///
    /// # Errors
    /// When they are not durably written; then none of them is.
    pub async fn append_records(&self, records: &[Record]) -> Result<Vec<Committed>, StoreError> {
        let rows: Value = records.iter().map(to_json).collect();
        let done = sqlx::query(INSERT)
            .bind(rows)
            .execute(&self.records)
            .await?;
        debug_assert_eq!(done.rows_affected(), records.len() as u64);
        Ok(records.iter().map(Committed::of).collect())
    }
}

impl TenantTx {
    /// Adds one row in the caller's transaction: the change and its record are one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn append_record(&self, record: &Record) -> Result<(), StoreError> {
        self.append_each(std::slice::from_ref(record)).await
    }

    /// Adds rows in the caller's transaction, in one statement.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn append_each(&self, records: &[Record]) -> Result<(), StoreError> {
        let rows: Value = records.iter().map(to_json).collect();
        self.execute(INSERT, [rows.into()]).await.map(|_| ())
    }
}

impl SystemTx {
    /// Adds one row in the system's transaction; for what the system does by itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn append_record(&self, record: &Record) -> Result<(), StoreError> {
        let rows = Value::Array(vec![to_json(record)]);
        self.execute(INSERT, [rows.into()]).await.map(|_| ())
    }
}

fn to_json(record: &Record) -> Value {
    let tool = record.tool.as_ref();
    let mut row = serde_json::json!({
        "tenant_id": record.tenant.as_uuid(),
        "id": record.id.as_uuid(),
        "at": record.at,
        "act": record.act.as_str(),
        "person_id": record.who.person.map(PersonId::as_uuid),
        "member_id": record.who.member.map(MemberId::as_uuid),
        "person_label": record.who.person_label,
        "client_id": record.who.client.map(ClientId::as_uuid),
        "client_label": record.who.client_label,
        "call_id": record.call.map(CallId::as_uuid),
        "hold_id": record.hold.map(HoldId::as_uuid),
        "endpoint_id": tool.and_then(|t| t.endpoint).map(EndpointId::as_uuid),
        "tool_id": tool.map(|t| t.tool.as_uuid()),
        "tool_version_id": tool.map(|t| t.version.as_uuid()),
        "tool_name": tool.map(|t| &t.name).or(record.called.as_ref()),
        "class": tool.map(|t| t.class.as_str()),
        "arguments": record.arguments,
        "arguments_digest": record.arguments_digest.map(|digest| format!("\\x{digest}")),
        "decision": record.verdict.map(|v| v.decision.as_str()),
        "rule": record.verdict.map(|v| v.rule.as_str()),
        "status": record.status.map(Status::as_str),
        "code": record.code,
        "upstream_status": record.upstream_status,
        "latency_us": record.latency_us,
        "credential": record.credential,
        "detail": record.detail,
    });
    draw_nulls(&mut row);
    row
}

/// PostgreSQL's texts cannot hold U+0000. An agent that sends one must not thereby keep its call
/// out of the log, so it is drawn as `␀`; the digest beside it is of what was really sent.
fn draw_nulls(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "␀"),
        Value::Array(items) => items.iter_mut().for_each(draw_nulls),
        Value::Object(members) => {
            if members.keys().any(|key| key.contains('\0')) {
                *members = mem::take(members)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "␀"), value))
                    .collect();
            }
            members.values_mut().for_each(draw_nulls);
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
