//! Calls that run: what reaches the upstream, what comes back, what is written down.

use countersign_domain::role::Role;
use countersign_tests::{House, KEY, Upstream};
use serde_json::json;
use sqlx::Row as _;

#[tokio::test(flavor = "multi_thread")]
async fn a_read_reaches_the_upstream_with_the_credential_and_is_recorded() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;

    let answer = house
        .call(&agent, "get_order", &json!({"order_id": "o-7"}))
        .await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!answer.is_error(), "{}", answer.body);
    assert_eq!(answer.body["result"]["structuredContent"]["id"], "o-7");
    let seen = upstream.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "GET /orders/o-7");
    let header = |name: &str| {
        seen[0]
            .headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    assert_eq!(header("x-shop-key"), Some(KEY));
    for never in [
        "authorization",
        "cookie",
        "forwarded",
        "x-forwarded-for",
        "mcp-protocol-version",
    ] {
        assert_eq!(header(never), None, "{never} was passed on");
    }
    let mut admin = house.database.admin().await;
    let row = sqlx::query("SELECT act, status, rule, credential, person_label FROM record WHERE tool_name = 'get_order' AND call_id IS NOT NULL")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    let text = |column: &str| row.get::<String, _>(column);
    assert_eq!(
        (
            text("act").as_str(),
            text("status").as_str(),
            text("rule").as_str()
        ),
        ("call.answered", "ok", "read_is_on")
    );
    assert_eq!(text("person_label"), "owner@acme.example");
    assert!(text("credential").starts_with("cred_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_has_its_intent_on_record_before_its_outcome() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;

    let answer = house
        .call(&agent, "set_order_labels", &json!({"order_id": "o-1"}))
        .await;

    assert!(!answer.is_error(), "{}", answer.body);
    let mut admin = house.database.admin().await;
    let acts: Vec<String> = sqlx::query_scalar(
        "SELECT act FROM record WHERE tool_name = 'set_order_labels' AND call_id IS NOT NULL ORDER BY committed_at",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(acts, ["call.intended", "call.finished"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_do_not_fit_never_leave_the_house() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let cases = [
        ("get_order", json!({})),
        ("get_order", json!({"order_id": 7})),
        ("get_order", json!({"order_id": "a", "surprise": 1})),
        ("get_order", json!({"order_id": "../admin", "x": "y"})),
        ("list_orders", json!({"limit": "ten"})),
        ("list_orders", json!({"limit": 9_007_199_254_740_993_i64})),
        (
            "create_refund",
            json!({"order_id": "a", "body": {"amount_cents": 0}}),
        ),
        ("create_refund", json!({"order_id": "a"})),
    ];
    for (tool, arguments) in &cases {
        let answer = house.call(&agent, tool, arguments).await;
        assert!(answer.is_error(), "{tool} {arguments}: {}", answer.body);
        assert_eq!(answer.code(), "invalid_arguments", "{tool} {arguments}");
    }
    let traversal = house
        .call(&agent, "get_order", &json!({"order_id": ".."}))
        .await;
    assert!(traversal.is_error(), "{}", traversal.body);
    assert_eq!(upstream.seen().len(), 0);
    println!(
        "{} misfits refused, 0 reached the upstream",
        cases.len() + 1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn alternatives_inside_alternatives_are_refused_before_they_keep_a_worker_busy() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let inner = json!({"$ref": "#/components/schemas/A"});
    let one = json!({"type": "object", "properties": {"a": inner}, "additionalProperties": false});
    let mut other = one.clone();
    other["title"] = "other".into();
    let document = json!({"openapi": "3.1.0", "info": {"title": "Trees", "version": "1"},
        "servers": [{"url": upstream.base}],
        "paths": {"/trees": {"post": {"operationId": "plant", "requestBody": {"required": true,
            "content": {"application/json": {"schema": inner}}}, "responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": {"A": {"anyOf": [one, other, {"type": "integer"}]}}}});
    let shop = house
        .shop_of(&ada, &upstream.base, document.to_string())
        .await;
    let agent = house.agent_of(&ada, &shop).await;
    let tree = |levels, leaf| (0..levels).fold(leaf, |inner, _| json!({ "a": inner }));

    let small = json!({"body": tree(3, json!(1))});
    let answer = house.call(&agent, "plant", &small).await;
    assert_ne!(answer.code(), "invalid_arguments", "{}", answer.body);
    let large = json!({"body": tree(60, json!("bad"))});
    let call = house.call(&agent, "plant", &large);
    let patience = std::time::Duration::from_mins(1);
    let answer = tokio::time::timeout(patience, call).await.unwrap();
    assert_eq!(answer.code(), "invalid_arguments", "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_missing_and_patterns_are_counted_before_they_are_looked_for() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let names: Vec<String> = (0..500).map(|n| format!("n{n}")).collect();
    let patterns: Vec<_> = (0..60)
        .map(|n| json!({"pattern": format!("[ab]*a[ab]{{{}}}c", 900 + n)}))
        .collect();
    let body = json!({"type": "object", "properties": {
        "rows": {"type": "array", "items": {"type": "object", "required": names}},
        "text": {"type": "string", "allOf": patterns}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "Rows", "version": "1"},
        "servers": [{"url": upstream.base}],
        "paths": {"/rows": {"post": {"operationId": "add", "requestBody": {"required": true,
            "content": {"application/json": {"schema": body}}}, "responses": {"200": {"description": "ok"}}}}}});
    let shop = house
        .shop_of(&ada, &upstream.base, document.to_string())
        .await;
    let agent = house.agent_of(&ada, &shop).await;

    for (body, why) in [
        (json!({"rows": vec![json!({}); 2]}), "/body/rows/0"),
        (json!({"rows": vec![json!({}); 200]}), "too many to say"),
        (json!({"rows": vec![json!({}); 2_000]}), "more steps"),
        (json!({"text": "ab".repeat(2_500)}), "more steps"),
    ] {
        let answer = house.call(&agent, "add", &json!({ "body": body })).await;
        assert_eq!(answer.code(), "invalid_arguments", "{}", answer.body);
        let told = answer.body.to_string();
        assert!(told.contains(why), "{why}: {told}");
    }
    assert_eq!(upstream.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_is_off_unknown_or_anothers_is_the_same_unknown_tool() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let eve = house.owner_of("evil").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let other = house.shop(&eve, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let tools = house.tools(&ada, shop.source, shop.environment).await;
    let delete = tools
        .iter()
        .find(|view| view.tool.name == "delete_order")
        .unwrap();
    let off = countersign_tool_registry::TurnOff {
        tool: delete.tool.id,
        environment: shop.environment,
        reason: "not any more".parse().unwrap(),
    };
    house.registry.turn_off(&ada.scope, off).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;

    let mut bodies = Vec::new();
    for name in ["delete_order", "nothing_like_it"] {
        let answer = house.call(&agent, name, &json!({"order_id": "a"})).await;
        assert_eq!(answer.body["error"]["code"], -32602);
        bodies.push(answer.body.to_string().replace(name, "X"));
    }
    assert_eq!(bodies[0], bodies[1]);

    let foreign = countersign_tests::Agent {
        url: agent.url.replace("/acme/", "/evil/"),
        ..agent.clone()
    };
    assert_eq!(
        house
            .call(&foreign, "get_order", &json!({"order_id": "a"}))
            .await
            .status,
        401
    );
    assert_eq!(other.endpoint, shop.endpoint);
    assert_eq!(upstream.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_failure_is_an_error_answer_and_not_a_success() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    house.member_of(&ada, Role::Reviewer, "rev").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;

    let answer = house
        .call(&agent, "get_order", &json!({"order_id": "broken"}))
        .await;

    assert!(answer.is_error());
    assert!(answer.text().contains("500"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_never_cross_callers() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let house = std::sync::Arc::new(house);
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let callers = (0..40).map(|caller| {
        let (house, agent) = (std::sync::Arc::clone(&house), agent.clone());
        tokio::spawn(async move {
            for turn in 0..10 {
                let own = format!("o-{caller}-{turn}");
                let answer = house
                    .call(&agent, "get_order", &json!({"order_id": own}))
                    .await;
                assert_eq!(answer.body["result"]["structuredContent"]["id"], own);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    println!("400 calls of 40 callers with one JSON-RPC id: 0 mix-ups");
    let mut admin = house.database.admin().await;
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM record WHERE act = 'call.answered'")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(rows, 400);
}
