//! Postman collections: where requests go, and what is sent with them.

use countersign_domain::{operation::ImportedDocument, risk::RiskClass};
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
fn what_is_no_host_at_all_is_never_sent_to_the_pinned_one() {
    let document = collection(
        &json!([]),
        &[
            get("https://api.example.com/users"),
            get("https://api.example.com/orders"),
            get("/rel"),
            get("https://a}b/zz"),
        ],
    );
    expect(
        &document,
        &[
            ("/users", "base"),
            ("/orders", "base"),
            ("/rel", "off"),
            ("/zz", "off"),
        ],
    );
}

#[test]
fn a_value_is_put_into_a_host_and_never_into_what_stands_behind_it() {
    let saved =
        json!([{ "key": "token", "value": "SECRET123" }, { "key": "port", "value": "8443" }]);
    let urls = [
        "api.telegram.example/bot{{token}}/hook?url=https://example.com/hook",
        "localhost:{{port}}/api/{{token}}/x?redirect=https://example.com",
        "api.example.com#{{token}}https://example.com",
        "https://api.example.com/a/{{token}}?next=https://b.example/{{token}}",
    ];
    for url in urls {
        let document = collection(&saved, &[get(url)]);
        let whole = serde_json::to_string(&document).unwrap();
        assert!(!whole.contains("SECRET123"), "{url}: {whole}");
    }
    println!("N = {} addresses, 0 with a saved value", urls.len());
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

/// How the arguments of an operation are called on the wire.
fn wires(document: &ImportedDocument, path: &str) -> Vec<String> {
    let binds = at(document, "GET", path).binds.iter();
    binds.map(|bind| bind.wire.clone()).collect()
}

#[test]
fn a_request_in_pieces_is_read_like_one_as_a_text() {
    let document = collection(
        &json!([]),
        &[
            json!({ "method": "GET", "header": "Content-Type: application/json\nX-Shop: sk_1", "url": {
                "protocol": "https", "host": ["shop", "example"], "port": "8443",
                "path": ["v1", { "type": "string", "value": "users" }, ":id"] } }),
            get("https://shop.example:8443/search?filter%5Bname%5D=x&page+size=1"),
            json!({ "method": "GET", "url": {
                "raw": "https://shop.example:8443/find?filter%5Bname%5D=x",
                "query": [{ "key": "filter[name]", "value": "x" }] } }),
        ],
    );
    assert_eq!(document.servers[0].url, "https://shop.example:8443");
    assert_eq!(wires(&document, "/v1/users/{id}"), ["id", "X-Shop"]);
    assert_eq!(wires(&document, "/search"), ["filter[name]", "page size"]);
    assert_eq!(wires(&document, "/find"), ["filter[name]"]);
    assert!(!serde_json::to_string(&document).unwrap().contains("sk_1"));
}

#[test]
fn a_collection_without_requests_says_so_where_they_would_be() {
    let document = collection(&json!([]), &[]);
    let mut notes = document.diagnostics.iter();
    let note = notes.find(|note| note.code == "no_operations");
    assert_eq!(note.unwrap().pointer, "/item");
}

#[test]
fn a_body_that_was_saved_empty_is_no_body() {
    let post = |url: &str, raw: &Value| {
        let body =
            json!({ "mode": "raw", "raw": raw, "options": { "raw": { "language": "json" } } });
        json!({ "method": "POST", "url": format!("https://shop.example/{url}"), "body": body })
    };
    let requests = [
        post("empty", &json!("")),
        post("blank", &json!(" \n")),
        post("null", &Value::Null),
        post("sent", &json!("{}")),
    ];
    let document = collection(&json!([]), &requests);
    for (path, has_body) in [
        ("/empty", false),
        ("/blank", false),
        ("/null", false),
        ("/sent", true),
    ] {
        let operation = at(&document, "POST", path);
        assert_eq!(operation.body.is_some(), has_body, "{path}");
        let taken = &operation.input_schema["properties"];
        assert_eq!(taken.get("body").is_some(), has_body, "{path}");
    }
}

#[test]
fn what_a_script_adds_to_a_request_is_said_to_be_missing() {
    let script =
        |listen: &str, lines: &Value| json!([{ "listen": listen, "script": { "exec": lines } }]);
    let before = script("prerequest", &json!(["pm.request.headers.add(sign())"]));
    let item = |name: &str, event: &Value| {
        let url = format!("https://shop.example/{name}");
        json!({ "name": name, "event": event, "request": { "method": "GET", "url": url } })
    };
    let whole = json!({
        "info": { "name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "event": before,
        "item": [
            item("signed", &before),
            item("empty", &script("prerequest", &json!([""]))),
            item("tested", &script("test", &json!(["pm.test()"]))),
        ],
    });
    let document = read(whole.to_string().as_bytes());
    let notes = document.diagnostics.iter();
    let places: Vec<&str> = notes
        .filter(|note| note.code == "script_left_out")
        .map(|note| note.pointer.as_str())
        .collect();
    assert_eq!(places, ["/event/0", "/item/0/event/0"]);
}

#[test]
fn a_diagnostic_of_a_collection_leads_to_a_place_in_it() {
    let given = json!({
        "info": { "name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "auth": { "type": "oauth1", "oauth1": [] },
        "item": [
            { "name": "One", "request": { "method": "GET", "url": "https://shop.example/a?_method=x" } },
            { "name": "Two", "request": { "method": "POST", "url": { "raw": "{{pay}}/b?a=1" },
                "header": [{ "key": "Host", "value": "x" }, { "key": "a b", "value": "x" }],
                "body": { "mode": "raw", "raw": "<a/>", "options": { "raw": { "language": "xml" } } } } },
            { "name": "Three", "request": "https://shop.example/c?_method=x" },
            { "name": "Four", "request": { "method": "GET", "url": "https://shop.example/d", "auth": { "type": "hawk" } } },
        ],
    });
    let document = read(given.to_string().as_bytes());
    let of_operations = document.operations.iter().flat_map(|one| &one.diagnostics);
    let mut checked = 0;
    for note in of_operations.chain(&document.diagnostics) {
        let absent = note.code.ends_with("missing") || note.pointer.starts_with("/components");
        assert!(absent || given.pointer(&note.pointer).is_some(), "{note:?}");
        checked += 1;
    }
    assert!(checked > 8, "{checked}");
}

#[test]
fn a_saved_value_that_says_what_is_done_counts_and_is_not_kept() {
    let at_notes = "https://shop.example/v1/notes";
    let of_header = |value: &str| json!({"method": "GET", "url": at_notes, "header": [{"key": "X-Action", "value": value}]});
    let of_query = |value: &str| {
        let pair = json!([{"key": "action", "value": value}]);
        json!({"method": "GET", "url": {"raw": at_notes, "query": pair}})
    };
    let of_text = |value: &str| get(&format!("{at_notes}?%61ction={value}"));
    let of_body = |value: &str| {
        let raw = json!({"filter": {"action": value}}).to_string();
        json!({"method": "POST", "url": format!("{at_notes}/search"),
            "body": {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}})
    };
    let of_form = |value: &str| {
        let fields = json!([{"key": "action", "value": value}]);
        json!({"method": "POST", "url": format!("{at_notes}/search"),
            "body": {"mode": "urlencoded", "urlencoded": fields}})
    };
    let requests: [&dyn Fn(&str) -> Value; 5] =
        [&of_header, &of_query, &of_text, &of_body, &of_form];
    for request in requests {
        let risk = |value: &str| {
            let whole = json!({
                "info": { "name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
                "item": [{ "name": "List notes", "request": request(value) }],
            });
            let document = read(whole.to_string().as_bytes());
            let operation = &document.operations[0];
            let whole = format!("{operation:?}");
            assert!(!whole.contains(value), "{whole}");
            operation.risk.clone()
        };
        assert!(!risk("kiln").high_risk, "{}", request("kiln"));
        let risk = risk("delete_zq8177ab");
        assert!(risk.high_risk, "{risk:?}");
    }
}

#[test]
fn a_request_whose_address_was_saved_as_two_is_off() {
    let url = |path: &Value| {
        json!({"method": "GET", "url": {"raw": "{{base}}/v1/notes?limit=1", "host": ["{{base}}"],
            "path": path, "query": [{"key": "limit", "value": "1"}]}})
    };
    let variables = json!([{"key": "base", "value": "https://shop.example"}]);
    for (path, is_off) in [
        (json!(["v1", "notes"]), false),
        (json!("v1/notes"), false),
        (json!(["v1", "notes", "purge"]), true),
        (json!(["otes"]), true),
        (json!([]), true),
    ] {
        let document = collection(&variables, &[url(&path)]);
        let operation = at(&document, "GET", "/v1/notes");
        assert_eq!(operation.unsupported.is_some(), is_off, "{path}");
        let codes = operation.diagnostics.iter().map(|note| &*note.code);
        let told = codes.filter(|code| *code == "saved_address_differs");
        assert_eq!(told.count(), usize::from(is_off), "{path}");
    }
}

#[test]
fn a_request_answers_for_all_that_were_saved_with_its_method_and_path() {
    let item = |name: &str, url: &str| {
        let url = format!("https://shop.example{url}");
        json!({ "name": name, "request": { "method": "GET", "url": url, "description": name } })
    };
    let whole = json!({
        "info": { "name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [
            item("List orders", "/api.php?action=list&limit=10"),
            item("Delete order", "/api.php?action=delete&id=1"),
            item("Get status", "/cmd?op=status"),
            item("Restart the server", "/cmd?op=restart"),
            item("Get orders", "/orders?limit=5"),
            { "name": "List users", "request": { "method": "GET", "url": "https://shop.example/gq",
                "body": { "mode": "graphql", "graphql": { "query": "query { users }" } } } },
        ],
    });
    let document = read(whole.to_string().as_bytes());
    for (path, decides) in [
        ("/api.php", "Delete order"),
        ("/cmd", "Restart the server"),
        ("/gq", "query"),
    ] {
        let risk = &at(&document, "GET", path).risk;
        assert!(risk.high_risk, "{path}: {risk:?}");
        let reasons = risk.reasons.iter();
        let mut reasons = reasons.filter(|reason| reason.code == "request_decides");
        assert!(reasons.any(|reason| reason.evidence == decides), "{path}");
    }
    let orders = at(&document, "GET", "/api.php");
    assert_eq!(orders.risk.class, RiskClass::Delete);
    assert!(!orders.risk.read_only);
    assert_eq!(wires(&document, "/api.php"), ["action", "limit", "id"]);
    assert!(!at(&document, "GET", "/orders").risk.high_risk);
}
