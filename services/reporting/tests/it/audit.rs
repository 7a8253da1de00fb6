//! Reading the log back.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use countersign_domain::{
    Fault, Kind,
    decision::{Decision, Rule, Verdict},
    digest::Digest,
    record::{Act, Record, Status},
    role::Role,
};
use countersign_reporting::{Audit, RecordFilter};
use countersign_testkit::until;
use serde_json::json;
use sqlx::Executor as _;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::home::{Home, READ, REFUND, age, object};

fn audit(home: &Home) -> Audit {
    Audit::new(home.database.store())
}

/// The acts of the rows that the filter leaves, sorted.
async fn acts(home: &Home, filter: RecordFilter) -> Vec<String> {
    let page = audit(home).list(&home.owner, &filter, None).await.unwrap();
    let mut acts: Vec<String> = page.rows.into_iter().map(|row| row.act).collect();
    acts.sort();
    acts
}

/// A filter by one field.
fn by(field: fn(&mut RecordFilter) -> &mut Option<String>, text: &str) -> RecordFilter {
    let mut filter = RecordFilter::default();
    *field(&mut filter) = Some(text.to_owned());
    filter
}

/// A held refund by an agent called `100%_sure`, a read, and a sign-in.
async fn three_rows(home: &Home) -> [Record; 3] {
    let (endpoint, _) = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    let list = home.tool_on("list", READ, &home.developer).await;
    let mut held = home.row_of(&home.developer, Act::CallHeld, refund, endpoint);
    held.who.client_label.push_str("100%_sure");
    held.verdict = Some(Verdict {
        decision: Decision::Hold,
        rule: Rule::HighRisk,
    });
    let mut read = home.row_of(&home.developer, Act::CallAnswered, list, endpoint);
    read.who.client_label.push_str("1000 sure");
    if let Some(tool) = &mut read.tool {
        "list".clone_into(&mut tool.name);
    }
    read.status = Some(Status::Error);
    read.code = Some("upstream_status".to_owned());
    age(&mut read, TimeDelta::days(2));
    let rows = [held, read, home.row(&home.owner, Act::SignedIn)];
    home.write(&rows).await;
    rows
}

#[tokio::test]
async fn every_filter_narrows_to_what_it_says() {
    let home = Home::open().await;
    let rows = three_rows(&home).await;
    let held = &["call.held"][..];
    let read = &["call.answered"][..];
    let both = &["call.answered", "call.held"][..];
    let cases = [
        (by(|filter| &mut filter.act, "call"), both),
        (by(|filter| &mut filter.act, "call.held"), held),
        (by(|filter| &mut filter.act, "cal"), &[]),
        (by(|filter| &mut filter.act, "%"), &[]),
        (by(|filter| &mut filter.decision, "hold"), held),
        (by(|filter| &mut filter.class, "READ"), read),
        (by(|filter| &mut filter.status, "error"), read),
        (by(|filter| &mut filter.client, "100%_S"), held),
        (by(|filter| &mut filter.client, "sure"), both),
        (by(|filter| &mut filter.client, "\\"), &[]),
        (by(|filter| &mut filter.tool, "REF"), held),
        (by(|filter| &mut filter.text, "high_risk"), held),
        (by(|filter| &mut filter.text, "upstream_st"), read),
        (by(|filter| &mut filter.text, "' OR 1=1 --"), &[]),
        (by(|filter| &mut filter.text, "call."), both),
    ];
    let tried = cases.len();
    for (filter, wanted) in cases {
        assert_eq!(acts(&home, filter.clone()).await, wanted, "{filter:?}");
    }
    let yesterday = Some(rows[0].at - TimeDelta::days(1));
    let mut since = by(|filter| &mut filter.act, "call");
    since.since = yesterday;
    assert_eq!(acts(&home, since).await, held);
    let mut until = by(|filter| &mut filter.person, "@acme");
    until.until = yesterday;
    assert_eq!(acts(&home, until).await, read);
    println!("{} filters tried", tried + 2);
}

#[tokio::test]
async fn a_search_that_nobody_waits_for_keeps_its_place_until_it_is_over() {
    let home = Home::open().await;
    let audit = audit(&home);
    let filter = by(|filter| &mut filter.text, "refund");
    let search = || audit.list(&home.owner, &filter, None);
    let mut holder = home.admin().await;
    holder.execute("BEGIN; LOCK TABLE record").await.unwrap();
    let left = timeout(Duration::from_millis(50), search()).await;
    assert!(left.is_err(), "it waits for the table");
    // The next waits until that one has had its three seconds, and then for the table itself.
    let began = Instant::now();
    let refused = search().await.unwrap_err().code();
    let has_waited = refused == "too_many_searches" || began.elapsed() > Duration::from_secs(5);
    assert!(has_waited, "{refused} after {:?}", began.elapsed());
    holder.execute("ROLLBACK").await.unwrap();
    until("its end", async || search().await.is_ok()).await;
}

#[tokio::test]
async fn searches_wait_for_one_another_first_come_first_served() {
    let home = Home::open().await;
    let audit = audit(&home);
    let filter = by(|filter| &mut filter.text, "refund");
    let mut tenants = vec![home.owner.clone(), home.stranger.clone()];
    // More than searches that run at once.
    for n in 0..home.database.store().request_connections() {
        let house = home.database.house(&format!("tenant-{n}")).await;
        tenants.push(house.member(&home.database, Role::Owner).await);
    }
    let mut holder = home.admin().await;
    holder.execute("BEGIN; LOCK TABLE record").await.unwrap();
    let searches: JoinSet<_> = tenants
        .into_iter()
        .map(|owner| {
            let (audit, filter) = (audit.clone(), filter.clone());
            async move {
                let [one, another] = [(); 2].map(|()| audit.list(&owner, &filter, None));
                let (one, another) = tokio::join!(one, another);
                [one, another].map(|found| found.map(|page| page.rows.len()))
            }
        })
        .collect();
    sleep(Duration::from_millis(300)).await;
    holder.execute("ROLLBACK").await.unwrap();
    for found in searches.join_all().await.into_iter().flatten() {
        assert_eq!(found.unwrap(), 0);
    }
}

#[tokio::test]
async fn pages_hold_every_row_once_and_newest_first() {
    let home = Home::open().await;
    let rows: Vec<Record> = (0..120)
        .map(|_| home.row(&home.owner, Act::CallAnswered))
        .collect();
    home.write(&rows).await;
    let (mut seen, mut before, mut sizes) = (Vec::new(), None, Vec::new());
    loop {
        let page = audit(&home)
            .list(&home.owner, &RecordFilter::default(), before)
            .await
            .unwrap();
        sizes.push(page.rows.len());
        seen.extend(page.rows.into_iter().map(|row| row.id));
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [50, 50, 20]);
    assert!(seen.is_sorted_by(|a, b| a > b));
    assert_eq!(seen.len(), 120);
}

#[tokio::test]
async fn rows_that_come_in_meanwhile_move_no_page() {
    let home = Home::open().await;
    let some = |count: usize| -> Vec<Record> {
        let rows = (0..count).map(|_| home.row(&home.owner, Act::CallAnswered));
        rows.collect()
    };
    let newer = |count| {
        let mut rows = some(count);
        for row in &mut rows {
            age(row, -TimeDelta::seconds(1));
        }
        rows
    };
    let there = some(175);
    home.write(&there).await;
    for filter in [
        RecordFilter::default(),
        by(|filter| &mut filter.act, "call"),
    ] {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = audit(&home).list(&home.owner, &filter, before).await;
            let page = page.unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.id));
            before = page.older;
            if before.is_none() {
                break;
            }
            home.write(&newer(60)).await;
        }
        seen.retain(|id| there.iter().any(|row| row.id == *id));
        let mut wanted: Vec<_> = there.iter().map(|row| row.id).collect();
        wanted.sort_by(|a, b| b.cmp(a));
        assert_eq!(seen, wanted, "{filter:?}");
    }
}

#[tokio::test]
async fn a_row_comes_with_the_others_of_its_call_and_its_hold() {
    let home = Home::open().await;
    let mut held = home.row(&home.owner, Act::CallHeld);
    held.call = Some(home.world.id());
    held.hold = Some(home.world.id());
    held.arguments = Some(object(&json!({"amount": 5})));
    held.arguments_digest = Some(Digest::of(b"arguments"));
    held.credential = Some("cred/1".to_owned());
    let mut signed = home.row(&home.reviewer, Act::HoldCountersigned);
    signed.hold = held.hold;
    let mut intended = home.row(&home.owner, Act::CallIntended);
    (intended.call, intended.hold) = (Some(home.world.id()), held.hold);
    let unrelated = home.row(&home.owner, Act::CallAnswered);
    for row in [&held, &signed, &intended, &unrelated] {
        home.write(std::slice::from_ref(row)).await;
    }
    let detail = audit(&home).get(&home.owner, held.id).await.unwrap();
    assert_eq!(detail.row.arguments, Some(json!({"amount": 5})));
    assert_eq!(detail.row.arguments_digest, held.arguments_digest);
    assert_eq!(detail.row.credential.as_deref(), Some("cred/1"));
    let related: Vec<_> = detail.related.iter().map(|row| row.id).collect();
    assert_eq!(related, [held.id, signed.id, intended.id]);
    let alone = audit(&home).get(&home.owner, unrelated.id).await.unwrap();
    assert!(alone.related.is_empty());
}

#[tokio::test]
async fn another_tenant_sees_no_row_and_a_developer_may_not_read_the_log() {
    let home = Home::open().await;
    let rows = three_rows(&home).await;
    let theirs = audit(&home)
        .list(&home.stranger, &RecordFilter::default(), None)
        .await
        .unwrap();
    let mut found = theirs.rows.len();
    for row in &rows {
        let error = audit(&home).get(&home.stranger, row.id).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        found += usize::from(error.kind() != Kind::NotFound);
    }
    assert_eq!(found, 0);
    let denied = audit(&home)
        .list(&home.developer, &RecordFilter::default(), None)
        .await
        .unwrap_err();
    assert_eq!(denied.kind(), Kind::Forbidden);
    println!(
        "{} rows asked for by another tenant, {found} found",
        rows.len()
    );
}
