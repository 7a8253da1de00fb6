//! What an import changed, page by page.

use countersign_domain::role::Role;
use serde_json::{Value, json};

use crate::front::{Front, PETS, Person};

const CHANGES: &str = r#"query($id: ID!, $first: Int!, $after: Int) { tenant(slug: "acme") {
    revisionChanges(revision: $id, first: $first, after: $after) { total next nodes {
        tool toolName method path outcome reason
        changes { kind code breaking security place text before after } } } } }"#;

async fn page(front: &Front, who: &Person, variables: Value) -> Value {
    let answer = front.ask(who, CHANGES, variables).await;
    answer.data()["tenant"]["revisionChanges"].clone()
}

/// Imports the pets, then pets that are elsewhere, lack one operation and have another.
async fn imported_again(front: &Front, owner: &Person) -> (Value, Value) {
    let first = r#"mutation($d: String!) { importSource(tenant: "acme", name: "Pets", document: {text: $d}) { source revision } }"#;
    let first = front.ask(owner, first, json!({ "d": PETS })).await;
    let first = first.data()["importSource"].clone();
    front.work().await;
    let reads = r#"mutation($s: ID!, $e: ID!) { turnOnReads(tenant: "acme", input: {source: $s, environment: $e, reason: "they only read"}) }"#;
    let place = json!({"s": first["source"], "e": front.acme.environment.to_string()});
    let on = front.ask(owner, reads, place.clone()).await;
    assert_eq!(on.data()["turnOnReads"], 2);
    let pet = r#"query($e: ID!) { tenant(slug: "acme") { source(slug: "pets") {
        tools(environment: $e, filter: {text: "create_pet"}, first: 1) { nodes { id version } } } } }"#;
    let pet = front.ask(owner, pet, json!({"e": place["e"]})).await;
    let pet = &pet.data()["tenant"]["source"]["tools"]["nodes"][0];
    let turn_on = r#"mutation($t: ID!, $v: ID!, $e: ID!) { turnOnTool(tenant: "acme", input: {
        tool: $t, version: $v, environment: $e, handling: HOLD, reason: "a person looks"}) { on } }"#;
    let held = json!({"t": pet["id"], "v": pet["version"], "e": place["e"]});
    let held = front.ask(owner, turn_on, held).await;
    assert_eq!(held.data()["turnOnTool"]["on"], true);
    let changed = PETS
        .replace("https://pets.example.com", "https://dogs.example.com")
        .replace("\"delete\":", "\"put\":");
    let again = r#"mutation($s: ID!, $d: String!) { importRevision(tenant: "acme", source: $s, document: {text: $d}) { revision } }"#;
    let again = front
        .ask(owner, again, json!({"s": first["source"], "d": changed}))
        .await;
    let again = again.data()["importRevision"]["revision"].clone();
    front.work().await;
    (first["revision"].clone(), again)
}

#[actix_web::test]
async fn what_an_import_changed_is_told_with_old_and_new_values() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let (first, again) = imported_again(&front, &owner).await;

    let nothing = page(&front, &owner, json!({"id": first, "first": 50})).await;
    assert_eq!(nothing, json!({"total": 0, "next": null, "nodes": []}));

    let told = page(&front, &owner, json!({"id": again, "first": 50})).await;
    let nodes = told["nodes"].as_array().unwrap();
    assert_eq!(told["total"], nodes.len());
    let whole = &nodes[0];
    assert_eq!(whole["tool"], Value::Null);
    let moved = &whole["changes"][0];
    assert_eq!(moved["kind"], "server");
    assert_eq!(moved["security"], "HIGH");
    assert_eq!(moved["breaking"], "BREAKING");
    assert_eq!(moved["before"], "https://pets.example.com");
    assert_eq!(moved["after"], "https://dogs.example.com");
    let of = |outcome: &str| {
        let fits = |node: &&Value| node["outcome"] == outcome && node["tool"] != Value::Null;
        nodes.iter().filter(fits).cloned().collect::<Vec<_>>()
    };
    assert_eq!(of("REVIEW").len(), 3);
    assert!(of("REVIEW").iter().all(|node| node["reason"] == "server"));
    assert_eq!(of("REMOVED")[0]["method"], "DELETE");
    assert_eq!(of("ADDED")[0]["method"], "PUT");
}

#[actix_web::test]
async fn pages_of_changes_join_to_the_whole() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let (_, again) = imported_again(&front, &owner).await;
    let whole = page(&front, &owner, json!({"id": again, "first": 200})).await;
    let (mut joined, mut after, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let asked = json!({"id": again, "first": 2, "after": after});
        let some = page(&front, &owner, asked).await;
        joined.extend(some["nodes"].as_array().unwrap().iter().cloned());
        pages += 1;
        after = some["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(Value::from(joined), whole["nodes"]);
    let too_many = front
        .ask(&owner, CHANGES, json!({"id": again, "first": 201}))
        .await;
    assert_eq!(too_many.code(), "invalid_input");
    println!("N = {pages} pages of {} rows", whole["total"]);
}
