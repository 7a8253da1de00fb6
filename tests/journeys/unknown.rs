//! Calls of which nobody knows what became: the request went out and no answer came.

use std::{
    io::Read as _,
    net::{TcpListener, TcpStream},
    thread,
};

use countersign_domain::{hold::Answer, role::Role};
use countersign_tests::House;
use serde_json::json;

/// An upstream that hangs up as soon as it has heard of a request; gone with the test's process.
fn hangs_up() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hang_up = |mut one: TcpStream| drop(one.read(&mut [0; 4_096]));
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(hang_up));
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_its_words_call_a_read_is_not_simply_made_again() {
    let house = House::open().await;
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let ok = json!({"200": {"description": "ok"}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Corner shop", "version": "1"},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Shop-Key"}}},
        "paths": {
            "/orders": {"post": {"operationId": "listOrders", "summary": "List orders", "responses": ok}},
            "/orders/{id}": {"get": {"operationId": "getOrder", "summary": "Get an order", "responses": ok,
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]}},
        },
    });
    let shop = house
        .shop_of(&owner, &hangs_up(), document.to_string())
        .await;
    let agent = house.agent_of(&owner, &shop).await;
    let warning = "may have taken effect";

    let read = house.call(&agent, "get_order", &json!({"id": "1"})).await;
    assert!(read.is_error() && !read.text().contains(warning));

    assert_eq!(
        house.call(&agent, "list_orders", &json!({})).await.code(),
        "held"
    );
    let hold = house.waiting(&reviewer).await.remove(0);
    let decided = house.decide(&reviewer, &hold, Answer::Countersign).await;
    assert_eq!(decided.unwrap().held.class.as_str(), "READ");
    let sent = house.call(&agent, "list_orders", &json!({})).await;
    assert!(sent.text().contains(warning), "{}", sent.text());
}
