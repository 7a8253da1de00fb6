//! Approval integrity: T52 to T56, through the agent's door and the reviewer's use case.

mod expired;
mod outlived;
mod shown;

use std::sync::Arc;

use countersign_domain::{
    Fault as _, digest::Digest, hold::Answer as Judged, operation::Method, role::Role,
};
use countersign_tests::{Agent, House, Person, Shop, Upstream, document};
use serde_json::{Value, json};

use crate::front::Front;

/// A house with an agent of the owner's, and a reviewer.
struct Scene {
    house: Arc<House>,
    upstream: Upstream,
    owner: Person,
    reviewer: Person,
    shop: Shop,
    agent: Agent,
}

async fn scene() -> Scene {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    Scene {
        house: Arc::new(house),
        upstream,
        owner,
        reviewer,
        shop,
        agent,
    }
}

fn refund(cents: u32) -> Value {
    json!({"order_id": "o-1", "body": {"amount_cents": cents}})
}

const REFUND: &str = "POST /orders/o-1/refunds";

impl Scene {
    async fn refund(&self, cents: u32) -> countersign_tests::Answer {
        self.house
            .call(&self.agent, "create_refund", &refund(cents))
            .await
    }

    /// Asks for a refund and has it countersigned.
    async fn countersigned(&self, cents: u32) {
        assert_eq!(self.refund(cents).await.code(), "held");
        let hold = self.house.waiting(&self.reviewer).await.remove(0);
        self.house
            .decide(&self.reviewer, &hold, Judged::Countersign)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_high_risk_call_waits_runs_once_when_countersigned_and_then_waits_again() {
    let scene = scene().await;

    let first = scene.refund(500).await;
    assert!(first.is_error());
    assert_eq!(first.code(), "held");
    assert!(
        first.text().contains("/t/acme/holds/hold_"),
        "{}",
        first.text()
    );
    assert_eq!(
        scene.refund(500).await.hold(),
        first.hold(),
        "asking again finds the same hold"
    );

    let waiting = scene.house.waiting(&scene.reviewer).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        waiting[0].held.url,
        format!("{}/orders/o-1/refunds", scene.upstream.base)
    );
    assert_eq!(waiting[0].held.method, "POST");
    assert_eq!(
        scene.upstream.seen().len(),
        0,
        "nothing is sent while it waits"
    );
    scene
        .house
        .decide(&scene.reviewer, &waiting[0], Judged::Countersign)
        .await
        .unwrap();

    let ran = scene.refund(500).await;
    assert!(!ran.is_error(), "{}", ran.body);
    assert_eq!(scene.upstream.count(REFUND), 1);
    let again = scene.refund(500).await;
    assert_eq!(again.code(), "held");
    assert_ne!(
        again.hold(),
        first.hold(),
        "a second identical call is a new hold"
    );
    assert_eq!(scene.upstream.count(REFUND), 1);

    let mut admin = scene.house.database.admin().await;
    let acts: Vec<String> =
        sqlx::query_scalar("SELECT act FROM record WHERE hold_id = $1 ORDER BY committed_at")
            .bind(waiting[0].id.as_uuid())
            .fetch_all(&mut admin)
            .await
            .unwrap();
    assert_eq!(
        acts,
        [
            "call.held",
            "hold.countersigned",
            "call.intended",
            "call.finished"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t53_one_approval_is_one_execution() {
    let scene = Arc::new(scene().await);
    let rounds = 4;
    for round in 1..=rounds {
        scene.countersigned(round).await;
        let attempts = (0..50).map(|_| {
            let scene = Arc::clone(&scene);
            tokio::spawn(async move { scene.refund(round).await })
        });
        let mut ran = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            ran += usize::from(!attempt.await.unwrap().is_error());
        }
        assert_eq!(ran, 1, "round {round}");
        assert_eq!(scene.upstream.count(REFUND), round as usize);
        // Of the losers, those that came later asked anew; nobody approves that one.
        for hold in scene.house.waiting(&scene.reviewer).await {
            scene
                .house
                .decide(&scene.reviewer, &hold, Judged::Reject)
                .await
                .unwrap();
        }
    }
    println!(
        "{rounds} races of 50 identical calls after one approval each: {rounds} executions, 0 extra"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_two_reviewers_at_once_leave_one_outcome() {
    let scene = Arc::new(scene().await);
    let second = scene
        .house
        .member_of(&scene.owner, Role::Admin, "second")
        .await;
    let rounds = 12;
    for round in 1..=rounds {
        scene.refund(round).await;
        let hold = scene.house.waiting(&scene.reviewer).await.remove(0);
        let answers = [Judged::Countersign, Judged::Reject]
            .into_iter()
            .cycle()
            .take(8);
        let races = answers.enumerate().map(|(number, answer)| {
            let (scene, hold) = (Arc::clone(&scene), hold.clone());
            let person = if number % 4 < 2 {
                scene.reviewer.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move { scene.house.decide(&person, &hold, answer).await })
        });
        let mut won = 0;
        for race in races.collect::<Vec<_>>() {
            match race.await.unwrap() {
                Ok(_) => won += 1,
                Err(error) => assert_eq!(error.code(), "already_decided"),
            }
        }
        assert_eq!(won, 1, "round {round}");
    }
    println!("{rounds} races of 8 decisions: {rounds} single outcomes");
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_decision_that_comes_too_late_by_the_databases_clock_is_told_so() {
    let scene = scene().await;
    scene.refund(5).await;
    let hold = scene.house.waiting(&scene.reviewer).await.remove(0);
    // The clock of the house stands still, so by that there is time left.
    let mut admin = scene.house.database.admin().await;
    sqlx::query("UPDATE hold SET expires_at = clock_timestamp()")
        .execute(&mut admin)
        .await
        .unwrap();

    for answer in [Judged::Countersign, Judged::Reject] {
        let decided = scene.house.decide(&scene.reviewer, &hold, answer).await;
        let refused = decided.unwrap_err();
        assert_eq!(refused.to_string(), "this call is already expired");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t55_nobody_countersigns_their_own_agents_call() {
    let scene = scene().await;
    scene.refund(1).await;
    let hold = scene.house.waiting(&scene.owner).await.remove(0);

    let own = scene
        .house
        .decide(&scene.owner, &hold, Judged::Countersign)
        .await
        .unwrap_err();
    assert_eq!(own.code(), "self_approval");

    let developer = scene
        .house
        .member_of(&scene.owner, Role::Developer, "dev")
        .await;
    let auditor = scene
        .house
        .member_of(&scene.owner, Role::Auditor, "aud")
        .await;
    for person in [&developer, &auditor] {
        let refused = scene
            .house
            .decide(person, &hold, Judged::Countersign)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "forbidden");
    }

    let stranger = scene.house.owner_of("evil").await;
    let foreign = scene
        .house
        .decide(&stranger, &hold, Judged::Countersign)
        .await
        .unwrap_err();
    assert_eq!(foreign.code(), "not_found");

    // Behind all of it the database says no as well.
    let mut admin = scene.house.database.admin().await;
    let forced = sqlx::query(
        "UPDATE hold SET state = 'countersigned', decided_by = requester, decided_at = now(), decided_reason = 'mine'",
    )
    .execute(&mut admin)
    .await
    .unwrap_err();
    assert_eq!(
        forced.as_database_error().unwrap().constraint(),
        Some("nobody_countersigns_for_themselves")
    );
    println!("5 kinds of self-approval and false reviewers: 0 accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn t52_what_was_approved_is_what_runs_or_nothing_does() {
    let scene = scene().await;
    scene.countersigned(700).await;

    // Another argument is another call.
    assert_eq!(scene.refund(701).await.code(), "held");
    // Another agent of the same person is another agent.
    let other = scene.house.agent_of(&scene.owner, &scene.shop).await;
    assert_eq!(
        scene
            .house
            .call(&other, "create_refund", &refund(700))
            .await
            .code(),
        "held"
    );
    // The same arguments in another order are the same call, and run once.
    let reordered = json!({"body": {"amount_cents": 700}, "order_id": "o-1"});
    let ran = scene
        .house
        .call(&scene.agent, "create_refund", &reordered)
        .await;
    assert!(!ran.is_error(), "{}", ran.body);
    assert_eq!(scene.upstream.count(REFUND), 1);

    // A page that showed something else decides nothing.
    let hold = scene.house.waiting(&scene.reviewer).await.remove(0);
    let stale_page = (hold.id, Digest::of(b"something else"));
    let refused = scene
        .house
        .decide_about(&scene.reviewer, stale_page, Judged::Countersign)
        .await;
    assert_eq!(refused.unwrap_err().code(), "not_what_was_shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_call_tells_the_agent_why_and_sends_nothing() {
    let scene = scene().await;
    scene.refund(5).await;
    let hold = scene.house.waiting(&scene.reviewer).await.remove(0);
    scene
        .house
        .decide(&scene.reviewer, &hold, Judged::Reject)
        .await
        .unwrap();

    let told = scene.refund(5).await;

    assert_eq!(told.code(), "approval_rejected");
    assert!(told.text().contains("I looked at it"), "{}", told.text());
    assert_eq!(scene.refund(5).await.code(), "held");
    assert_eq!(scene.upstream.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_expire_by_themselves_and_on_the_record() {
    let scene = scene().await;
    scene.refund(5).await;
    let mut admin = scene.house.database.admin().await;
    sqlx::query("UPDATE hold SET expires_at = now() - interval '1 second'")
        .execute(&mut admin)
        .await
        .unwrap();

    assert_eq!(scene.house.approvals.expire_due().await.unwrap(), 1);
    assert_eq!(scene.house.approvals.expire_due().await.unwrap(), 0);

    assert!(scene.house.waiting(&scene.reviewer).await.is_empty());
    let recorded: i64 =
        sqlx::query_scalar("SELECT count(*) FROM record WHERE act = 'hold.expired'")
            .fetch_one(&mut admin)
            .await
            .unwrap();
    assert_eq!(recorded, 1);
    assert_eq!(scene.refund(5).await.code(), "approval_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_made_after_the_call_can_reject_it_and_not_countersign_it() {
    let scene = scene().await;
    scene.refund(5).await;
    scene.refund(6).await;
    let mut waiting = scene.house.waiting(&scene.reviewer).await;
    let (hold, other) = (waiting.remove(0), waiting.remove(0));
    let made = scene
        .house
        .member_of(&scene.owner, Role::Reviewer, "late")
        .await;

    let refused = scene
        .house
        .decide(&made, &hold, Judged::Countersign)
        .await
        .unwrap_err();

    assert_eq!(refused.code(), "reviewer_too_new");
    let front = Front::open(&scene.house, "too-new").await;
    let page = format!("/t/acme/holds/{}", other.id);
    for (who, may) in [(&made, false), (&scene.reviewer, true)] {
        let browser = front.browser(&scene.house, who).await;
        let (_, page) = browser.ask(Method::Get, &page, None).await;
        assert_eq!(page.contains("id=\"countersign\""), may, "{page}");
        assert_eq!(page.contains("id=\"too-new\""), !may, "{page}");
        assert!(page.contains("id=\"reject\""), "{page}");
    }
    front.close().await;
    let rejected = scene.house.decide(&made, &other, Judged::Reject).await;
    rejected.unwrap();
    scene
        .house
        .decide(&scene.reviewer, &hold, Judged::Countersign)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_an_agent_cannot_bury_its_reviewers() {
    let scene = scene().await;
    let mut held = 0;
    for cents in 1..=30 {
        let answer = scene.refund(cents).await;
        held += usize::from(answer.code() == "held");
        assert!(
            ["held", "too_many_held"].contains(&answer.code()),
            "{}",
            answer.body
        );
    }
    assert_eq!(held, 20);
    println!("30 different calls of one agent: 20 wait, 10 refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_asking_for_everything_at_once_does_not_bury_them_either() {
    let scene = scene().await;
    let asked = (1..=40).map(|cents| scene.refund(cents));
    let answers = futures_util::future::join_all(asked).await;
    let held = answers.iter().filter(|answer| answer.code() == "held");
    assert_eq!(held.count(), 20);
    println!("40 different calls of one agent at once: 20 wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_nobody_buries_the_calls_of_others_with_many_agents() {
    let scene = scene().await;
    let role = Role::Developer;
    let developer = scene.house.member_of(&scene.owner, role, "dev").await;
    let mut held = 0;
    for _ in 0..3 {
        let agent = scene.house.agent_of(&developer, &scene.shop).await;
        for cents in 1..=20 {
            let call = refund(cents);
            let asked = scene.house.call(&agent, "create_refund", &call);
            held += usize::from(asked.await.code() == "held");
        }
    }
    assert_eq!(held, 40);

    let later = scene.refund(7).await;
    assert_eq!(later.code(), "held", "{}", later.body);
    let waiting = scene.house.waiting(&scene.reviewer).await;
    assert!(
        waiting
            .iter()
            .any(|hold| hold.id.to_string() == later.hold())
    );
    println!("60 calls of 3 agents of one person: 40 wait, and another's is seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_role_reaches_the_members_agents() {
    let scene = scene().await;
    let developer = scene
        .house
        .member_of(&scene.owner, Role::Developer, "dev")
        .await;
    let agent = scene.house.agent_of(&developer, &scene.shop).await;
    assert_eq!(
        scene
            .house
            .call(&agent, "list_orders", &json!({}))
            .await
            .status,
        200
    );
    let member = developer.scope.member().unwrap();
    let change = countersign_accounts::ChangeRole {
        member,
        role: Role::Auditor,
    };
    scene
        .house
        .accounts
        .change_role(&scene.owner.scope, change)
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(
        scene
            .house
            .call(&agent, "list_orders", &json!({}))
            .await
            .status,
        401
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_call_names_no_credential_where_an_argument_takes_its_place() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let mut shop: Value = serde_json::from_str(&document(&upstream.base)).unwrap();
    let deleting = &mut shop["paths"]["/orders/{order_id}"]["delete"];
    deleting["security"] = json!([]);
    let own = json!({"name": "X-Shop-Key", "in": "header", "schema": {"type": "string"}});
    deleting["parameters"].as_array_mut().unwrap().push(own);
    let shop = house.shop_of(&owner, &upstream.base, shop.to_string());
    let agent = house.agent_of(&owner, &shop.await).await;

    let mut named = Vec::new();
    for given in [
        json!({"order_id": "o-1", "X-Shop-Key": "mine"}),
        json!({"order_id": "o-1"}),
    ] {
        let asked = house.call(&agent, "delete_order", &given).await;
        assert_eq!(asked.code(), "held", "{}", asked.body);
        let mut admin = house.database.admin().await;
        let credential: Option<String> = sqlx::query_scalar(
            "SELECT credential FROM record WHERE act = 'call.held' ORDER BY committed_at DESC LIMIT 1",
        )
        .fetch_one(&mut admin)
        .await
        .unwrap();
        let hold = house.waiting(&owner).await.pop().unwrap();
        let sent = hold.held.request.credential.map(|sent| sent.label);
        assert_eq!(sent, credential);
        named.push(credential.is_some());
    }
    assert_eq!(named, [false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_sees_no_hold() {
    let scene = scene().await;
    scene.refund(5).await;
    let stranger = scene.house.owner_of("evil").await;
    let hold = scene.house.waiting(&scene.reviewer).await.remove(0);

    assert!(scene.house.waiting(&stranger).await.is_empty());
    let foreign = scene
        .house
        .approvals
        .hold(&stranger.scope, hold.id)
        .await
        .unwrap_err();
    assert_eq!(foreign.code(), "not_found");
}
