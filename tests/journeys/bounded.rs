//! T74: whatever an agent asks for at once, the room it takes is bounded.

use std::{fmt::Write as _, sync::Arc};

use countersign_domain::operation::Method;
use countersign_mcp_gateway::Rates;
use countersign_testkit::until;
use countersign_tests::{House, Upstream};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn t74_an_agent_has_so_many_calls_under_way_and_no_more() {
    const MOST: usize = 16;
    let (house, upstream) = (House::with_rates(Rates::default()).await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let other = house.agent_of(&ada, &shop).await;
    let house = Arc::new(house);
    let calls: Vec<_> = (0..MOST)
        .map(|_| {
            let (house, agent) = (Arc::clone(&house), agent.clone());
            let withheld = json!({"order_id": "withheld"});
            tokio::spawn(async move { house.call(&agent, "get_order", &withheld).await })
        })
        .collect();
    until("all are under way", async || upstream.seen().len() == MOST).await;

    let order = json!({"order_id": "o-1"});
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 429);
    assert_eq!(house.call(&other, "get_order", &order).await.status, 200);
    assert_eq!(upstream.count("GET /orders/o-1"), 1);

    (0..MOST).for_each(|_| upstream.release());
    for call in calls {
        assert_eq!(call.await.unwrap().status, 200);
    }
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 200);
    println!("{MOST} calls under way, the next refused until they are over");
}

/// Enough to say that fifty lists of it are far more than a batch holds.
fn wordy(base: &str) -> String {
    let words = "All about the books of a shelf. ".repeat(30);
    let mut paths = String::new();
    for number in 100..300 {
        let comma = if number == 100 { "" } else { "," };
        write!(
            paths,
            r#"{comma}"/shelves/{number}/books": {{"get": {{"summary": "List the books of shelf {number}",
                "description": "{words}", "responses": {{}}}}}}"#
        )
        .unwrap();
    }
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Library", "version": "1"}},
            "servers": [{{"url": "{base}"}}], "paths": {{{paths}}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn t74_a_batch_of_lists_ends_where_it_is_full() {
    const FULL: usize = 8 << 20;
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop_of(&ada, &upstream.base, wordy(&upstream.base));
    let agent = house.agent_of(&ada, &shop.await).await;
    let bearer = format!("Bearer {}", agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &bearer),
    ];
    let list = |id: usize| json!({"jsonrpc": "2.0", "id": id, "method": "tools/list"});
    let post = async |message: Value| {
        let message = Some(message.to_string());
        house
            .http(Method::Post, &agent.url, &headers, message)
            .await
    };
    let one = post(list(1)).await.body.len();
    assert!(one * 50 > FULL, "a list has {one} bytes");

    let answer = post((1..=50).map(list).collect()).await;

    assert!(answer.body.len() < FULL + 2 * one, "{}", answer.body.len());
    let answers: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
    let ids: Vec<_> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    let full = |answer: &&Value| answer["error"]["data"]["reason"] == "batch_too_large";
    let listed = answers.iter().take_while(|answer| !full(answer)).count();
    assert!(listed > 1 && answers[listed..].iter().all(|answer| full(&answer)));
    println!("50 lists of {one} bytes asked for in one batch: {listed} given");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_2025_03_26_has_batches() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let bearer = format!("Bearer {}", agent.token);
    let batch = json!([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]).to_string();
    for (version, status) in [
        ("2025-03-26", 200),
        ("2025-06-18", 400),
        ("2025-11-25", 400),
        ("2026-07-28", 400),
    ] {
        let headers = [
            ("content-type", "application/json"),
            ("authorization", &bearer),
            ("mcp-protocol-version", version),
        ];
        let body = Some(batch.clone());
        let answer = house.http(Method::Post, &agent.url, &headers, body).await;
        assert_eq!(answer.status, status, "{version}");
    }
}
