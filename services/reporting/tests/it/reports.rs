//! The report, over live tables.

use countersign_domain::{
    Fault, Kind,
    record::{Act, Status},
    risk::RiskClass,
};
use countersign_reporting::{FindingCode, HoldFigures, Report, Reports};

use crate::home::{Home, Made, READ, REFUND};

const WRITE: Made = Made {
    class: RiskClass::Write,
    ..READ
};

async fn report(home: &Home) -> Report {
    Reports::new(home.database.store(), home.world.clone())
        .report(&home.owner)
        .await
        .unwrap()
}

fn codes(report: &Report) -> Vec<FindingCode> {
    report.findings.iter().map(|finding| finding.code).collect()
}

fn evidence(report: &Report, code: FindingCode) -> Vec<String> {
    let of_code = report
        .findings
        .iter()
        .filter(|finding| finding.code == code);
    of_code
        .flat_map(|finding| finding.evidence.iter().map(|evidence| evidence.id.clone()))
        .collect()
}

#[tokio::test]
async fn the_report_says_what_is_on_who_said_so_and_why() {
    let home = Home::open().await;
    let (endpoint, _) = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    let update = home.tool_on("update", WRITE, &home.developer).await;
    home.connect("https://api.example.com").await;
    home.write(&[home.row_of(&home.developer, Act::CallAnswered, update, endpoint)])
        .await;
    let report = report(&home).await;
    let [first, second] = report.tools_on.as_slice() else {
        panic!("{:?}", report.tools_on)
    };
    assert_eq!((first.tool, second.tool), (refund.tool, update.tool));
    assert_eq!(first.decided_by, home.reviewer.member().unwrap());
    assert_eq!(first.reason, "we need it");
    assert!(first.high_risk && first.connected && !first.needs_review);
    assert_eq!(first.last_called_at, None);
    assert!(second.last_called_at.is_some());
    let rows: Vec<_> = report
        .inventory
        .iter()
        .map(|row| {
            (
                row.class,
                row.tools,
                row.callable,
                row.on,
                row.held,
                row.needs_review,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (RiskClass::Write, 1, 1, 1, 0, 0),
            (RiskClass::Billing, 1, 1, 1, 1, 0)
        ]
    );
    assert_eq!(report.agents.len(), 1);
    assert_eq!(report.classes.len(), 6);
    assert_eq!(report.days.last().unwrap().calls.allowed, 1);
    assert_eq!(
        evidence(&report, FindingCode::WritesRunAtOnce),
        [update.tool.to_string()]
    );
}

#[tokio::test]
async fn a_tool_is_unused_only_after_a_month_in_which_it_could_have_been_called() {
    let home = Home::open().await;
    let (endpoint, _) = home.agent().await;
    let old = Made {
        days_on: 40,
        ..READ
    };
    let idle = home.tool_on("idle", old, &home.developer).await;
    let busy = home.tool_on("busy", old, &home.developer).await;
    let waiting = Made {
        days_on: 40,
        ..REFUND
    };
    let waiting = home.tool_on("waiting", waiting, &home.reviewer).await;
    home.tool_on("fresh", READ, &home.developer).await;
    home.write(&[
        home.row_of(&home.developer, Act::CallAnswered, busy, endpoint),
        home.row_of(&home.developer, Act::CallHeld, waiting, endpoint),
    ])
    .await;
    let report = report(&home).await;
    let unused: Vec<_> = report.unused.iter().map(|tool| tool.tool).collect();
    assert_eq!(unused, [idle.tool]);
}

#[tokio::test]
async fn holds_are_counted_by_state_and_decisions_by_reviewer() {
    let home = Home::open().await;
    let agent = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    home.hold(refund, agent, "pending", None).await;
    home.hold(refund, agent, "rejected", Some(&home.owner))
        .await;
    home.hold(refund, agent, "consumed", Some(&home.reviewer))
        .await;
    home.hold(refund, agent, "countersigned", Some(&home.reviewer))
        .await;
    home.run(
        "UPDATE hold SET expires_at = now() - interval '1 second' WHERE state = 'pending'",
        &[],
    )
    .await;
    let report = report(&home).await;
    let wanted = HoldFigures {
        countersigned: 1,
        rejected: 1,
        expired: 1,
        consumed: 1,
        median_decision_seconds: Some(60),
        ..HoldFigures::default()
    };
    assert_eq!(report.holds, wanted);
    let reviewers: Vec<_> = report
        .reviewers
        .iter()
        .map(|one| {
            (
                one.person,
                one.countersigned,
                one.rejected,
                one.median_decision_seconds,
            )
        })
        .collect();
    assert_eq!(
        reviewers,
        [
            (home.reviewer.person().unwrap(), 2, 0, 60),
            (home.owner.person().unwrap(), 0, 1, 60)
        ]
    );
    assert_eq!(
        evidence(&report, FindingCode::SameHandOnBothKeys),
        [refund.tool.to_string()]
    );

    // Other words for the tool carry the decision over, and clear nobody.
    let carried: countersign_domain::id::EnablementId = home.world.id();
    home.run(
        "INSERT INTO enablement SELECT tenant_id, $a, environment_id, tool_id, tool_version_id, high_risk, state, handling,
             reason, decided_by, decided_at, now(), id FROM enablement WHERE id = $b;
         UPDATE enablement SET superseded_at = now() WHERE id = $b;
         UPDATE enablement SET superseded_at = NULL WHERE id = $a",
        &[carried.as_uuid(), refund.policy.as_uuid()],
    )
    .await;
    assert_eq!(
        evidence(&self::report(&home).await, FindingCode::SameHandOnBothKeys),
        [refund.tool.to_string()]
    );

    home.hold(refund, agent, "consumed", Some(&home.owner))
        .await;
    assert!(!codes(&self::report(&home).await).contains(&FindingCode::SameHandOnBothKeys));
}

#[tokio::test]
async fn a_call_whose_end_nobody_knows_is_found_and_one_that_ended_is_not() {
    let home = Home::open().await;
    let (endpoint, _) = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    let intent = || home.row_of(&home.developer, Act::CallIntended, refund, endpoint);
    let (ended, crashed, unknown, under_way) = (intent(), intent(), intent(), intent());
    let outcome = |of: &countersign_domain::record::Record, status| {
        let mut row = home.row(&home.developer, Act::CallFinished);
        (row.call, row.status) = (of.call, Some(status));
        row
    };
    let outcomes = [
        outcome(&ended, Status::Ok),
        outcome(&unknown, Status::Unknown),
    ];
    let young = under_way.id.as_uuid();
    let found = [unknown.call.unwrap(), crashed.call.unwrap()].map(|call| call.to_string());
    home.write(&[ended, crashed, unknown, under_way]).await;
    home.write(&outcomes).await;
    home.run(
        "UPDATE record SET committed_at = committed_at - interval '3 minutes' WHERE id <> $a",
        &[young],
    )
    .await;
    let mut said = evidence(&report(&home).await, FindingCode::OutcomeUnknown);
    said.sort();
    let mut wanted = found.to_vec();
    wanted.sort();
    assert_eq!(said, wanted);
    println!("{} of 4 calls found without a known outcome", said.len());
}

#[tokio::test]
async fn calls_of_unknown_outcome_are_all_counted_however_many_are_listed() {
    const CALLS: usize = 103;
    let home = Home::open().await;
    let (endpoint, _) = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    let intents: Vec<_> = (0..CALLS)
        .map(|_| home.row_of(&home.developer, Act::CallIntended, refund, endpoint))
        .collect();
    home.write(&intents).await;
    home.run(
        "UPDATE record SET committed_at = committed_at - interval '3 minutes'",
        &[],
    )
    .await;

    let report = report(&home).await;

    let finding = &report.findings[0];
    assert_eq!(finding.code, FindingCode::OutcomeUnknown);
    assert!(
        finding.sentence.contains("103 calls"),
        "{}",
        finding.sentence
    );
    assert_eq!(finding.evidence.len(), 100);
}

#[tokio::test]
async fn a_changed_definition_and_a_credential_without_tls_are_found() {
    let home = Home::open().await;
    let list = home.tool_on("list", READ, &home.developer).await;
    home.connect("http://api.example.com").await;
    home.run(
        "INSERT INTO tool_version SELECT tenant_id, $a, tool_id, revision_id, '\\x01', class, high_risk, confidence,
             unsupported, definition, created_at FROM tool_version WHERE id = $b;
         UPDATE tool SET current_version = $a WHERE id = $c",
        &[home.tenant().as_uuid(), list.version.as_uuid(), list.tool.as_uuid()],
    )
    .await;
    let report = report(&home).await;
    assert!(report.tools_on[0].needs_review);
    assert_eq!(
        (report.inventory[0].on, report.inventory[0].needs_review),
        (0, 1)
    );
    let wanted = [
        FindingCode::CredentialOverPlainHttp,
        FindingCode::ToolsNeedReview,
        FindingCode::SingleOwner,
    ];
    assert_eq!(codes(&report), wanted);
}

#[tokio::test]
async fn reading_the_report_is_on_record_and_only_for_those_who_may() {
    let home = Home::open().await;
    report(&home).await;
    let read: i64 = sqlx::query_scalar("SELECT count(*) FROM record WHERE act = 'report.read'")
        .fetch_one(&mut home.admin().await)
        .await
        .unwrap();
    assert_eq!(read, 1);
    let reports = Reports::new(home.database.store(), home.world.clone());
    let denied = reports.report(&home.developer).await.unwrap_err();
    assert_eq!(denied.kind(), Kind::Forbidden);
    assert_eq!(home.rows(home.tenant()).await, 1);
}

#[tokio::test]
async fn another_tenants_report_holds_nothing_of_this_one() {
    let home = Home::open().await;
    let agent = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    home.connect("http://api.example.com").await;
    home.hold(refund, agent, "consumed", Some(&home.reviewer))
        .await;
    home.write(&[home.row_of(&home.developer, Act::CallIntended, refund, agent.0)])
        .await;
    let theirs = Reports::new(home.database.store(), home.world.clone())
        .report(&home.stranger)
        .await
        .unwrap();
    assert_eq!(codes(&theirs), [FindingCode::SingleOwner]);
    let seen = theirs.inventory.len()
        + theirs.tools_on.len()
        + theirs.reviewers.len()
        + theirs.agents.len()
        + usize::from(theirs.holds != HoldFigures::default())
        + theirs
            .days
            .iter()
            .filter(|day| day.calls.total() > 0)
            .count();
    assert_eq!(seen, 0);
    println!("{seen} things of another tenant in the report");
}
