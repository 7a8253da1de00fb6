//! What picks what a call does is an order, whichever part of a request it stands in.

use countersign_domain::risk::{Reason, Risk, RiskClass};
use serde_json::{Value, json};

use crate::{
    read,
    spelled::{at, risk},
};

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
        json!({"pattern": "^[d]elete$"}),
        json!({"pattern": "(?i)terminate"}),
        json!({"pattern": "^(?i:terminate)$"}),
        json!({"pattern": r"^[dD]\x65lete\b"}),
        json!({"pattern": "^delete(?:delete){0}$"}),
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
fn every_way_to_send_a_body_counts() {
    let json = json!({"schema": {"type": "object"}});
    let text = json!({"schema": {"type": "string"}});
    let action = json!({"type": "object", "properties": {"action": {"const": "delete"}}});
    for content in [
        json!({"application/json": json, "application/sparql-update": text}),
        json!({"application/sparql-update": text, "application/json": json}),
        json!({"application/json": json, "application/delete-patch+json": json}),
        json!({"application/json": json, "text/json": {"schema": action}}),
        json!({"application/jsonl": {"itemSchema": action}}),
    ] {
        let body = json!({"required": true, "content": content});
        let risk = said_to_read("post", "/notes/search", &json!({"requestBody": body}));
        assert!(risk.high_risk, "{content}: {:#?}", risk.reasons);
    }
    let content = json!({"application/json": json, "application/xml": json,
        "application/x-www-form-urlencoded": json, "application/merge-patch+json": json});
    let body = json!({"required": true, "content": content});
    let risk = said_to_read("post", "/notes/search", &json!({"requestBody": body}));
    let said = (risk.class, risk.high_risk);
    assert_eq!(said, (RiskClass::Read, false), "{:#?}", risk.reasons);
}

#[test]
fn what_a_neighbour_requires_is_required() {
    let delete = json!({"enum": ["delete", "purge"]});
    let object = json!({"type": "object", "properties": {"action": delete}});
    let required = json!({"required": ["action"]});
    for schema in [
        json!({"allOf": [object, required]}),
        json!({"allOf": [required, object]}),
        json!({"allOf": [{"allOf": [required]}, {"oneOf": [object]}]}),
        json!({"required": ["action"], "anyOf": [object]}),
        json!({"anyOf": [required], "properties": {"action": delete}}),
    ] {
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let risk = said_to_read("post", "/notes/search", &json!({"requestBody": body}));
        assert!(risk.high_risk, "{schema}: {:#?}", risk.reasons);
    }
    let body = json!({"content": {"application/json": {"schema": object}}});
    let risk = said_to_read("post", "/notes/search", &json!({"requestBody": body}));
    let said = (risk.class, risk.high_risk);
    assert_eq!(said, (RiskClass::Read, false), "{:#?}", risk.reasons);
}

#[test]
fn of_several_words_of_a_pattern_the_gravest_counts() {
    let long = format!("^(delete|{})$", "a".repeat(101));
    let many = format!("^({}delete)$", "a|".repeat(900));
    for pattern in [
        long.as_str(),
        &many,
        "delete|remove",
        "^list$|^delete$",
        "^(list|[d]elete)$",
        "^(list|(un)?publish)_notes?$",
    ] {
        let schema = json!({"type": "string", "pattern": pattern});
        let verb = json!({"name": "verb", "in": "path", "required": true, "schema": schema});
        let risk = said_to_read("get", "/notes/{verb}", &json!({"parameters": [verb]}));
        let chosen = risk.reasons.iter().any(|why| why.code == "choice_acts");
        assert!(chosen && risk.high_risk, "{pattern}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_pattern_with_more_words_than_are_judged_makes_a_call_grave() {
    let pattern = format!("^(delete|{})$", "a|".repeat(1_000));
    let schema = json!({"type": "string", "pattern": pattern});
    let verb = json!({"name": "verb", "in": "path", "required": true, "schema": schema});
    let risk = said_to_read("get", "/notes/{verb}", &json!({"parameters": [verb]}));
    assert!(risk.high_risk, "{:#?}", risk.reasons);
}

#[test]
fn an_address_whose_pattern_lists_kinds_of_things_is_no_order() {
    let pattern = "arn:[^:]*:press:[^:]*:(aws|[0-9]+):(components|deployments|coreDevices):.*";
    let schema = json!({"type": "string", "pattern": pattern});
    let arn = json!({"name": "arn", "in": "path", "required": true, "schema": schema});
    let risk = said_to_read("get", "/notes/{arn}", &json!({"parameters": [arn]}));
    let said = (risk.class, risk.high_risk);
    assert_eq!(said, (RiskClass::Read, false), "{:#?}", risk.reasons);
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
    ] {
        let one = json!({"name": name, "in": place, "required": true, "schema": schema});
        let risk = said_to_read("get", "/notes", &json!({"parameters": [one]}));
        assert!(!risk.high_risk, "{name}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_call_that_has_to_be_told_what_to_do_in_words_of_ones_own_is_no_read() {
    let text = json!({"type": "string"});
    let open = json!({"anyOf": [{"enum": ["list", "count"]}, text]});
    let chosen = |name: &str, place: &str, required: bool, schema: &Value| {
        let one = json!({"name": name, "in": place, "required": required, "schema": schema});
        said_to_read("get", "/notes", &json!({"parameters": [one]}))
    };
    for (name, place, schema) in [
        ("action", "query", &text),
        ("Command", "query", &json!({})),
        (
            "method",
            "query",
            &json!({"$ref": "#/components/schemas/Text"}),
        ),
        ("op", "query", &json!({"pattern": "^[a-z]{1,9}$"})),
        ("cmd", "query", &open),
        ("do", "cookie", &json!({"enum": [1, 2]})),
        ("X-Action", "header", &text),
    ] {
        let said = chosen(name, place, true, schema);
        let judged = (said.class, said.read_only, said.high_risk);
        assert_eq!(judged, (RiskClass::Write, false, true), "{name} {schema}");
        let why = |one: &Reason| one.code == "request_decides" && one.evidence == name;
        assert!(said.reasons.iter().any(why), "{name}: {:#?}", said.reasons);
        let filter = chosen(name, place, false, schema);
        assert_eq!((filter.class, filter.high_risk), (RiskClass::Read, false));
    }
    let body = json!({"content": {"application/json": {"schema": {"type": "object",
        "required": ["action"], "properties": {"action": text}}}}});
    let post = said_to_read("post", "/notes/search", &json!({"requestBody": body}));
    assert!(post.high_risk, "{:#?}", post.reasons);
    for schema in [
        json!({"enum": ["list", "count"]}),
        json!({"allOf": [text, {"enum": ["list", "count"]}]}),
        json!({"oneOf": [{"const": "list"}, {"const": "count"}]}),
        json!({"type": "array", "items": {"enum": ["list", "count"]}}),
        json!({"type": "string", "pattern": "^(list|count)$"}),
    ] {
        let said = chosen("action", "query", true, &schema);
        assert_eq!((said.class, said.high_risk), (RiskClass::Read, false));
    }
}

#[test]
fn a_call_that_may_be_told_to_do_more_than_look_up_is_no_read() {
    for (name, values) in [
        ("op", ["list", "delete_all"]),
        ("Action", ["ListQueues", "DeleteQueue"]),
        ("operation", ["get-note", "purge-notes"]),
    ] {
        for place in ["query", "header", "cookie"] {
            let one = json!({"name": name, "in": place, "schema": {"enum": values}});
            let risk = said_to_read("get", "/rpc", &json!({"parameters": [one]}));
            assert!(risk.high_risk, "{name} {place}: {:#?}", risk.reasons);
        }
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
        ("action", false, json!({"enum": ["listed", "deleted"]})),
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
