//! All pages, drawn from the samples.

mod held;
mod reported;

use askama::Template;
use chrono::NaiveDate;
use countersign_accounts::Members;
use countersign_approvals::HoldBrief;
use countersign_domain::{
    Timestamp, decision::Handling, hold::HoldState, name::Slug, overrides::OverrideKind,
    risk::RiskClass, tool::Choice,
};
use countersign_reporting::{Calls, DayFigures, HomeFigures, SetUp};
use countersign_tool_registry::{
    CallStop, EndpointDetail, NamedTool, RevisionState, SourceView, Weights,
};

use self::{
    held::{hold_page, holds_page, whereabouts},
    reported::report_page,
};
use super::samples as s;
use crate::{
    environment::Environments,
    field::Field,
    frame::{Frame, NavItem, Place, Stopped},
    inert::Inert,
    pages::notices::NoticesCard,
    pages::schedule::ScheduleCard,
    pages::suspension::{SuspendedLine, SuspensionCard},
    pages::{
        audit, connections, consent, endpoint_settings, endpoints, holds, home, import_again,
        imports, invitation, member_removal, members, problem, reach, review, revision_diff,
        sign_in, sign_up, source_settings, sources, stopping, tools,
    },
    parts::{CsrfField, LeftOut, When},
};

const BASE: &str = "/t/acme";

fn outside(title: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        nonce: "nonce".to_owned(),
        csrf: CsrfField::new("sample-token"),
        notice: None,
        person: Some("ada@example.com".to_owned()),
        place: None,
        refresh: None,
    }
}

fn frame(title: &str, text: &str) -> Frame {
    let nav = [
        ("home", "Overview"),
        ("hold", "Held calls"),
        ("api", "APIs and tools"),
        ("plug", "Connections"),
        ("endpoint", "Endpoints"),
        ("log", "Audit log"),
        ("report", "Report"),
        ("people", "Members"),
        ("stop", "Stop all calls"),
    ];
    let item = |(icon, label)| NavItem {
        href: format!("{BASE}/{icon}"),
        label,
        icon,
        current: label == title,
        waiting: u64::from(icon == "hold"),
    };
    let other: Slug = "globex".parse().unwrap();
    Frame {
        place: Some(Place {
            tenant: "acme".parse().unwrap(),
            name: Inert::new(format!("Acme {text}")),
            role: "owner",
            nav: nav.into_iter().map(item).collect(),
            others: vec![(other, Inert::new(text))],
            stop: None,
        }),
        ..outside(title)
    }
}

/// The frame while all calls are stopped.
fn stopped(title: &str, text: &str) -> Frame {
    let mut frame = frame(title, text);
    let stop = CallStop {
        id: s::id("stop", 1),
        at: s::at(9),
        by: format!("ada@example.com {text}"),
        reason: format!("An agent repeats refunds. {text}"),
    };
    let stop = Stopped {
        may_resume: true,
        ..Stopped::new(&stop)
    };
    frame.place = frame.place.map(|place| Place {
        stop: Some(stop),
        ..place
    });
    frame
}

fn stopping_page(frame: Frame) -> stopping::StoppingPage {
    let mut page = stopping::StoppingPage::new(frame, BASE.to_owned());
    (page.waiting, page.agents) = (2, 1);
    page
}

fn around(title: &str, text: &str) -> (Frame, String) {
    (frame(title, text), BASE.to_owned())
}

fn environments() -> Environments {
    Environments::new(s::environment(), vec![s::environment()])
}

fn now() -> Timestamp {
    s::at(13)
}

/// Draws every page; `text` stands wherever text from outside can.
pub(super) fn pages(text: &str) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    let mut draw = |name, page: &dyn askama::DynTemplate| {
        pages.push((name, page.dyn_render().unwrap()));
    };
    draw("start", &start(text));
    draw("sign-in", &sign_in_page(text));
    draw("sign-up", &sign_up::SignUpPage::new(outside("Sign up")));
    draw("invitation", &invitation_page(text));
    draw(
        "consent",
        &consent::ConsentPage::new(outside("Connect an agent"), &s::consent(text)),
    );
    draw("home-empty", &home_page(text, false));
    draw("home", &home_page(text, true));
    draw("sources", &sources_page(text));
    draw("source", &source_page(40, text));
    draw("source-settings", &source_settings_page(text));
    draw("import", &import_page(text));
    draw("import-again", &import_again_page(text));
    for (name, state) in progress_states(text) {
        draw(name, &progress_page(state, text));
    }
    draw("tool", &tool_page(8, RiskClass::Billing, text));
    draw("tool-overriding", &overriding_page(text));
    draw("tool-unsupported", &tool_page(7, RiskClass::Read, text));
    draw("connections", &connections_page(text));
    draw("connection", &connection_page(text));
    draw("endpoints", &endpoints_page(text));
    draw("new-endpoint", &new_endpoint_page(text));
    draw("endpoint", &endpoint_page(text));
    draw("endpoint-settings", &endpoint_settings_page(text));
    draw("holds", &holds_page(text));
    draw("hold", &hold_page(HoldState::Pending, text));
    draw(
        "hold-sent",
        &hold_page(HoldState::Consumed(s::judgement(text)), text),
    );
    draw(
        "hold-decided",
        &hold_page(HoldState::Rejected(s::judgement(text)), text),
    );
    let stop = frame("Stop all calls", text);
    draw("stop", &stopping_page(stop));
    let resume = stopped("Stop all calls", text);
    draw("resume", &stopping_page(resume));
    let home = home::HomePage {
        frame: stopped("Overview", text),
        ..home_page(text, true)
    };
    draw("home-stopped", &home);
    draw("audit", &audit_page(text));
    draw("record", &record_page(text));
    draw("report", &report_page(text));
    draw("members", &members_page(text));
    draw("member-removal", &member_removal_page(text));
    let here = problem::ProblemHere {
        frame: frame("Something went wrong", text),
        problem: told(text),
    };
    draw("problem-here", &here);
    pages
}

fn start(text: &str) -> sign_in::Start {
    sign_in::Start {
        frame: outside("Start"),
        memberships: vec![("acme".to_owned(), Inert::new(text), "owner")],
    }
}

fn sign_in_page(text: &str) -> sign_in::SignInPage {
    let mut page = sign_in::SignInPage::new(outside("Sign in"), None);
    page.next = Some(text.to_owned()).map(|text| Inert::new(text).to_string());
    page.error = Some("The e-mail address or the password is wrong.".to_owned());
    page.email = page.email.value("ada");
    page.email
        .wrong("enter an e-mail address such as name@example.com");
    page
}

fn invitation_page(text: &str) -> invitation::InvitationPage {
    let found = s::found_invitation(text);
    invitation::InvitationPage {
        frame: outside("Invitation"),
        tenant: Inert::new(found.tenant_name),
        email: found.email.to_string(),
        role: found.role.as_str(),
        password: Some(sign_up::new_password()),
        sign_in: "/sign-in".to_owned(),
        error: None,
    }
}

fn days() -> Vec<DayFigures> {
    let days = (7..=20).map(|day| DayFigures {
        day: NaiveDate::from_ymd_opt(2026, 11, day).unwrap(),
        calls: Calls {
            allowed: u64::from(day * day % 97 + 20),
            held: u64::from(day % 5),
            denied: u64::from(day % 3 * 4),
        },
    });
    days.collect()
}

fn home_page(text: &str, busy: bool) -> home::HomePage {
    let one = u64::from(busy);
    let figures = HomeFigures {
        set_up: SetUp {
            sources: 1,
            tools: 1223,
            tools_on: 616 * one,
            needs_review: 250 * one,
            credentials: one,
            endpoints: one,
            agents: 2 * one,
            members: 1,
            holds_waiting: one,
        },
        today: Calls {
            allowed: 118 * one,
            held: 2 * one,
            denied: 5 * one,
        },
        last_calls: (1..=8 * u128::from(one))
            .map(|n| s::record(n, text))
            .collect(),
        days: if busy { days() } else { Vec::new() },
    };
    let hold = s::hold(1, HoldState::Pending, text);
    let holds = busy.then(|| holds::HoldRow::new(&HoldBrief::from(&hold), now(), None));
    let mut page = home::HomePage::new(
        around("Overview", text),
        &figures,
        holds.into_iter().collect(),
    );
    page.may_read_records = true;
    if busy {
        page.notices = NoticesCard::new(&s::notices(text), &[s::suspension(text)]);
    }
    page
}

fn sources_page(text: &str) -> sources::SourcesPage {
    let view = SourceView {
        source: s::source(text),
        latest: Some(s::revision(RevisionState::Importing, text)),
        classes: s::classes(),
    };
    sources::SourcesPage {
        frame: frame("APIs and tools", text),
        base: BASE.to_owned(),
        may_import: true,
        environment: environments(),
        rows: vec![sources::SourceRow::new(&view, &[], &[s::review_progress()])],
    }
}

fn source_page(number: u128, text: &str) -> review::SourcePage {
    let reviewed = review::Reviewed {
        source: s::source_detail(text),
        tools: s::briefs(number, text),
        weights: Weights::default(),
        changes: [(
            s::id("tool", 4),
            s::revision_changes(text)[0].changes.clone(),
        )]
        .into(),
        environment: environments(),
        suspended: SuspendedLine::all(&[s::suspension(text)]),
        filter: review::Filter {
            text: "order".to_owned(),
            ..review::Filter::default()
        },
        schedule: ScheduleCard::new(s::looking(text), true),
    };
    let allowed = review::May {
        enable: true,
        enable_high_risk: true,
        disable: true,
        import: true,
        remove: true,
        read_records: true,
    };
    let around = frame("APIs and tools", text);
    let mut page = review::SourcePage::new(
        around,
        BASE.to_owned(),
        reviewed,
        (allowed, review::Bulk::default()),
    );
    let refused = s::refused(text);
    let choice = Choice::On(Handling::Run);
    let stale = [review::outcome::Stale::defined(RiskClass::Auth)];
    page.outcome = Some(review::Outcome::new(
        review::outcome::Deed::Decided(choice),
        &refused,
        &stale,
    ));
    page.told = s::told();
    page.undo = page.told.decision.map(|decision| (decision, 7));
    page
}

fn source_settings_page(text: &str) -> source_settings::SourceSettingsPage {
    let (frame, base) = around("APIs and tools", text);
    let found = s::source_detail(text);
    let mut page = source_settings::SourceSettingsPage::new(frame, base, &found);
    page.may_remove = true;
    page.removal.unconfirmed = true;
    page
}

fn endpoint_settings_page(text: &str) -> endpoint_settings::EndpointSettingsPage {
    let (frame, base) = around("Endpoints", text);
    let mut page = endpoint_settings::EndpointSettingsPage::new(frame, base, &s::endpoint(text));
    page.may_remove = true;
    page
}

fn import_page(text: &str) -> imports::ImportPage {
    let mut page =
        imports::ImportPage::new(frame("APIs and tools", text), format!("{BASE}/import"));
    page.url = page.url.value(Inert::new(text).to_string());
    page.url
        .wrong("enter an address such as https://api.example.com/openapi.json");
    page.upload_error = Some("The document is empty.".to_owned());
    page.twin = Some((Inert::new(text), format!("{BASE}/sources/shop/import")));
    page
}

fn progress_states(text: &str) -> [(&'static str, RevisionState); 3] {
    let failed = RevisionState::Failed {
        code: "not_openapi".to_owned(),
        text: format!("this is not an OpenAPI document: {text}"),
    };
    [
        ("importing", RevisionState::Importing),
        ("imported", RevisionState::Ready),
        ("import-failed", failed),
    ]
}

fn progress_page(state: RevisionState, text: &str) -> imports::ProgressPage {
    let progress = imports::Progress::new(&s::revision(state, text));
    let mut frame = frame("APIs and tools", text);
    frame.refresh = progress.is_running().then_some(1);
    imports::ProgressPage {
        frame,
        base: BASE.to_owned(),
        source: Some(("orders".to_owned(), Inert::new(text))),
        suspended: SuspendedLine::all(&[s::suspension(text)]),
        classes: sources::counts(&s::classes()),
        progress,
        may_remove: true,
        diff: revision_diff::Diff::new(
            &s::revision_changes(text),
            &revision_diff::Query::default(),
        ),
    }
}

fn import_again_page(text: &str) -> import_again::ImportAgainPage {
    let mut page = import_again::ImportAgainPage::new(
        frame("APIs and tools", text),
        BASE.to_owned(),
        ("orders".to_owned(), Inert::new(text)),
    );
    page.url = page.url.value(Inert::new(text).to_string());
    page
}

fn tool_page(number: u128, class: RiskClass, text: &str) -> tools::ToolPage {
    let view = s::tool(number, class, text);
    let frame = frame("APIs and tools", text);
    let mut page = tools::ToolPage::new(frame, BASE.to_owned(), environments(), &view);
    page.source = Some(("orders".to_owned(), Inert::new(text)));
    let changes = s::revision_changes(text);
    page.since = changes[0]
        .changes
        .iter()
        .map(revision_diff::Line::new)
        .collect();
    page.tool.servers = vec![Inert::new(text)];
    let (filter, tools) = (
        review::Filter {
            text: text.to_owned(),
            ..review::Filter::default()
        },
        s::briefs(9, text),
    );
    let around = (filter.carried("production"), None);
    page.walk = Some(tools::Walk::new(&filter, around, (view.tool.id, &tools)));
    page.turning_on = tools::TurningOn::Offered;
    page.may_turn_off = true;
    page.ways = vec![reach::WayLine::new(&reported::way("support", text))];
    page.overriding.may = true;
    page.error = Some("The tool has changed since you looked at it; look again.".to_owned());
    page.on_reason.wrong("give a reason of 3 to 500 characters");
    page
}

/// Not on, so that what fell away is told; two forms are open, one with something to mend.
fn overriding_page(text: &str) -> tools::ToolPage {
    let mut page = tool_page(9, RiskClass::Write, text);
    page.overriding.part(OverrideKind::Risk).open = true;
    let name = page.overriding.part(OverrideKind::Name);
    name.open = true;
    name.fields[0].wrong(format!("the name refund looks like refunds in {text}"));
    page
}

fn connections_page(text: &str) -> connections::ConnectionsPage {
    let row = |connection| connections::ConnectionRow {
        slug: "orders".to_owned(),
        name: Inert::new(text),
        connection,
    };
    connections::ConnectionsPage {
        frame: frame("Connections", text),
        base: BASE.to_owned(),
        environment: environments(),
        rows: vec![
            row(Some(connections::Connected::new(&s::connection(text)))),
            row(None),
        ],
    }
}

fn connection_page(text: &str) -> connections::ConnectionPage {
    let known = connections::Known {
        source: s::source(text),
        environment: environments(),
        connection: Some(s::connection(text)),
        suggestions: s::suggestions(text),
        suspension: SuspensionCard::new(&[s::suspension(text)]),
    };
    let mut page =
        connections::ConnectionPage::new(frame("Connections", text), BASE.to_owned(), known);
    page.may_manage = true;
    page
}

fn endpoints_page(text: &str) -> endpoints::EndpointsPage {
    endpoints::EndpointsPage {
        frame: frame("Endpoints", text),
        base: BASE.to_owned(),
        may_manage: true,
        left_out: LeftOut::agents(2),
        rows: vec![endpoints::EndpointRow {
            slug: "support".to_owned(),
            name: Inert::new(text),
            environment: Inert::new(text),
            tools: 617,
            tools_on: 616,
            agents: 2,
            since: When::new(s::at(5)),
        }],
    }
}

fn new_endpoint_page(text: &str) -> endpoints::NewEndpointPage {
    endpoints::NewEndpointPage {
        frame: frame("Endpoints", text),
        base: BASE.to_owned(),
        environment: environments(),
        name: Field::text("name", "Name").value(Inert::new(text).to_string()),
        slug: Field::text("slug", "Name in the URL").optional(),
        choices: endpoints::choices(&offered(text), &[]),
        error: None,
    }
}

fn offered(text: &str) -> Vec<endpoints::Offered> {
    let tools = s::briefs(12, text).into_iter();
    tools.map(|view| (text.to_owned(), view)).collect()
}

fn endpoint_page(text: &str) -> endpoints::EndpointPage {
    let known = endpoints::Known {
        detail: EndpointDetail {
            endpoint: s::endpoint(text),
            environment: s::environment(),
            tools: s::briefs(12, text),
            unreadable: vec![NamedTool {
                id: s::id("tool", 90),
                name: "move_stars".to_owned(),
                source: text.to_owned(),
            }],
        },
        weights: Weights::default(),
        offered: offered(text),
        ticked: Vec::new(),
        grants: vec![s::grant(text)],
        url: "https://countersign.example/mcp/acme/support".to_owned(),
    };
    let mut page =
        endpoints::EndpointPage::new(frame("Endpoints", text), (BASE.to_owned(), "acme"), &known);
    page.may_manage = true;
    page
}

fn audit_page(text: &str) -> audit::AuditPage {
    let rows: Vec<_> = (1..=20).map(|number| s::record(number, text)).collect();
    let query = audit::Query {
        text: Inert::new(text).to_string(),
        ..audit::Query::default()
    };
    audit::AuditPage::new(
        around("Audit log", text),
        query,
        rows,
        Some(s::id("rec", 1)),
    )
}

fn record_page(text: &str) -> audit::RecordPage {
    let rows = [s::record(1, text), s::record(2, text)];
    let mut page = audit::RecordPage::new(around("Audit log", text), &rows[0], &rows);
    page.whereabouts = Some(whereabouts(text));
    page
}

fn member_removal_page(text: &str) -> member_removal::MemberRemovalPage {
    let (members, agents) = (s::members(), [s::grant(text)]);
    let around = around("Remove a member", text);
    let mut page =
        member_removal::MemberRemovalPage::new(around, &members[0].clone().into(), (None, &agents));
    page.removal.unconfirmed = true;
    page.error = Some("This is the last owner.".to_owned());
    page
}

fn members_page(text: &str) -> members::MembersPage {
    let around = around("Members", text);
    let mut page = members::MembersPage::new(
        around,
        &Members {
            all: s::members().to_vec(),
            unreadable: vec![s::members()[1].clone().into()],
        },
        &[s::invitation()],
        Some(s::id("mem", 1)),
    );
    page.may_manage = true;
    let link = "https://countersign.example/invitations/hjE0v3kq".to_owned();
    page.link = Some(members::NewLink {
        email: "edsger@example.com".to_owned(),
        link,
        until: When::new(s::at(59)),
        replaces: true,
    });
    page
}

/// The page for a problem has no script, so it is drawn apart.
pub(super) fn problem_page(text: &str) -> String {
    let problem = told(text);
    problem::ProblemPage { problem }.render().unwrap()
}

fn told(text: &str) -> problem::Told {
    problem::Told {
        status: 500,
        title: "Something went wrong",
        detail: Inert::new(text),
        code: "internal",
        request: Some("req_0193c0ffee0000000000000000000001".to_owned()),
        retry_after: Some(30),
    }
}
