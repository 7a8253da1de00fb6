//! Methods that came with `OpenAPI` 3.2, all the way from a document to an upstream.

use countersign_domain::{hold::Answer as Judged, role::Role};
use countersign_tests::{House, Upstream, document};
use serde_json::{Value, json};

/// The shop, with notes that can be queried, and orders copied by a method of its own.
fn newer(base: &str) -> String {
    let mut shop: Value = serde_json::from_str(&document(base)).unwrap();
    let id =
        json!([{"name": "order_id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let body = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
    shop["openapi"] = "3.2.0".into();
    shop["paths"]["/notes"]["query"] =
        json!({"operationId": "queryNotes", "summary": "Query notes", "requestBody": body});
    shop["paths"]["/orders/{order_id}"]["additionalOperations"] = json!({"Copy": {
        "operationId": "copyOrder", "summary": "Copy an order", "parameters": id}});
    shop.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_is_held_shown_and_sent_as_it_is_written() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house
        .shop_of(&owner, &upstream.base, newer(&upstream.base))
        .await;
    let agent = house.agent_of(&owner, &shop).await;

    let asked = json!({"body": {"of": "ada"}});
    let queried = house.call(&agent, "query_notes", &asked).await;
    assert!(!queried.is_error(), "{}", queried.body);
    assert_eq!(upstream.seen()[0].line, "QUERY /notes");
    assert_eq!(upstream.seen()[0].body, asked["body"]);

    let order = json!({"order_id": "o-1"});
    let copy = || house.call(&agent, "copy_order", &order);
    assert_eq!(copy().await.code(), "held");
    let hold = house.waiting(&reviewer).await.remove(0);
    assert_eq!(hold.held.method, "Copy");
    assert_eq!(upstream.seen().len(), 1, "nothing is sent while it waits");
    house
        .decide(&reviewer, &hold, Judged::Countersign)
        .await
        .unwrap();
    let ran = copy().await;
    assert!(!ran.is_error(), "{}", ran.body);
    assert_eq!(upstream.count("Copy /orders/o-1"), 1);

    let tools = house.tools(&owner, shop.source, shop.environment).await;
    let tool = tools.iter().find(|view| view.tool.name == "copy_order");
    let tool = &tool.unwrap().tool;
    assert_eq!(tool.operation.method.as_str(), "Copy");
    let mut admin = house.database.admin().await;
    let acts: Vec<(String, uuid::Uuid)> = sqlx::query_as(
        "SELECT act, tool_version_id FROM record WHERE hold_id = $1 ORDER BY committed_at",
    )
    .bind(hold.id.as_uuid())
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let versions = acts.iter().all(|(_, id)| *id == tool.version.as_uuid());
    assert!(versions && acts.len() == 4, "{acts:?}");
}
