//! Documents that say the same in other words: what is on stays on.

use countersign_domain::{decision::Handling, tool::ToolState};
use countersign_spec_import::Outcome;
use serde_json::{Value, json};

use crate::{
    imports::{Desk, document, get, paste},
    reimports::{state, told, turn_on},
};

/// A document of one read; the rest is what `change` makes of it.
fn shop(change: impl FnOnce(&mut Value)) -> Value {
    let mut shop = document(json!({"/orders": {"get": get("listOrders", "List orders")}}));
    shop["servers"] = json!([{"url": "https://api.example.com/v1"}]);
    change(&mut shop);
    shop
}

/// Imports the one document, turns its tools on and imports the other.
async fn expect_on(what: &str, (old, new): (&Value, &Value), outcome: Option<Outcome>) {
    let desk = Desk::new().await;
    let started = desk.start(paste(old)).await;
    for decided in desk.tools(started.source).await.values() {
        turn_on(&desk, decided).await;
    }
    let revision = desk.again(started.source, new).await;
    let changes = desk.imports.changes(&desk.developer, revision.id).await;
    let changes = changes.unwrap();
    assert_eq!(told(&changes, "/orders"), outcome, "{what}: {changes:#?}");
    let tools = desk.tools(started.source).await;
    let on = ToolState::On(Handling::Run);
    assert_eq!(state(&tools, "GET /orders"), on, "{what}: {changes:#?}");
}

#[tokio::test]
async fn an_address_with_a_slash_at_its_end_is_the_same_address() {
    let slash = json!([{"url": "https://API.example.com:443/v1/"}]);
    let new = shop(|shop| shop["servers"] = slash.clone());
    expect_on("the document's", (&shop(|_| ()), &new), None).await;

    let own = |url: &str| {
        let servers = json!([{"url": url}]);
        shop(|shop| shop["paths"]["/orders"]["get"]["servers"] = servers)
    };
    let sides = (
        &own("https://api.example.com/v2"),
        &own("https://api.example.com/v2/"),
    );
    expect_on("its own", sides, Some(Outcome::Informed)).await;
}

/// A read that answers with a definition of this name.
fn answering(name: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{name}")});
    let order = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    shop(|shop| {
        shop["paths"]["/orders"]["get"]["responses"] = json!({"200": {"description": "ok",
            "content": {"application/json": {"schema": schema}}}});
        shop["components"]["schemas"] = json!({name: order});
    })
}

#[tokio::test]
async fn another_name_of_a_definition_that_only_an_answer_uses_informs() {
    let sides = (&answering("Order"), &answering("OrderDto"));
    expect_on("renamed", sides, Some(Outcome::Informed)).await;
}

#[tokio::test]
async fn whether_one_value_is_written_in_parts_means_nothing() {
    let of = |kind: &str, explode: bool| {
        let page = json!([{"name": "page", "in": "query", "explode": explode,
            "schema": {"type": kind}}]);
        shop(|shop| shop["paths"]["/orders"]["get"]["parameters"] = page)
    };
    let sides = (&of("integer", true), &of("integer", false));
    expect_on("one value", sides, Some(Outcome::Informed)).await;
}
