//! The figures of the first page.

use std::sync::Arc;

use chrono::TimeDelta;
use countersign_domain::{World, record::Act};
use countersign_reporting::{Activity, Calls, SetUp};
use countersign_testkit::{FixedClock, SystemEntropy};

use crate::home::{Home, READ, REFUND, age};

fn activity(home: &Home) -> Activity {
    Activity::new(home.database.store(), home.world.clone())
}

#[tokio::test]
async fn the_first_page_counts_what_is_set_up_and_what_happened() {
    let home = Home::open().await;
    let agent = home.agent().await;
    let refund = home.tool_on("refund", REFUND, &home.reviewer).await;
    let list = home.tool_on("list", READ, &home.developer).await;
    home.connect("https://api.example.com").await;
    home.hold(refund, agent, "pending", None).await;
    let mut rows: Vec<_> = (0..10)
        .map(|_| home.row_of(&home.developer, Act::CallAnswered, list, agent.0))
        .collect();
    rows.push(home.row_of(&home.developer, Act::CallHeld, refund, agent.0));
    rows.push(home.row_of(&home.developer, Act::CallIntended, refund, agent.0));
    rows.push(home.row_of(&home.developer, Act::CallFinished, refund, agent.0));
    rows.push(home.row_of(&home.developer, Act::CallDenied, refund, agent.0));
    home.write(&rows).await;

    let figures = activity(&home).home(&home.owner).await.unwrap();
    let wanted = SetUp {
        sources: 1,
        tools: 2,
        tools_on: 2,
        needs_review: 0,
        credentials: 1,
        endpoints: 1,
        agents: 1,
        members: 3,
        holds_waiting: 1,
    };
    assert_eq!(figures.set_up, wanted);
    let today = Calls {
        allowed: 11,
        held: 1,
        denied: 1,
    };
    assert_eq!(figures.today, today);
    assert_eq!(figures.days.len(), 14);
    assert_eq!(figures.days.last().unwrap().calls, today);
    assert!(figures.days.is_sorted_by_key(|day| day.day));
    assert_eq!(figures.last_calls.len(), 8);

    let theirs = activity(&home).home(&home.stranger).await.unwrap();
    let wanted = SetUp {
        members: 1,
        ..SetUp::default()
    };
    assert_eq!(theirs.set_up, wanted);
    assert_eq!(theirs.today.total(), 0);
    assert!(theirs.last_calls.is_empty());
    println!("0 of {} rows counted for another tenant", rows.len());
}

#[tokio::test]
async fn a_call_counts_for_its_own_day_and_not_after_two_weeks() {
    let home = Home::open().await;
    let mut rows = Vec::new();
    for days in [0, 3, 13, 14, 400] {
        let mut row = home.row(&home.owner, Act::CallDenied);
        age(&mut row, TimeDelta::days(days));
        rows.push(row);
    }
    home.write(&rows).await;
    let figures = activity(&home).home(&home.owner).await.unwrap();
    let denied: Vec<u64> = figures.days.iter().map(|day| day.calls.denied).collect();
    assert_eq!(denied, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
}

#[tokio::test]
async fn what_was_counted_is_not_read_again_and_what_comes_is_counted() {
    let home = Home::open().await;
    let clock = Arc::new(FixedClock::starting_now());
    let world = World::new(clock.clone(), Arc::new(SystemEntropy));
    let activity = Activity::new(home.database.store(), world);
    let shown = async || -> u64 {
        let figures = activity.home(&home.owner).await.unwrap();
        figures.days.iter().map(|day| day.calls.denied).sum()
    };
    let old = |by| {
        let mut row = home.row(&home.owner, Act::CallDenied);
        age(&mut row, by);
        row
    };
    let hour = TimeDelta::hours(1);
    home.write(&[
        old(hour * 120),
        old(hour * 24),
        old(hour),
        old(TimeDelta::zero()),
    ])
    .await;
    assert_eq!(shown().await, 4);
    home.run(
        "DELETE FROM record WHERE at < now() - interval '1 day'",
        &[],
    )
    .await;
    assert_eq!(shown().await, 4);
    home.write(&[old(TimeDelta::zero())]).await;
    assert_eq!(shown().await, 5);
    clock.advance(hour);
    assert_eq!(shown().await, 5);
    home.write(&[old(-hour)]).await;
    assert_eq!(shown().await, 6);
    clock.advance(TimeDelta::days(15));
    assert_eq!(shown().await, 0);
}

#[tokio::test]
async fn a_developer_sees_the_calls_of_their_own_agents_and_no_others() {
    let home = Home::open().await;
    let mut rows: Vec<_> = (0..3)
        .map(|_| home.row(&home.reviewer, Act::CallAnswered))
        .collect();
    let own = home.row(&home.developer, Act::CallAnswered);
    rows.push(own.clone());
    rows.push(home.row(&home.developer, Act::SignedIn));
    home.write(&rows).await;
    let figures = activity(&home).home(&home.developer).await.unwrap();
    let shown: Vec<_> = figures.last_calls.iter().map(|row| row.id).collect();
    assert_eq!(shown, [own.id]);
    assert_eq!(
        activity(&home)
            .home(&home.reviewer)
            .await
            .unwrap()
            .last_calls
            .len(),
        4
    );
    assert!(activity(&home).home(&home.house.job()).await.is_err());
}
