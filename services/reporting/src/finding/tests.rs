use chrono::DateTime;
use countersign_domain::{Timestamp, digest::Digest, id::MemberId, overrides::Said};
use uuid::Uuid;

use super::*;

const NONE: Facts<'static> = Facts {
    members: &[],
    tools_on: &[],
    unused: &[],
    plain_credentials: &[],
    unresolved_calls: &[],
    unresolved: 0,
    same_hands: &[],
    lowered: &[],
    were_more: &BTreeMap::new(),
    suspended: &[],
};

fn moment() -> Timestamp {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn member(role: Role) -> Member {
    Member {
        id: MemberId::from(Uuid::from_u128(1)),
        person: Uuid::from_u128(2).into(),
        email: "ada@example.com".parse().unwrap(),
        role,
        created_at: moment(),
    }
}

fn read() -> ToolOn {
    ToolOn {
        tool: Uuid::from_u128(3).into(),
        name: "list".to_owned(),
        class: RiskClass::Read,
        high_risk: false,
        confidence: Confidence::High,
        source: Uuid::from_u128(4).into(),
        source_slug: "pay".to_owned(),
        source_name: "Payments".to_owned(),
        environment: Uuid::from_u128(5).into(),
        environment_name: "Production".to_owned(),
        needs_review: false,
        handling: Handling::Run,
        decided_by: Uuid::from_u128(1).into(),
        decided_by_person: Uuid::from_u128(2).into(),
        decided_label: "ada@example.com".to_owned(),
        decided_at: moment(),
        reason: "we need it".to_owned(),
        connected: true,
        last_called_at: None,
    }
}

fn high_risk() -> ToolOn {
    ToolOn {
        class: RiskClass::Billing,
        high_risk: true,
        handling: Handling::Hold,
        ..read()
    }
}

fn codes(facts: Facts<'_>) -> Vec<FindingCode> {
    facts.findings().iter().map(|one| one.code).collect()
}

fn of_tools(tools_on: &[ToolOn]) -> Vec<FindingCode> {
    let two = [member(Role::Reviewer), member(Role::Reviewer)];
    codes(Facts {
        members: &two,
        tools_on,
        ..NONE
    })
}

#[test]
fn a_tidy_tenant_has_no_findings() {
    assert_eq!(of_tools(&[read(), high_risk()]), []);
}

#[test]
fn every_weak_tool_is_found_as_what_it_is() {
    let write = ToolOn {
        class: RiskClass::Write,
        ..read()
    };
    let held = ToolOn {
        handling: Handling::Hold,
        ..write.clone()
    };
    let guess = ToolOn {
        confidence: Confidence::Low,
        ..read()
    };
    let changed = ToolOn {
        needs_review: true,
        connected: false,
        ..write.clone()
    };
    let nowhere = ToolOn {
        connected: false,
        ..read()
    };
    assert_eq!(of_tools(&[write]), [FindingCode::WritesRunAtOnce]);
    assert_eq!(of_tools(&[held]), []);
    assert_eq!(of_tools(&[guess]), [FindingCode::LowConfidenceToolOn]);
    assert_eq!(of_tools(&[changed]), [FindingCode::ToolsNeedReview]);
    assert_eq!(of_tools(&[nowhere]), [FindingCode::ToolOnWithoutConnection]);
}

#[test]
fn high_risk_with_fewer_than_two_reviewers_is_found() {
    let tools = [high_risk()];
    let with = |members: &[Member]| {
        codes(Facts {
            members,
            tools_on: &tools,
            ..NONE
        })
    };
    let few = FindingCode::TooFewReviewers;
    assert_eq!(with(&[]), [few]);
    assert_eq!(
        with(&[member(Role::Auditor), member(Role::Developer)]),
        [few]
    );
    assert_eq!(with(&[member(Role::Admin)]), [few]);
    assert_eq!(
        with(&[member(Role::Owner)]),
        [few, FindingCode::SingleOwner]
    );
    assert_eq!(with(&[member(Role::Admin), member(Role::Reviewer)]), []);
    assert_eq!(of_tools(&[read()]), []);
}

#[test]
fn the_most_urgent_comes_first_and_names_its_evidence() {
    let call = UnresolvedCall {
        call: Uuid::from_u128(7).into(),
        intent: Uuid::from_u128(8).into(),
        tool_name: "refund".to_owned(),
        at: moment(),
    };
    let plain = PlainCredential {
        connection: Uuid::from_u128(9).into(),
        source_name: "Payments".to_owned(),
        environment_name: "Production".to_owned(),
        base_url: "http://api.example.com".parse().unwrap(),
    };
    let here = PlainCredential {
        base_url: "http://127.0.0.1:9000".parse().unwrap(),
        ..plain.clone()
    };
    let hand = SameHand {
        tool: Uuid::from_u128(3).into(),
        tool_name: "refund".to_owned(),
        label: "ada@example.com".to_owned(),
        countersigned: 2,
    };
    let facts = Facts {
        members: &[member(Role::Owner)],
        unused: &[read(), read()],
        plain_credentials: &[here, plain],
        unresolved_calls: std::slice::from_ref(&call),
        unresolved: 1,
        same_hands: &[hand],
        ..NONE
    };
    let findings = facts.findings();
    let said: Vec<_> = findings
        .iter()
        .map(|one| (one.code.as_str(), one.severity.as_str(), one.evidence.len()))
        .collect();
    let wanted = [
        ("outcome_unknown", "high", 1),
        ("credential_over_plain_http", "high", 1),
        ("same_hand_on_both_keys", "medium", 1),
        ("single_owner", "low", 1),
        ("unused_tools_on", "low", 2),
    ];
    assert_eq!(said, wanted);
    assert_eq!(findings[0].evidence[0].id, call.call.to_string());
    assert!(findings.iter().all(|one| !one.sentence.contains("refund")));
}

#[test]
fn a_lowered_tool_that_is_on_names_both_people_and_their_reasons() {
    let lowered = Override {
        id: Uuid::from_u128(10).into(),
        tool: read().tool,
        said: Said::Risk(SaidRisk::new(RiskClass::Read, false)),
        instead_of: Said::Risk(SaidRisk::new(RiskClass::Write, false)),
        about: Digest::of(b"text"),
        reason: "it only looks".to_owned(),
        by: Uuid::from_u128(11).into(),
        by_label: "dev@example.com".to_owned(),
        at: moment(),
        ended: None,
    };
    let findings = Facts {
        members: &[member(Role::Reviewer), member(Role::Reviewer)],
        tools_on: &[read()],
        lowered: &[lowered],
        ..NONE
    }
    .findings();
    assert_eq!(findings[0].code, FindingCode::LoweredToolOn);
    assert_eq!(findings[0].severity, Severity::High);
    for said in [
        "dev@example.com",
        "it only looks",
        "ada@example.com",
        "we need it",
    ] {
        let label = &findings[0].evidence[0].label;
        assert!(label.contains(said), "{said}: {label}");
    }
}

#[test]
fn a_tool_that_is_on_as_less_than_what_was_decided_about_before_says_what_it_was() {
    let was = SaidRisk::new(RiskClass::Delete, true);
    let findings = Facts {
        members: &[member(Role::Reviewer), member(Role::Reviewer)],
        tools_on: &[read()],
        were_more: &BTreeMap::from([(read().tool, was)]),
        ..NONE
    }
    .findings();
    assert_eq!(findings[0].code, FindingCode::LoweredToolOn);
    let label = &findings[0].evidence[0].label;
    for said in ["DELETE, high risk", "ada@example.com", "we need it"] {
        assert!(label.contains(said), "{said}: {label}");
    }
}
