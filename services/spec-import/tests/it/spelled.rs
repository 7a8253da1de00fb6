//! One request is of one risk, however a document spells it.

use countersign_domain::risk::{Risk, RiskClass};
use serde_json::{Value, json};

use crate::read;

fn risk(document: &Value) -> Risk {
    read(document.to_string().as_bytes()).operations[0]
        .risk
        .clone()
}

fn at(server: &str, path: &str, method: &str, operation: &Value) -> Value {
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

#[test]
fn an_order_is_one_however_it_is_given() {
    let fixed = |name: &str, place: &str, schema: Value| {
        json!({"summary": "List notes", "responses": {},
            "parameters": [{"name": name, "in": place, "required": true, "schema": schema}]})
    };
    let form = json!({"summary": "List notes", "responses": {}, "parameters": [{
        "name": "q", "in": "querystring", "content": {"application/x-www-form-urlencoded": {
            "schema": {"required": ["action"], "properties": {"action": {"const": "delete"}}}}}}]});
    let body = json!({"summary": "Search notes", "responses": {}, "requestBody": {"content": {
        "application/json": {"schema": {"properties": {"task": {"const": "delete"}}}}}}});
    let delete = json!({"const": "delete"});
    for (method, path, operation) in [
        (
            "get",
            "/notes?action=delete",
            json!({"summary": "List notes"}),
        ),
        ("get", "/notes", fixed("action", "query", delete.clone())),
        (
            "get",
            "/notes?action={action}",
            fixed("action", "query", json!({"enum": ["delete"]})),
        ),
        ("get", "/notes", form),
        (
            "get",
            "/client/api",
            fixed(
                "command",
                "query",
                json!({"enum": ["destroyVirtualMachine"]}),
            ),
        ),
        ("get", "/notes/{verb}", fixed("verb", "path", delete)),
        (
            "get",
            "/vm/{verb}",
            fixed(
                "verb",
                "path",
                json!({"enum": ["start", "stop", "destroy"]}),
            ),
        ),
        ("post", "/notes/search", body),
    ] {
        let risk = risk(&at("", path, method, &operation));
        assert!(risk.high_risk, "{method} {path}: {:#?}", risk.reasons);
    }
}

/// An operation that the document calls a read.
fn said_to_read(method: &str, path: &str, what: &Value) -> Risk {
    let mut operation =
        json!({"summary": "List notes", "operationId": "listNotes", "responses": {}});
    operation
        .as_object_mut()
        .unwrap()
        .extend(what.as_object().unwrap().clone());
    let mut document = at("", path, method, &operation);
    let mut dynamic = json!({"$id": "https://own.example/act", "$dynamicAnchor": "act"});
    dynamic["const"] = json!("delete");
    document["components"]["schemas"] = json!({"Act": dynamic, "Text": {"type": "string"},
        "Object": {"type": "object"}});
    risk(&document)
}

#[test]
fn an_order_is_one_in_whatever_words_of_a_schema_it_is_given() {
    let delete = json!({"type": "string", "const": "delete"});
    for schema in [
        json!({"$ref": "#/components/schemas/Text", "const": "delete"}),
        json!({"$ref": "https://own.example/act"}),
        json!({"$ref": "Act"}),
        json!({"$dynamicRef": "#act"}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": delete}}),
        json!({"if": true, "then": delete}),
        json!({"pattern": "^delete$"}),
        json!({"pattern": "^(?:delete)$"}),
        json!({"type": "array", "prefixItems": [delete]}),
        json!({"const": "delete", "enum": ["delete"]}),
        json!({"allOf": [{"allOf": [{"allOf": [{"allOf": [{"allOf": [delete]}]}]}]}]}),
    ] {
        let one = json!({"name": "action", "in": "query", "schema": schema});
        let risk = said_to_read("get", "/notes", &json!({"parameters": [one]}));
        assert!(risk.high_risk, "{schema}: {:#?}", risk.reasons);
    }
    let object = json!({"type": "object", "properties": {"action": delete}});
    for (name, place, style, schema) in [
        ("filter", "query", "form", &object),
        ("filter", "query", "deepObject", &object),
        ("id", "path", "matrix", &object),
        ("action", "header", "simple", &delete),
        ("X-Action", "header", "simple", &delete),
        (
            "SOAPAction",
            "header",
            "simple",
            &json!({"const": "urn:deleteNotes"}),
        ),
        ("action", "cookie", "form", &delete),
    ] {
        let one = json!({"name": name, "in": place, "required": true, "style": style,
            "explode": true, "schema": schema});
        let path = if place == "path" {
            "/notes/{id}"
        } else {
            "/notes"
        };
        let risk = said_to_read("get", path, &json!({"parameters": [one]}));
        assert!(
            risk.high_risk,
            "{place} {name} {style}: {:#?}",
            risk.reasons
        );
    }
    let json = "application/json";
    for (media, schema) in [
        (json, json!({"const": {"action": "delete"}})),
        (json, json!({"enum": [null, {"action": "delete"}]})),
        (json, json!({"type": "array", "items": object})),
        (
            json,
            json!({"$ref": "#/components/schemas/Object", "properties": object["properties"]}),
        ),
        ("application/sparql-update", json!({"type": "string"})),
    ] {
        let body = json!({"required": true, "content": {media: {"schema": schema}}});
        let risk = said_to_read("post", "/notes/search", &json!({"requestBody": body}));
        assert!(risk.high_risk, "{media} {schema}: {:#?}", risk.reasons);
    }
}

#[test]
fn what_leaves_more_open_than_an_order_is_a_filter() {
    let states = json!({"type": "string", "enum": ["created", "deleted"]});
    let object = json!({"type": "object", "properties": {"status": states, "action": {"type": "string",
        "enum": ["create", "delete"]}}});
    for (name, place, schema) in [
        ("filter", "query", &object),
        ("X-Status", "header", &states),
        (
            "state",
            "query",
            &json!({"type": "string", "pattern": "^(create|delete)$"}),
        ),
        (
            "action",
            "query",
            &json!({"type": "string", "pattern": "^[a-z]{1,9}$"}),
        ),
    ] {
        let one = json!({"name": name, "in": place, "required": true, "schema": schema});
        let risk = said_to_read("get", "/notes", &json!({"parameters": [one]}));
        assert!(!risk.high_risk, "{name}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_filter_is_no_order() {
    let states = json!({"enum": ["active", "deleted", "blocked"]});
    for (name, required, schema) in [
        ("status", true, states.clone()),
        ("sort", true, json!({"enum": ["created", "updated"]})),
        ("event", false, json!({"enum": ["create", "delete"]})),
        ("action", false, json!({"enum": ["create", "delete"]})),
        ("fields", true, json!({"type": "array", "items": states})),
    ] {
        let operation = json!({"summary": "List notes", "operationId": "listNotes", "responses": {},
            "parameters": [{"name": name, "in": "query", "required": required, "schema": schema}]});
        let risk = risk(&at("", "/notes", "get", &operation));
        assert_eq!(
            (risk.class, risk.high_risk),
            (RiskClass::Read, false),
            "{name}"
        );
    }
}

#[test]
fn what_makes_an_api_call_an_address_of_the_request_is_no_read() {
    let calling = |address: &str| {
        let callback = json!({address: {"post": {"responses": {}}}});
        said_to_read("get", "/notes", &json!({"callbacks": {"done": callback}}))
    };
    for address in [
        "{$request.query.to}",
        "https://{$request.header.Host}/done",
        "{$url}",
    ] {
        let risk = calling(address);
        let said = (risk.class, risk.read_only, risk.high_risk);
        assert_eq!(said, (RiskClass::Write, false, true), "{address}");
    }
    let risk = calling("https://own.example/{$response.body#/id}");
    assert_eq!((risk.class, risk.high_risk), (RiskClass::Read, false));
}

#[test]
fn where_more_is_left_to_choose_than_is_judged_a_call_is_grave() {
    let listed = |count: usize| {
        let values = (0..count).map(|index| format!("create_zorble{index}"));
        let values = values.collect::<Vec<_>>();
        json!({"required": ["task"], "properties": {"task": {"enum": values}}})
    };
    let wide = |count: usize| {
        let one = |index: usize| json!({"properties": {format!("x{index}"): {}}});
        json!({"anyOf": (0..count).map(one).collect::<Vec<_>>()})
    };
    for (schema, is_cut) in [
        (listed(16), false),
        (listed(17), true),
        (wide(1_000), false),
        (wide(2_000), true),
    ] {
        let operation = json!({"summary": "Create a note", "operationId": "createNote",
            "responses": {}, "requestBody": {"content": {"application/json": {"schema": schema}}}});
        let risk = risk(&at("", "/notes", "post", &operation));
        let text = "The document leaves more choices than are judged.";
        let says = risk.reasons.iter().any(|reason| reason.text == text);
        assert_eq!(says, is_cut, "{:#?}", risk.reasons);
        assert!(risk.high_risk || !is_cut);
    }
}

#[test]
fn a_schema_of_countless_choices_turns_off_its_own_operation_only() {
    let many = |name: &str| {
        let target = json!({"$ref": format!("#/components/schemas/{name}")});
        json!({"anyOf": vec![target; 450]})
    };
    let whole = json!({"$ref": "#/components/schemas/A"});
    let action = json!({"required": ["action"], "properties": {"action": whole}});
    let of = |schema: &Value| {
        json!({"post": {"responses": {}, "requestBody": {"content": {
            "application/json": {"schema": schema}}}}})
    };
    let end = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/a": of(&whole), "/b": of(&action), "/other": {"get": {"responses": {}}}},
        "components": {"schemas": {"A": many("B"), "B": many("C"), "C": many("D"), "D": end}}});
    let document = read(document.to_string().as_bytes());
    let off = document
        .operations
        .iter()
        .map(|one| one.unsupported.is_some());
    assert_eq!(off.collect::<Vec<_>>(), [true, true, false]);
}
