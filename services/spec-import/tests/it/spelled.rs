//! One request is of one risk, however a document spells it.

use countersign_domain::risk::{Risk, RiskClass};
use serde_json::{Value, json};

use crate::read;

pub(crate) fn risk(document: &Value) -> Risk {
    read(document.to_string().as_bytes()).operations[0]
        .risk
        .clone()
}

pub(crate) fn at(server: &str, path: &str, method: &str, operation: &Value) -> Value {
    json!({"openapi": "3.2.0", "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": format!("https://api.example.com{server}")}],
        "paths": {path: {method: operation}}})
}

#[test]
fn the_beginning_of_a_path_says_the_same_in_the_address_of_a_server() {
    for (method, server, path, class) in [
        ("post", "/iam/users", "/items", RiskClass::Admin),
        ("post", "/payments", "/items", RiskClass::Billing),
        ("post", "/accounts/delete", "/jobs", RiskClass::Delete),
        ("get", "/admin/secrets", "/all", RiskClass::Auth),
        ("get", "/auth/tokens", "/current", RiskClass::Auth),
    ] {
        let operation = json!({"summary": "Items", "responses": {}});
        let whole = risk(&at("", &format!("{server}{path}"), method, &operation));
        assert_eq!(whole.class, class, "{server}{path}");
        let split = risk(&at(server, path, method, &operation));
        let mut own = at("", path, method, &operation);
        own["paths"][path][method]["servers"] =
            json!([{"url": format!("https://api.example.com{server}")}]);
        for other in [split, risk(&own)] {
            let shown = format!("{method} {server} {path}: {:#?}", other.reasons);
            assert_eq!((other.class, other.high_risk), (class, true), "{shown}");
        }
    }
}

#[test]
fn a_harmless_server_beside_hides_no_grave_one() {
    let operation = json!({"summary": "Items", "responses": {}});
    let urls = |paths: &[&str]| {
        let url = |path: &&str| json!({"url": format!("https://api.example.com{path}")});
        Value::Array(paths.iter().map(url).collect())
    };
    let (grave, longer) = ("/users/delete", "/catalogue/products/list");
    let alone = risk(&at(grave, "/find", "post", &operation));
    assert!(alone.high_risk, "{:#?}", alone.reasons);
    for paths in [[longer, grave], [grave, longer]] {
        let mut shared = at("", "/find", "post", &operation);
        shared["servers"] = urls(&paths);
        let mut own = at("", "/find", "post", &operation);
        own["paths"]["/find"]["post"]["servers"] = urls(&paths);
        for both in [risk(&shared), risk(&own)] {
            let shown = format!("{paths:?}: {:#?}", both.reasons);
            assert_eq!((both.class, both.high_risk), (alone.class, true), "{shown}");
            assert!(!both.read_only, "{shown}");
        }
    }
}

#[test]
fn where_more_servers_are_named_than_are_judged_a_call_is_grave() {
    let operation = json!({"summary": "List notes", "operationId": "listNotes", "responses": {}});
    for (count, is_grave) in [(16, false), (17, true)] {
        let mut document = at("", "/notes", "get", &operation);
        let url = |index| json!({"url": format!("https://api.example.com/zorbles{index}")});
        document["servers"] = (0..count).map(url).collect();
        let said = risk(&document);
        assert_eq!(said.high_risk, is_grave, "{count}: {:#?}", said.reasons);
    }
}

#[test]
fn what_a_server_is_called_makes_no_ordinary_call_grave() {
    let operation =
        json!({"summary": "Create a note", "operationId": "createNote", "responses": {}});
    let bare = risk(&at("", "/notes", "post", &operation));
    for server in ["/api/v1", "/rest", "/acme-corp", "/zorbles/2", "/{tenant}"] {
        let said = risk(&at(server, "/notes", "post", &operation));
        assert_eq!(
            (said.class, said.high_risk),
            (bare.class, bare.high_risk),
            "{server}"
        );
    }
}

#[test]
fn an_answer_of_any_status_gives_away_what_one_of_success_does() {
    let secret = json!({"description": "ok", "content": {"application/json": {"schema": {
        "type": "object", "properties": {"name": {}, "client_secret": {"type": "string"}}}}}});
    let answering = |responses: Value| {
        let operation = json!({"summary": "List orders", "operationId": "listOrders",
            "responses": responses});
        risk(&at("", "/orders", "get", &operation)).class
    };
    for responses in [
        json!({"200": secret}),
        json!({"default": secret}),
        json!({"404": {"description": "None"}, "default": secret}),
        json!({"200 OK": secret}),
    ] {
        assert_eq!(answering(responses.clone()), RiskClass::Auth, "{responses}");
    }
    // Beside a success, it is what a failure says.
    let failing = json!({"200": {"description": "ok"}, "default": secret});
    assert_eq!(answering(failing), RiskClass::Read);
}

#[test]
fn a_removal_is_one_whatever_its_path_ends_in() {
    for (server, path) in [
        ("", "/orders/{id}/delete"),
        ("", "/orders/{id}/delete/-"),
        ("", "/orders/{id}/refund/-"),
        ("", "/users/{id}/delete/.x"),
        ("", "/accounts/{id}/purge/all"),
        ("", "/tokens/{id}/revoke/now"),
        ("/orders/delete", "/all"),
        ("/orders/%64elete", "/all"),
    ] {
        let id = json!({"name": "id", "in": "path", "required": true, "schema": {}});
        let operation = json!({"summary": "Get an order", "operationId": "getOrder",
            "parameters": [id], "responses": {}});
        let risk = risk(&at(server, path, "get", &operation));
        assert!(risk.high_risk, "{server}{path}: {:#?}", risk.reasons);
    }
}
