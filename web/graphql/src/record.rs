//! The audit log.

use async_graphql::{ID, InputObject, Json, SimpleObject};
use countersign_reporting::{self as reporting, RecordRow};
use serde_json::Value;

use crate::{fault::id, scalar::Moment};

/// One row of the audit log, as it was written.
#[derive(SimpleObject)]
pub(crate) struct Record {
    /// Names it.
    id: ID,
    /// When.
    at: Moment,
    /// What happened, such as `call.denied`.
    act: String,
    /// What was shown for the person then.
    person: String,
    /// What the agent called itself, if one acted.
    client: String,
    /// The call it belongs to.
    call: Option<ID>,
    /// The hold it belongs to.
    hold: Option<ID>,
    /// The tool it is about.
    tool: Option<ID>,
    /// Its exact definition.
    tool_version: Option<ID>,
    /// The tool's name then, or the name that was called and is no tool's.
    tool_name: Option<String>,
    /// The tool's class then.
    class: Option<String>,
    /// `allow`, `hold` or `deny`.
    decision: Option<String>,
    /// The rule that decided.
    rule: Option<String>,
    /// How it ended.
    status: Option<String>,
    /// A stable error code.
    code: Option<String>,
    /// The upstream's HTTP status.
    upstream_status: Option<i32>,
    /// How long it took, in microseconds.
    latency_us: Option<i64>,
    /// Which credential was used.
    credential: Option<String>,
    /// The arguments, with sensitive values replaced.
    arguments: Option<Json<Value>>,
    /// The digest of the arguments as they were.
    arguments_digest: Option<String>,
    /// Whatever else belongs to this act.
    detail: Json<Value>,
}

/// A page of the audit log, newest first.
#[derive(SimpleObject)]
pub(crate) struct RecordPage {
    /// The rows.
    nodes: Vec<Record>,
    /// Ask with this `after` for older rows, if there are any.
    next: Option<ID>,
}

/// A row with what belongs to the same call or hold.
#[derive(SimpleObject)]
pub(crate) struct RecordDetail {
    /// The row.
    record: Record,
    /// All rows of its call and its hold, in the order they were committed.
    related: Vec<Record>,
}

/// Which rows to list. What is absent does not narrow.
#[derive(Default, InputObject)]
pub(crate) struct RecordFilter {
    /// An act such as `call.denied`, or a group such as `call`.
    act: Option<String>,
    /// `allow`, `hold` or `deny`.
    decision: Option<String>,
    /// A risk class.
    class: Option<String>,
    /// `ok`, `error`, `refused` or `outcome_unknown`.
    status: Option<String>,
    /// Part of the person's label.
    person: Option<String>,
    /// Part of the agent's name.
    client: Option<String>,
    /// Part of the tool's name.
    tool: Option<String>,
    /// Part of any label, tool, code or rule.
    text: Option<String>,
    /// From this moment on.
    since: Option<Moment>,
    /// Before this moment.
    until: Option<Moment>,
}

impl From<RecordFilter> for reporting::RecordFilter {
    fn from(filter: RecordFilter) -> Self {
        Self {
            act: filter.act,
            decision: filter.decision,
            class: filter.class,
            status: filter.status,
            person: filter.person,
            client: filter.client,
            tool: filter.tool,
            text: filter.text,
            since: filter.since.map(|since| since.0),
            until: filter.until.map(|until| until.0),
            decided: None,
        }
    }
}

impl From<RecordRow> for Record {
    fn from(row: RecordRow) -> Self {
        Self {
            id: id(row.id),
            at: row.at.into(),
            act: row.act,
            person: row.person_label,
            client: row.client_label,
            call: row.call.map(id),
            hold: row.hold.map(id),
            tool: row.tool.map(id),
            tool_version: row.tool_version.map(id),
            tool_name: row.tool_name,
            class: row.class,
            decision: row.decision,
            rule: row.rule,
            status: row.status,
            code: row.code,
            upstream_status: row.upstream_status,
            latency_us: row.latency_us,
            credential: row.credential,
            arguments: row.arguments.map(Json),
            arguments_digest: row.arguments_digest.map(|digest| digest.to_string()),
            detail: Json(row.detail),
        }
    }
}

impl From<reporting::Page> for RecordPage {
    fn from(page: reporting::Page) -> Self {
        Self {
            nodes: page.rows.into_iter().map(Record::from).collect(),
            next: page.older.map(id),
        }
    }
}

impl From<reporting::RecordDetail> for RecordDetail {
    fn from(detail: reporting::RecordDetail) -> Self {
        Self {
            record: detail.row.into(),
            related: detail.related.into_iter().map(Record::from).collect(),
        }
    }
}
