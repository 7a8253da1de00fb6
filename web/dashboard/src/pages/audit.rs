//! The audit log, and one row with everything that belongs to the same call or hold.

mod folded;
mod words;

use askama::Template;
use chrono::{NaiveDate, NaiveTime};
use countersign_access::ActionName;
use countersign_domain::{Timestamp, id::RecordId, record::Act, risk::RiskClass};
use countersign_edge::{Routes, WhoMay};
use countersign_reporting::{AuditError, RecordFilter, RecordRow};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use crate::{
    answer::{Answer, page},
    frame::{Frame, Here, Section},
    inert::Inert,
    pages::whereabouts::Whereabouts,
    parts::{Badge, When},
};

use self::folded::{DECIDED_TOGETHER, Folded, decision, fold, same_decision};

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadRecords);
    Routes::new()
        .get("/t/{tenant}/audit", read, list)
        .get("/t/{tenant}/audit/{record}", read, show)
}

/// What the address says about which rows to show.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    pub(crate) act: String,
    pub(crate) decision: String,
    pub(crate) class: String,
    pub(crate) status: String,
    pub(crate) person: String,
    pub(crate) client: String,
    pub(crate) tool: String,
    pub(crate) text: String,
    pub(crate) since: String,
    pub(crate) until: String,
    /// The decision of which each row is shown by itself, and nothing else.
    pub(crate) each: String,
    pub(crate) after: Option<RecordId>,
}

impl Query {
    fn filter(&self) -> Result<RecordFilter, AuditError> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        // The last day is meant with all of it.
        let until = day(&self.until)?.map(|day| day.succ_opt().unwrap_or(day));
        Ok(RecordFilter {
            act: given(&self.act),
            decision: given(&self.decision),
            class: given(&self.class),
            status: given(&self.status),
            person: given(&self.person),
            client: given(&self.client),
            tool: given(&self.tool),
            text: given(&self.text),
            since: day(&self.since)?.map(midnight),
            until: until.map(midnight),
            decided: given(&self.each)
                .map(|each| each.parse().map_err(|_| AuditError::FilterUnreadable))
                .transpose()?,
        })
    }

    fn older(&self, after: RecordId) -> String {
        let after = after.to_string();
        let fields = [
            ("act", &self.act),
            ("decision", &self.decision),
            ("class", &self.class),
            ("status", &self.status),
            ("person", &self.person),
            ("client", &self.client),
            ("tool", &self.tool),
            ("text", &self.text),
            ("since", &self.since),
            ("until", &self.until),
            ("each", &self.each),
            ("after", &after),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .finish()
    }
}

fn day(text: &str) -> Result<Option<NaiveDate>, AuditError> {
    let text = Some(text.trim()).filter(|text| !text.is_empty());
    let day = text.map(|text| text.parse().map_err(|_| AuditError::FilterUnreadable));
    day.transpose()
}

const fn midnight(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[derive(Template)]
#[template(path = "pages/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) query: Query,
    pub(crate) acts: Vec<(&'static str, String)>,
    pub(crate) classes: Vec<&'static str>,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) older: Option<String>,
}

/// One row of the log.
pub(crate) struct AuditRow {
    pub(crate) id: String,
    pub(crate) at: When,
    pub(crate) act: Inert,
    /// The same in words.
    pub(crate) says: &'static str,
    /// The rows of one decision that this one stands for, and where they are.
    pub(crate) folded: Option<(usize, String)>,
    /// What a change was, where there is no decision about a call.
    pub(crate) what: Option<Inert>,
    pub(crate) rule_says: &'static str,
    pub(crate) person: Inert,
    pub(crate) client: Inert,
    pub(crate) tool: Option<Inert>,
    pub(crate) class: Option<Badge>,
    pub(crate) decision: Option<Badge>,
    pub(crate) rule: Inert,
    pub(crate) status: Inert,
    pub(crate) code: Inert,
    pub(crate) upstream: Option<i32>,
    pub(crate) latency: Option<String>,
}

impl AuditRow {
    pub(crate) fn new(row: &RecordRow) -> Self {
        let text = |text: &Option<String>| Inert::new(text.as_deref().unwrap_or_default());
        Self {
            id: row.id.to_string(),
            at: When::exact(row.at),
            act: Inert::new(&row.act),
            says: words::of_act(&row.act),
            folded: None,
            what: (row.decision.is_none() && row.status.is_none()).then(|| what(&row.detail)),
            rule_says: words::of_rule(row.rule.as_deref().unwrap_or_default()),
            person: Inert::new(&row.person_label),
            client: Inert::new(&row.client_label),
            tool: row.tool_name.as_ref().map(Inert::new),
            class: row
                .class
                .as_deref()
                .and_then(RiskClass::parse)
                .map(Badge::class),
            decision: row.decision.as_deref().map(Badge::decision),
            rule: text(&row.rule),
            status: text(&row.status),
            code: text(&row.code),
            upstream: row.upstream_status,
            latency: row.latency_us.map(milliseconds),
        }
    }
}

/// The address of the rows of the decision that this one names.
fn each_of(row: &RecordRow) -> String {
    format!("each={}", decision(row).unwrap_or_default())
}

/// Letters of what a change was, in a list.
const WHAT: usize = 240;

/// The detail of a row in one line, without ids, digests and what has parts: they stand on the page
/// of the row.
fn what(row: &Value) -> Inert {
    let plain = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        let end = text.rsplit('_').next().unwrap_or_default();
        let is_id = end.len() >= 32 && end.chars().all(|one| one.is_ascii_hexdigit());
        !is_id && !value.is_object() && !value.is_array()
    };
    let members = row.as_object().into_iter().flatten();
    // Says which decision, and nothing that a person reads.
    let members = members.filter(|(key, value)| *key != DECIDED_TOGETHER && plain(value));
    let line: Vec<String> = members
        .map(|(key, value)| said(key, value))
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    let line = line.join("; ");
    let cut: String = line.chars().take(WHAT).collect();
    Inert::new(if cut.len() < line.len() {
        cut + "…"
    } else {
        line
    })
}

fn milliseconds(microseconds: i64) -> String {
    let tenths = microseconds / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

impl AuditPage {
    pub(crate) fn new(
        (frame, base): (Frame, String),
        query: Query,
        rows: Vec<RecordRow>,
        older: Option<RecordId>,
    ) -> Self {
        let drawn = |Folded { row, count }: &Folded| AuditRow {
            folded: (*count > 1).then(|| (*count, each_of(row))),
            ..AuditRow::new(row)
        };
        let rows: Vec<AuditRow> = if query.each.is_empty() {
            fold(rows).iter().map(drawn).collect()
        } else {
            rows.iter().map(AuditRow::new).collect()
        };
        let groups = ["call", "hold", "member", "source", "tool", "token", "agent"];
        let groups = groups
            .into_iter()
            .map(|group| (group, format!("all {group}")));
        let acts = Act::ALL.into_iter();
        let acts = acts.filter(|act| *act != Act::ToolsTurnedOn);
        let acts = acts.map(Act::as_str);
        Self {
            frame,
            base,
            acts: groups
                .chain(acts.map(|act| (act, act.to_owned())))
                .collect(),
            classes: RiskClass::ALL.into_iter().map(RiskClass::as_str).collect(),
            rows,
            older: older.map(|after| query.older(after)),
            query,
        }
    }
}

/// Pages that are read at most to show a decision as one row; what is left of it is older.
const FURTHER: usize = 20;

async fn list(here: Here) -> Answer {
    let query: Query = here.whole_query().ok_or(AuditError::FilterUnreadable)?;
    let audit = &here.services().audit;
    let filter = query.filter()?;
    let mut found = audit.list(here.scope(), &filter, query.after).await?;
    let mut further = 0..FURTHER;
    // A decision about hundreds of tools does not fill pages.
    while query.each.is_empty()
        && let Some(older) = found.older
        && let Some(last) = found.rows.last().cloned()
        && same_decision(&last, &last)
        && further.next().is_some()
        // What was found is shown, whatever becomes of looking further.
        && let Ok(more) = audit.list(here.scope(), &filter, Some(older)).await
    {
        let same = more.rows.iter().take_while(|row| same_decision(&last, row));
        let same = same.count();
        if same == 0 {
            break;
        }
        let is_all = same == more.rows.len();
        found.rows.extend(more.rows.into_iter().take(same));
        let cut = found.rows.last().map(|row| row.id);
        found.older = if is_all { more.older } else { cut };
    }
    let around = (here.frame("Audit log", Section::Audit), here.path(""));
    page(&AuditPage::new(around, query, found.rows, found.older))
}

#[derive(Template)]
#[template(path = "pages/record.html")]
pub(crate) struct RecordPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) row: AuditRow,
    pub(crate) committed: When,
    pub(crate) whereabouts: Option<Whereabouts>,
    pub(crate) call: Option<String>,
    pub(crate) hold: Option<String>,
    pub(crate) tool: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) credential: Inert,
    pub(crate) arguments: Option<Inert>,
    pub(crate) digest: Option<String>,
    pub(crate) detail: Vec<(Inert, Inert)>,
    pub(crate) same_call: Vec<AuditRow>,
    pub(crate) same_hold: Vec<AuditRow>,
}

impl RecordPage {
    pub(crate) fn new(
        (frame, base): (Frame, String),
        row: &RecordRow,
        related: &[RecordRow],
    ) -> Self {
        let rows = |keep: &dyn Fn(&&RecordRow) -> bool| -> Vec<AuditRow> {
            related.iter().filter(keep).map(AuditRow::new).collect()
        };
        Self {
            frame,
            base,
            row: AuditRow::new(row),
            committed: When::exact(row.committed_at),
            whereabouts: None,
            call: row.call.map(|id| id.to_string()),
            hold: row.hold.map(|id| id.to_string()),
            tool: row.tool.map(|id| id.to_string()),
            version: row.tool_version.map(|id| id.to_string()),
            credential: Inert::new(row.credential.as_deref().unwrap_or_default()),
            arguments: row.arguments.as_ref().map(Inert::json),
            digest: row.arguments_digest.map(|digest| digest.to_string()),
            detail: detail(&row.detail),
            same_call: rows(&|other| row.call.is_some() && other.call == row.call),
            same_hold: rows(&|other| row.hold.is_some() && other.hold == row.hold),
        }
    }
}

fn detail(detail: &Value) -> Vec<(Inert, Inert)> {
    let members = detail.as_object().into_iter().flatten();
    members.map(|(key, value)| said(key, value)).collect()
}

fn said(key: &str, value: &Value) -> (Inert, Inert) {
    let said = match (key, value.as_str()) {
        ("handling", Some("run")) => Inert::new("calls run at once"),
        ("handling", Some("hold")) => Inert::new("each call is held"),
        (_, Some(text)) => Inert::new(text),
        (_, None) if value.is_null() => Inert::new("none"),
        (_, None) => Inert::json(value),
    };
    (Inert::new(key.replace('_', " ")), said)
}

async fn show(here: Here) -> Answer {
    let id: RecordId = here.part("record")?;
    let found = here.services().audit.get(here.scope(), id).await?;
    let around = (here.frame("Record", Section::Audit), here.path(""));
    let mut drawn = RecordPage::new(around, &found.row, &found.related);
    if let Some(endpoint) = found.row.endpoint {
        drawn.whereabouts = Some(Whereabouts::of(&here, endpoint, found.row.tool).await?);
    }
    page(&drawn)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_last_day_of_a_filter_is_meant_with_all_of_it() {
        let query = Query {
            since: "2026-11-01".to_owned(),
            until: "2026-11-01".to_owned(),
            ..Query::default()
        };
        let filter = query.filter().unwrap();
        let length = filter.until.unwrap() - filter.since.unwrap();
        assert_eq!(length, TimeDelta::days(1));
    }
}
