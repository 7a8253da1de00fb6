//! The report, drawn.

use countersign_domain::{
    decision::Handling,
    risk::{Confidence, RiskClass},
};
use countersign_reporting::{
    Evidence, Finding, FindingCode, Grant, HoldFigures, InventoryRow, Report, ReviewerFigures,
    Severity, ToolOn, Way,
};

use super::{around, days, now, s};
use crate::pages::report;

fn tool_on(text: &str) -> ToolOn {
    ToolOn {
        tool: s::id("tool", 1),
        name: format!("create_refund{text}"),
        class: RiskClass::Billing,
        high_risk: true,
        confidence: Confidence::High,
        source: s::id("src", 1),
        source_slug: "orders".to_owned(),
        source_name: text.to_owned(),
        environment: s::id("env", 1),
        environment_name: text.to_owned(),
        needs_review: false,
        handling: Handling::Hold,
        decided_by: s::id("mem", 1),
        decided_by_person: s::id("per", 1),
        decided_label: text.to_owned(),
        decided_at: s::at(8),
        reason: text.to_owned(),
        connected: true,
        last_called_at: Some(s::at(9)),
    }
}

fn inventory() -> Vec<InventoryRow> {
    let rows = RiskClass::ALL.into_iter().zip([615, 402, 88, 61, 32, 25]);
    rows.map(|(class, tools)| InventoryRow {
        environment: s::id("env", 1),
        environment_name: "Production".to_owned(),
        class,
        tools,
        callable: tools - 2,
        on: tools / 2,
        held: tools / 5,
        needs_review: 1,
    })
    .collect()
}

fn grant(text: &str) -> Grant {
    Grant {
        id: s::id("grant", 1),
        client: s::id("client", 1),
        client_name: text.to_owned(),
        redirect_uri: String::new(),
        endpoint: s::id("end", 1),
        endpoint_name: text.to_owned(),
        endpoint_slug: "support".to_owned(),
        member: s::id("mem", 1),
        member_label: text.to_owned(),
        scopes: vec![RiskClass::Read, RiskClass::Billing],
        created_at: s::at(6),
        expires_at: s::at(50),
        last_token_at: None,
        can_call: true,
    }
}

pub(super) fn way(endpoint: &str, text: &str) -> Way {
    Way {
        tool: s::id("tool", 1),
        environment: s::id("env", 1),
        endpoint_slug: endpoint.parse().unwrap(),
        endpoint_name: text.to_owned(),
        agents: [grant(text)].into(),
    }
}

pub(super) fn report_page(text: &str) -> report::ReportPage {
    let report = Report {
        made_at: now(),
        left_out: 2,
        inventory: inventory(),
        tools_on: vec![tool_on(text), tool_on(text)],
        lowered: s::lowered(text),
        unused: vec![tool_on(text)],
        holds: HoldFigures {
            pending: 1,
            countersigned: 1,
            rejected: 3,
            expired: 2,
            stale: 0,
            consumed: 14,
            median_decision_seconds: Some(140),
        },
        reviewers: vec![ReviewerFigures {
            person: s::id("per", 2),
            label: text.to_owned(),
            countersigned: 14,
            rejected: 3,
            median_decision_seconds: 140,
            last_at: s::at(12),
        }],
        days: days(),
        classes: Vec::new(),
        agents: vec![grant(text)],
        ways: vec![
            way("support", text),
            Way {
                agents: [].into(),
                ..way("night", text)
            },
        ],
        findings: vec![Finding {
            code: FindingCode::TooFewReviewers,
            severity: Severity::High,
            sentence: "High-risk tools are on, and only one member can countersign their calls."
                .to_owned(),
            evidence: vec![Evidence {
                id: "tool_00000000000000000000000000000001".to_owned(),
                label: text.to_owned(),
            }],
        }],
    };
    report::ReportPage::new(around("Report", text), &report)
}
