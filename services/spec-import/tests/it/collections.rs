//! Postman collections: where requests go, and what is sent with them.

use countersign_domain::operation::ImportedDocument;
use serde_json::{Value, json};

use crate::{at, read};

fn collection(variables: &Value, requests: &[Value]) -> ImportedDocument {
    let items = requests.iter().enumerate();
    let items: Vec<Value> = items
        .map(|(index, request)| json!({ "name": format!("Request {index}"), "request": request }))
        .collect();
    let whole = json!({
        "info": { "name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "variable": variables,
        "item": items,
    });
    read(whole.to_string().as_bytes())
}

fn get(url: &str) -> Value {
    json!({ "method": "GET", "url": url })
}

/// Of every request, where it would go: the pinned address, one of its own, or nowhere.
fn places(document: &ImportedDocument) -> Vec<(String, String)> {
    let place = |one: &countersign_domain::operation::ImportedOperation| match &*one.servers {
        _ if one.unsupported.is_some() => "off".to_owned(),
        [] => "base".to_owned(),
        [first, ..] => first.url.clone(),
    };
    let all = document.operations.iter();
    all.map(|one| (one.path.clone(), place(one))).collect()
}

fn expect(document: &ImportedDocument, expected: &[(&str, &str)]) {
    let own = |(path, place): &(&str, &str)| ((*path).to_owned(), (*place).to_owned());
    let mut expected: Vec<_> = expected.iter().map(own).collect();
    let mut places = places(document);
    expected.sort();
    places.sort();
    assert_eq!(places, expected);
}

#[test]
fn a_request_at_another_unknown_host_is_never_sent_to_the_pinned_one() {
    let document = collection(
        &json!([]),
        &[
            get("{{authUrl}}/oauth/token"),
            get("{{baseUrl}}/users"),
            get("{{baseUrl}}/orders"),
            get("https://{{payHost}}/v1/pay"),
            get("https://status.example/up"),
        ],
    );
    expect(
        &document,
        &[
            ("/oauth/token", "off"),
            ("/users", "base"),
            ("/orders", "base"),
            ("/v1/pay", "off"),
            ("/up", "https://status.example"),
        ],
    );
    assert_eq!(document.servers, []);
    let mut notes = at(&document, "GET", "/v1/pay").diagnostics.iter();
    assert!(notes.any(|note| note.text.contains("payHost")));
}

#[test]
fn the_host_of_most_requests_is_the_address_of_the_collection() {
    let document = collection(
        &json!([{ "key": "host", "value": "shop.example" }]),
        &[
            get("https://login.example/token"),
            get("http://{{host}}/a"),
            get("http://{{host}}/b"),
            get("{{other}}/c"),
        ],
    );
    assert_eq!(document.servers[0].url, "http://shop.example");
    expect(
        &document,
        &[
            ("/token", "https://login.example"),
            ("/a", "base"),
            ("/b", "base"),
            ("/c", "off"),
        ],
    );
}

#[test]
fn only_a_request_of_the_same_host_is_a_twin() {
    let document = collection(
        &json!([]),
        &[
            get("{{authUrl}}/users"),
            get("{{baseUrl}}/users"),
            get("{{baseUrl}}/users"),
        ],
    );
    expect(&document, &[("/users", "base")]);
    let lost = document.diagnostics.iter();
    let lost: Vec<(&str, &str)> = lost
        .filter(|note| note.code == "operation_twice" || note.code == "path_at_two_hosts")
        .map(|note| (note.code.as_str(), note.pointer.as_str()))
        .collect();
    assert_eq!(
        lost,
        [
            ("operation_twice", "/item/2"),
            ("path_at_two_hosts", "/item/0")
        ]
    );
}

#[test]
fn variables_of_variables_grow_no_further_than_an_address() {
    let mut variables: Vec<Value> = (0..40)
        .map(|n| json!({ "key": format!("v{n}"), "value": format!("{{{{v{}}}}}.", n + 1).repeat(900) }))
        .collect();
    variables.push(json!({ "key": "last", "value": "https://{{name}}" }));
    variables.push(json!({ "key": "name", "value": "shop.example" }));
    let requests = [get("{{v0}}/a"), get("{{last}}/b"), get("{{last}}/c")];
    let document = collection(&json!(variables), &requests);
    assert_eq!(document.servers[0].url, "https://shop.example");
    expect(&document, &[("/a", "off"), ("/b", "base"), ("/c", "base")]);
}
