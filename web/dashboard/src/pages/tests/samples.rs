//! Values that the pages are drawn from. `text` stands wherever text from outside can stand.

mod decided;
mod holds;
mod overrides;

use std::collections::BTreeMap;

use countersign_accounts::{FoundInvitation, Member, OpenInvitation};
use countersign_domain::{
    Timestamp,
    connection::AuthScheme,
    decision::Handling,
    digest::Digest,
    drift::{Breaking, Change, ChangeKind, ReviewReason, SecuritySeverity, Shown, Weight},
    operation::{
        Bind, Body, BodyKind, Diagnostic, ImportedOperation, Method, Place, SchemeUse, Security,
        Severity, Style,
    },
    overrides::{Override, SaidRisk},
    risk::{Confidence, Reason, Risk, RiskClass, Sensitivity},
    role::Role,
    schedule::{Cadence, StopReason},
    tool::{Choice, Enablement, Tool, ToolState},
};
use countersign_oauth_server::{ConsentView, GrantView, OfferedTool};
use countersign_reporting::RecordRow;
use countersign_secret_injection::{
    ConnectionView, Suspension,
    connections::{CredentialView, SuggestedAddress, Suggestions},
};
use countersign_spec_import::{
    ChangedToolName, ImportNotice, LookFailure, Looking, Notices, Outcome, RevisionChange, Schedule,
};
use countersign_tool_registry::{
    ClassCount, Endpoint, Environment, GivenAs, ReviewProgress, RevisionState, RevisionView,
    Source, SourceDetail, ToolBrief, ToolView,
};
use serde_json::json;

pub(super) use decided::{outcome, refused, told};
pub(super) use holds::{hold, judgement};

/// An id of any kind.
pub(super) fn id<T: std::str::FromStr>(prefix: &str, number: u128) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("{prefix}_{number:032x}").parse().unwrap()
}

pub(super) fn at(minute: u32) -> Timestamp {
    let text = format!("2026-11-20T10:{minute:02}:00Z");
    text.parse().unwrap()
}

pub(super) fn environment() -> Environment {
    Environment {
        id: id("env", 1),
        slug: "production".parse().unwrap(),
        name: "Production".to_owned(),
    }
}

fn risk(class: RiskClass, text: &str) -> Risk {
    let high = !matches!(class, RiskClass::Read | RiskClass::Write);
    Risk {
        class,
        read_only: class == RiskClass::Read,
        destructive: class == RiskClass::Delete,
        high_risk: high,
        confidence: Confidence::High,
        sensitivity: vec![Sensitivity::Financial],
        reasons: vec![Reason {
            code: "verb".to_owned(),
            text: "the summary says what it does".to_owned(),
            evidence: text.to_owned(),
        }],
    }
}

fn operation(number: u128, class: RiskClass, text: &str) -> ImportedOperation {
    let (method, path, name) = match class {
        RiskClass::Read => (Method::Get, "/v1/orders/{id}", "get_order"),
        RiskClass::Write => (Method::Patch, "/v1/orders/{id}", "update_order"),
        RiskClass::Delete => (Method::Delete, "/v1/customers/{id}", "delete_customer"),
        RiskClass::Billing => (Method::Post, "/v1/orders/{id}/refunds", "create_refund"),
        RiskClass::Auth => (Method::Post, "/v1/tokens", "create_token"),
        RiskClass::Admin => (Method::Put, "/v1/members/{id}/role", "set_role"),
    };
    ImportedOperation {
        method,
        path: format!("{path}?{text}"),
        operation_id: Some(text.to_owned()),
        name: format!("{name}_{number}"),
        title: text.to_owned(),
        description: format!("What the document says: {text}"),
        input_schema: json!({"type": "object", "properties": {"id": {"type": "string", "description": text}}}),
        binds: vec![Bind {
            key: format!("id{text}"),
            place: Place::Path,
            wire: "id".to_owned(),
            style: Style::Simple,
            explode: false,
            allow_reserved: false,
            content_type: None,
            encoding: Vec::new(),
            required: true,
        }],
        body: Some(Body {
            required: true,
            media_type: format!("application/json{text}"),
            kind: BodyKind::Json,
            encoding: Vec::new(),
        }),
        discriminators: BTreeMap::new(),
        output: None,
        successes: BTreeMap::new(),
        security: Security::AnyOf(vec![vec![SchemeUse {
            name: text.to_owned(),
            scheme: None,
            scopes: Vec::new(),
        }]]),
        servers: Vec::new(),
        deprecated: number.is_multiple_of(5),
        risk: risk(class, text),
        unsupported: number
            .is_multiple_of(7)
            .then(|| format!("callbacks: {text}")),
        diagnostics: vec![diagnostic(text)],
    }
}

pub(super) fn diagnostic(text: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: "guessed".to_owned(),
        pointer: format!("/paths/{text}"),
        text: format!("A default was left out: {text}"),
    }
}

pub(super) fn enablement(text: &str) -> Enablement {
    Enablement {
        id: id("enb", 1),
        tool: id("tool", 1),
        version: id("ver", 1),
        choice: Choice::On(Handling::Hold),
        reason: text.to_owned(),
        by: id("mem", 1),
        by_label: format!("ada@example.com {text}"),
        at: at(1),
    }
}

pub(super) fn tool(number: u128, class: RiskClass, text: &str) -> ToolView {
    let tool = Tool {
        id: id("tool", number),
        source: id("src", 1),
        name: operation(number, class, text).name,
        version: id("ver", 1),
        revision: id("rev", 1),
        fingerprint: Digest::of(b"tool"),
        operation: operation(number, class, text),
    };
    let decided = number.is_multiple_of(2).then(|| enablement(text));
    ToolView {
        state: ToolState::of(&tool, decided.as_ref()),
        // One waits.
        waits: (number == 4).then_some(ReviewReason::Security),
        changed: (number == 4).then_some(ReviewReason::Security),
        lowered_from: (number == 5).then(|| SaidRisk::new(RiskClass::Delete, true)),
        tool,
        decided,
        overrides: if (8..=9).contains(&number) {
            overrides::of(text)
        } else {
            Vec::new()
        },
    }
}

/// `many` tools, of every class, most of them reads.
pub(super) fn tools(many: u128, text: &str) -> Vec<ToolView> {
    let class = |number: u128| match number % 10 {
        0..5 => RiskClass::Read,
        5 | 6 => RiskClass::Write,
        7 => RiskClass::Delete,
        8 => RiskClass::Billing,
        _ => RiskClass::ALL[4 + usize::from(number.is_multiple_of(3))],
    };
    (1..=many)
        .map(|number| tool(number, class(number), text))
        .collect()
}

/// The same, as lists of many know them.
pub(super) fn briefs(many: u128, text: &str) -> Vec<ToolBrief> {
    tools(many, text).into_iter().map(ToolBrief::from).collect()
}

/// What people said of the first tool.
pub(super) fn lowered(text: &str) -> Vec<Override> {
    let mut said = overrides::of(text);
    for one in &mut said {
        one.tool = id("tool", 1);
    }
    said
}

pub(super) fn source(text: &str) -> Source {
    Source {
        id: id("src", 1),
        slug: "orders".parse().unwrap(),
        name: text.to_owned(),
        created_at: at(0),
        created_by: id("mem", 1),
    }
}

pub(super) fn revision(state: RevisionState, text: &str) -> RevisionView {
    RevisionView {
        id: id("rev", 1),
        source: id("src", 1),
        number: 1,
        given: GivenAs::Upload,
        sha256: None,
        state,
        stage: "operations".to_owned(),
        done: 412,
        total: 1223,
        title: text.to_owned(),
        version: text.to_owned(),
        format: "OpenAPI 3.1.0".to_owned(),
        operations: 1223,
        servers: Vec::new(),
        diagnostics: vec![diagnostic(text)],
        created_at: at(0),
        created_by: id("mem", 1),
        finished_at: None,
        scheduled: true,
    }
}

pub(super) fn classes() -> Vec<ClassCount> {
    let counts = RiskClass::ALL.into_iter().zip([615, 402, 88, 61, 32, 25]);
    counts
        .map(|(class, operations)| ClassCount {
            source: id("src", 1),
            class,
            operations,
            high_risk: 0,
            unsupported: 3,
        })
        .collect()
}

pub(super) fn review_progress() -> ReviewProgress {
    ReviewProgress {
        source: id("src", 1),
        run: 610,
        held: 6,
        needs_review: 250,
        off: 3,
        undecided: 340,
        unsupported: 14,
    }
}

pub(super) fn looking(text: &str) -> Looking {
    Looking {
        address: Some(format!("https://api.example.com/{text}")),
        schedule: Some(Schedule {
            source: id("src", 1),
            every: Cadence::Daily,
            url: format!("https://old.example.com/{text}"),
            set_by: id("mem", 1),
            set_by_label: text.to_owned(),
            set_at: at(1),
            next_at: Some(at(50)),
            last_looked_at: Some(at(2)),
            seen: None,
            etag: None,
            failures: 3,
            failure: Some(LookFailure {
                code: text.to_owned(),
                text: text.to_owned(),
                at: at(3),
            }),
            stopped: Some(StopReason::MemberLeft),
            is_stopped: true,
        }),
    }
}

pub(super) fn source_detail(text: &str) -> SourceDetail {
    SourceDetail {
        source: source(text),
        revisions: vec![revision(RevisionState::Ready, text)],
        classes: classes(),
    }
}

/// A decision about four tools, two of which were refused.
pub(super) fn notices(text: &str) -> Notices {
    let schedule = looking(text).schedule.unwrap();
    let failing = Schedule {
        stopped: None,
        ..schedule.clone()
    };
    Notices {
        imports: vec![ImportNotice {
            revision: id("rev", 1),
            number: 4,
            source_slug: "orders".to_owned(),
            source_name: text.to_owned(),
            scheduled: true,
            by: text.to_owned(),
            at: at(6),
            review: 3,
            removed: 1,
            added: 2,
            informed: 5,
            breaking: 2,
            security: 1,
        }],
        more: true,
        schedules: vec![(source(text), schedule), (source(text), failing)],
    }
}

pub(super) fn suspension(text: &str) -> Suspension {
    Suspension {
        source: id("src", 1),
        source_name: text.to_owned(),
        source_slug: "orders".to_owned(),
        environment: id("env", 1),
        environment_name: text.to_owned(),
        environment_slug: "production".to_owned(),
        credential: (id("cred", 1), 3),
        revision: id("rev", 1),
        number: 4,
        at: at(5),
        changes: vec![Change {
            kind: ChangeKind::Server,
            code: "server_changed".to_owned(),
            operation: None,
            breaking: Breaking::Breaking,
            security: SecuritySeverity::High,
            weight: Weight::Counts,
            place: String::new(),
            text: text.to_owned(),
            before: Some(format!("https://old.example.com/{text}")),
            after: Some(format!("https://new.example.com/{text}")),
            shown: Shown::All,
        }],
        total: 51,
    }
}

pub(super) fn connection(text: &str) -> ConnectionView {
    ConnectionView {
        id: id("con", 1),
        source: id("src", 1),
        environment: id("env", 1),
        base_url: "https://api.orders.example/v1".parse().unwrap(),
        updated_at: at(3),
        updated_by: text.to_owned(),
        credential: Some(CredentialView {
            label: "cred_1/3".to_owned(),
            scheme: AuthScheme::ApiKeyHeader {
                name: format!("X-Api-Key{text}"),
            },
            version: 3,
            fingerprint: "9f2c41d0".to_owned(),
            created_at: at(4),
            created_by: text.to_owned(),
            suspended: true,
        }),
    }
}

pub(super) fn suggestions(text: &str) -> Suggestions {
    Suggestions {
        addresses: vec![SuggestedAddress {
            base_url: "https://api.orders.example/v1".parse().unwrap(),
            description: text.to_owned(),
        }],
        public: 3,
        ..Suggestions::default()
    }
}

pub(super) fn endpoint(text: &str) -> Endpoint {
    Endpoint {
        id: id("end", 1),
        slug: "support".parse().unwrap(),
        name: text.to_owned(),
        environment: id("env", 1),
        created_at: at(5),
        created_by: id("mem", 1),
    }
}

pub(super) fn grant(text: &str) -> GrantView {
    GrantView {
        id: id("grant", 1),
        client: id("client", 1),
        client_name: format!("Claude Code {text}"),
        client_host: format!("127.0.0.1:51200 {text}"),
        endpoint_name: text.to_owned(),
        endpoint_slug: "support".to_owned(),
        member: id("mem", 1),
        member_label: format!("ada@example.com {text}"),
        scopes: vec![RiskClass::Read, RiskClass::Billing],
        created_at: at(6),
        last_token_at: Some(at(7)),
        expires_at: at(50),
        can_call: true,
        may_revoke: true,
    }
}

fn offered(text: &str) -> Vec<OfferedTool> {
    let tool = |class, number| OfferedTool {
        name: format!("list_orders_{number}{text}"),
        class,
        handling: if class == RiskClass::Read {
            Handling::Run
        } else {
            Handling::Hold
        },
        is_seen: true,
    };
    let reads = (1..=40).map(|number| tool(RiskClass::Read, number));
    reads.chain([tool(RiskClass::Billing, 41)]).collect()
}

pub(super) fn consent(text: &str) -> ConsentView {
    ConsentView {
        authorization: id("authz", 1),
        client: id("client", 1),
        client_name: format!("Claude Code {text}"),
        redirect_uri: format!("http://127.0.0.1:51200/callback?{text}"),
        redirect_host: format!("127.0.0.1:51200{text}"),
        loopback: true,
        tenant_name: text.to_owned(),
        tenant_slug: "acme".to_owned(),
        endpoint_name: format!("Support agent {text}"),
        endpoint_slug: "support".to_owned(),
        environment_name: text.to_owned(),
        resource: format!("https://countersign.example/mcp/acme/support{text}"),
        tools: offered(text),
        scopes: vec![RiskClass::Read, RiskClass::Billing],
        access_seconds: 600,
        refresh_seconds: 30 * 86400,
        expires_at: at(20),
        may_approve: true,
    }
}

pub(super) fn record(number: u128, text: &str) -> RecordRow {
    let decision = ["allow", "hold", "deny"][usize::try_from(number % 3).unwrap()];
    RecordRow {
        id: id("rec", number),
        at: at(11),
        act: "call.answered".to_owned(),
        person: Some(id("per", 1)),
        member: Some(id("mem", 1)),
        person_label: format!("ada@example.com {text}"),
        client: Some(id("client", 1)),
        client_label: format!("Claude Code {text}"),
        call: Some(id("call", 1)),
        hold: Some(id("hold", 1)),
        endpoint: Some(id("end", 1)),
        tool: Some(id("tool", 1)),
        tool_version: Some(id("ver", 1)),
        tool_name: Some(format!("get_order {text}")),
        class: Some("READ".to_owned()),
        arguments: Some(json!({"id": text})),
        arguments_digest: Some(Digest::of(b"arguments")),
        decision: Some(decision.to_owned()),
        rule: Some("read_is_on".to_owned()),
        status: Some("ok".to_owned()),
        code: Some(format!("code{text}")),
        upstream_status: Some(200),
        latency_us: Some(48_230),
        credential: Some("cred_1/3".to_owned()),
        detail: json!({"note": text}),
        committed_at: at(11),
    }
}

pub(super) fn members() -> [Member; 3] {
    let member = |number, name: &str, role| Member {
        id: id("mem", number),
        person: id("per", number),
        email: format!("{name}@example.com").parse().unwrap(),
        role,
        created_at: at(0),
    };
    [
        member(1, "ada", Role::Owner),
        member(2, "grace", Role::Reviewer),
        member(3, "linus", Role::Developer),
    ]
}

pub(super) fn invitation() -> OpenInvitation {
    OpenInvitation {
        id: id("inv", 1),
        email: "edsger@example.com".parse().unwrap(),
        role: Role::Auditor,
        invited_by: "ada@example.com".to_owned(),
        created_at: at(0),
        expires_at: at(59),
    }
}

pub(super) fn found_invitation(text: &str) -> FoundInvitation {
    FoundInvitation {
        id: id("inv", 1),
        tenant: id("ten", 1),
        tenant_slug: "acme".parse().unwrap(),
        tenant_name: text.to_owned(),
        email: "edsger@example.com".parse().unwrap(),
        role: Role::Auditor,
    }
}

/// One tool of each outcome, and a change of the document.
pub(super) fn revision_changes(text: &str) -> Vec<RevisionChange> {
    let change = |code: &str| Change {
        kind: ChangeKind::Input,
        code: code.to_owned(),
        operation: None,
        breaking: Breaking::Breaking,
        security: SecuritySeverity::High,
        weight: Weight::Counts,
        place: format!("body.{text}"),
        text: format!("The argument {text} has to be given now."),
        before: Some(text.to_owned()),
        after: Some(text.to_owned()),
        shown: Shown::All,
    };
    let words = Change {
        kind: ChangeKind::Text,
        breaking: Breaking::No,
        security: SecuritySeverity::None,
        place: String::new(),
        text: "The description reads differently.".to_owned(),
        before: Some(format!("Lists {text}. …what came before. The end.")),
        after: Some(format!(
            "Kindly lists {text}. …what came before. Mail {text}. The end!"
        )),
        shown: Shown::Part,
        ..change("description_changed")
    };
    let tool = |is_there| ChangedToolName {
        id: id("tool", 7),
        name: "set_order_labels".to_owned(),
        method: "PATCH".to_owned(),
        path: format!("/v1/orders/{text}"),
        is_there,
    };
    let outcomes = [
        (Some(true), Outcome::Review(ReviewReason::RequiredInput)),
        (Some(false), Outcome::Removed),
        (Some(true), Outcome::Added),
        (Some(true), Outcome::Informed),
        (None, Outcome::Informed),
    ];
    outcomes
        .into_iter()
        .map(|(is_there, outcome)| RevisionChange {
            tool: is_there.map(tool),
            outcome,
            changes: vec![words.clone(), change("request_property_became_required")],
        })
        .collect()
}
