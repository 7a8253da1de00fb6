//! What becomes of well-meant documents.

use std::collections::BTreeMap;

use countersign_domain::operation::{BodyKind, Place, Scheme, Security, Style};
use countersign_spec_import::{Stage, compile, import_with_progress, inspect};
use serde_json::json;

use crate::{at, codes, patient, read};

const LIBRARY: &[u8] = include_bytes!("../fixtures/library.json");
const CLINIC: &[u8] = include_bytes!("../fixtures/clinic.yaml");

#[test]
fn arguments_are_flat_and_the_wire_names_stay_in_the_binds() {
    let document = read(LIBRARY);
    let operation = at(&document, "GET", "/books/{isbn}");

    assert_eq!(operation.name, "get_book_by_isbn");
    assert_eq!(
        operation.input_schema,
        json!({
            "type": "object",
            "properties": {
                "isbn": {"type": "string", "pattern": "^[0-9]{13}$"},
                "lang": {"type": "string", "enum": ["de", "en"]},
                "X-Trace": {"type": "string", "description": "Follows the request."},
                "near_lat": {"type": "number", "exclusiveMinimum": 0},
                "filter": {"type": "object"},
            },
            "required": ["isbn", "lang"],
            "additionalProperties": false,
        })
    );
    let near = operation
        .binds
        .iter()
        .find(|bind| bind.key == "near_lat")
        .unwrap();
    assert_eq!(
        (near.wire.as_str(), near.place, near.style),
        ("near[lat]", Place::Query, Style::Form)
    );
    let filter = operation
        .binds
        .iter()
        .find(|bind| bind.key == "filter")
        .unwrap();
    assert_eq!(filter.content_type.as_deref(), Some("application/json"));
}

#[test]
fn agents_are_never_asked_for_a_credential_or_a_header_that_the_gateway_sets() {
    let document = read(LIBRARY);
    let operation = at(&document, "GET", "/books/{isbn}");

    let codes = codes(operation);
    assert!(codes.contains(&"parameter_is_credential") && codes.contains(&"header_reserved"));
    assert!(codes.contains(&"parameter_not_in_path"));
    assert!(
        operation
            .binds
            .iter()
            .all(|bind| bind.wire != "X-Library-Card" && bind.wire != "Authorization")
    );
}

#[test]
fn a_body_schema_carries_its_definitions_and_recursion_stays() {
    let document = read(LIBRARY);
    let operation = at(&document, "PUT", "/books/{isbn}");
    let definitions = operation.input_schema["$defs"].as_object().unwrap();
    let book = &definitions["Book"];

    assert_eq!(
        operation.input_schema["properties"]["body"],
        json!({"$ref": "#/$defs/Book"})
    );
    assert_eq!(
        book["required"],
        json!(["title"]),
        "a read-only property cannot be required"
    );
    assert_eq!(
        book["properties"]["title"],
        json!({"type": ["string", "null"]})
    );
    assert_eq!(book["properties"]["shelf"]["enum"], json!(["A", "B", null]));
    assert_eq!(
        book["properties"]["sequel"],
        json!({
            "description": "The next part",
            "anyOf": [{"allOf": [{"$ref": "#/$defs/Book"}]}, {"type": "null"}],
        })
    );
    assert!(book.get("example").is_none() && book.get("x-internal").is_none());
    assert_eq!(definitions.len(), 2);

    let validator = compile(&operation.input_schema).unwrap();
    let valid = json!({"isbn": "9783161484100", "body": {"title": "a", "sequel": {"title": "b"}}});
    assert!(validator.is_valid(&valid));
    for invalid in [
        json!({"isbn": "9783161484100"}),
        json!({"isbn": "x", "body": {"title": "a"}}),
        json!({"isbn": "9783161484100", "body": {"title": "a", "sequel": {"title": 1}}}),
        json!({"isbn": "9783161484100", "body": {"title": "a"}, "extra": 1}),
    ] {
        assert!(!validator.is_valid(&invalid), "{invalid}");
    }
}

#[test]
fn security_is_any_of_all_of_and_undeclared_is_not_public() {
    let document = read(LIBRARY);
    assert_eq!(
        at(&document, "PUT", "/books/{isbn}").security,
        Security::Public
    );
    let Security::AnyOf(alternatives) = &at(&document, "POST", "/loans").security else {
        panic!()
    };

    let schemes: Vec<Vec<Option<Scheme>>> = alternatives
        .iter()
        .map(|all| all.iter().map(|one| one.scheme.clone()).collect())
        .collect();
    let card = Scheme::ApiKeyHeader {
        name: "X-Library-Card".to_owned(),
    };
    let login = Scheme::Oauth2 {
        addresses: Some(BTreeMap::new()),
    };
    assert_eq!(
        schemes,
        [
            vec![Some(card), Some(login)],
            vec![Some(Scheme::Basic)],
            vec![]
        ]
    );
    assert_eq!(alternatives[0][1].scopes, ["loans.write"]);
    assert_eq!(
        at(&read(CLINIC), "GET", "/visits").security,
        Security::Undeclared
    );
}

#[test]
fn forms_keep_how_each_property_is_written() {
    let document = read(LIBRARY);
    let form = at(&document, "POST", "/loans").body.as_ref().unwrap();
    assert_eq!((form.kind, form.required), (BodyKind::Form, false));
    let encoding: Vec<_> = form
        .encoding
        .iter()
        .map(|part| (part.property.as_str(), part.style, part.explode))
        .collect();
    assert_eq!(
        encoding,
        [
            ("reader", Style::DeepObject, true),
            ("books", Style::Form, false)
        ]
    );

    let multipart = at(&document, "POST", "/covers/{isbn}");
    let body = multipart.body.as_ref().unwrap();
    assert_eq!(body.kind, BodyKind::Multipart);
    assert_eq!(
        body.encoding[0].content_type.as_deref(),
        Some("application/octet-stream")
    );
    assert_eq!(multipart.servers[0].url, "https://uploads.shelf.example");
    assert_eq!(
        multipart.input_schema["required"],
        json!(["isbn"]),
        "the variable is asked for"
    );
    assert!(codes(multipart).contains(&"path_variable_undeclared"));
}

#[test]
fn what_cannot_be_called_is_listed_with_the_reason() {
    let document = read(LIBRARY);
    let reason = |method, path| at(&document, method, path).unsupported.clone().unwrap();

    assert_eq!(document.operations.len(), 7);
    assert_eq!(
        reason("HEAD", "/books/{isbn}"),
        "HEAD requests are not imported by default"
    );
    assert!(reason("POST", "/marc").contains("multipart/related"));
    assert!(reason("GET", "/lost").contains("#/components/parameters/Nowhere"));
    assert!(at(&document, "POST", "/loans").deprecated);
    assert_eq!(document.servers[0].url, "https://north.shelf.example/api");
}

#[test]
fn yaml_means_what_it_says() {
    let document = read(CLINIC);
    let search = at(&document, "GET", "/visits");

    assert_eq!(document.version, "1.10");
    assert_eq!(document.format, "OpenAPI 3.1.0");
    assert_eq!(
        search.input_schema["properties"]["on"]["enum"],
        json!(["no", "off", "yes"])
    );
    let style = |key: &str| {
        let bind = search.binds.iter().find(|bind| bind.key == key).unwrap();
        (bind.style, bind.explode)
    };
    assert_eq!(style("ids"), (Style::Form, false));
    assert_eq!(style("where"), (Style::DeepObject, true));
    let xray = at(&document, "PUT", "/visits/{id}/xray");
    assert_eq!(xray.body.as_ref().unwrap().kind, BodyKind::Binary);
    assert_eq!(xray.input_schema["required"], json!(["id", "body"]));
    assert!(
        document
            .diagnostics
            .iter()
            .any(|note| note.code == "webhooks_left_out")
    );
}

#[test]
fn a_schema_with_an_identity_of_its_own_is_read_without_fetching_it() {
    let document = read(CLINIC);
    let visit = at(&document, "POST", "/visits");
    assert_eq!(visit.unsupported, None);
    assert_eq!(visit.name, "post_visits");
    assert_eq!(
        visit.body.as_ref().unwrap().media_type,
        "application/vnd.clinic+json"
    );

    let validator = compile(&visit.input_schema).unwrap();
    assert!(validator.is_valid(&json!({"body": {"weight": 3, "parts": [{"weight": 1}]}})));
    assert!(!validator.is_valid(&json!({"body": {"weight": 0}})));
    assert!(!validator.is_valid(&json!({"body": {"parts": [{"other": 1}]}})));
    assert!(!visit.input_schema.to_string().contains("clinic.example"));
}

#[test]
fn names_are_the_same_whatever_the_order_of_the_document() {
    let build = |paths: [&str; 3]| {
        let paths: Vec<String> = paths
            .iter()
            .map(|path| {
                format!(r#""{path}": {{"get": {{"operationId": "getUser"}}, "post": {{}}}}"#)
            })
            .collect();
        let text = format!(
            r#"{{"openapi":"3.0.0","info":{{}},"paths":{{{}}}}}"#,
            paths.join(",")
        );
        let document = read(text.as_bytes());
        let mut names: Vec<(String, String)> = document
            .operations
            .iter()
            .map(|operation| {
                (
                    format!("{} {}", operation.method, operation.path),
                    operation.name.clone(),
                )
            })
            .collect();
        names.sort();
        names
    };
    let names = build(["/a", "/b", "/a/"]);
    assert_eq!(names, build(["/a/", "/b", "/a"]));
    let different: std::collections::BTreeSet<_> = names.iter().map(|(_, name)| name).collect();
    assert_eq!(different.len(), names.len());
}

#[test]
fn names_that_look_alike_are_told_apart() {
    let ids = [
        "listOrders",
        "list0rders",
        "List__Orders",
        "getBill",
        "getBi11",
        "turnOver",
        "tumOver",
        "getUser",
        "getUsers",
    ];
    let paths: Vec<String> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| format!(r#""/{number}": {{"get": {{"operationId": "{id}"}}}}"#))
        .collect();
    let text = format!(
        r#"{{"openapi":"3.0.0","info":{{}},"paths":{{{}}}}}"#,
        paths.join(",")
    );
    let document = read(text.as_bytes());
    let looks: std::collections::BTreeSet<String> = document
        .operations
        .iter()
        .map(|operation| countersign_domain::confusable::skeleton(&operation.name))
        .collect();
    assert_eq!(looks.len(), ids.len());
    let names: Vec<&str> = document
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names[7..], ["get_user", "get_users"], "plain names stay");
    println!("N = {} names, no two alike", looks.len());
}

#[test]
fn progress_ends_at_the_end_of_every_stage() {
    let mut seen = Vec::new();
    import_with_progress(LIBRARY, &patient(), &mut |progress| seen.push(progress)).unwrap();
    for stage in [Stage::Reading, Stage::Operations, Stage::Naming] {
        let last = seen
            .iter()
            .rfind(|progress| progress.stage == stage)
            .unwrap();
        assert_eq!(last.done, last.total);
    }
}

#[test]
fn the_report_has_the_fields_that_scripts_hold_on_to() {
    let report = inspect::report(&read(LIBRARY).into());
    let names = |value: &serde_json::Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };

    assert_eq!(names(&report), ["document", "operations", "diagnostics"]);
    assert_eq!(
        names(&report["document"]),
        ["title", "version", "format", "operations", "sha256"]
    );
    assert_eq!(
        names(&report["operations"][0]),
        [
            "method",
            "path",
            "operation_id",
            "name",
            "title",
            "class",
            "level",
            "read_only",
            "destructive",
            "high_risk",
            "confidence",
            "sensitivity",
            "reasons",
            "importable",
            "input_schema_bytes",
            "diagnostics",
        ]
    );
    assert_eq!(
        names(&report["operations"][0]["diagnostics"][0]),
        ["severity", "code", "pointer", "text"]
    );
    let table = inspect::table(&read(LIBRARY));
    assert!(
        table.contains("get_book_by_isbn")
            && table.contains("BY CLASS")
            && table.contains("header_reserved")
    );
}

#[test]
fn the_answer_of_success_is_read_for_those_who_read_it() {
    let document = json!({"openapi": "3.0.0", "info": {"title": "X", "version": "1"}, "paths": {"/x": {"post": {
        "requestBody": {"content": {"application/xml": {"schema": {"type": "object", "properties": {"a": {}}}}}},
        "responses": {"201": {"description": "made", "content": {
            "text/plain": {},
            "application/json": {"schema": {"$ref": "#/components/schemas/Made"}}}},
            "200": {"description": "nothing"}, "default": {"description": "wrong", "content": {"application/json": {}}}}}}},
        "components": {"schemas": {"Made": {"type": "object", "required": ["id", "pass"], "properties": {
            "id": {"type": "string", "readOnly": true}, "pass": {"type": "string", "writeOnly": true},
            "next": {"$ref": "#/components/schemas/Made"}}}}}});
    let document = read(document.to_string().as_bytes());
    let operation = &document.operations[0];
    let output = operation.output.as_ref().unwrap();
    assert_eq!(
        (output.status.as_str(), output.media_type.as_str()),
        ("201", "application/json")
    );
    assert_eq!(
        output.schema.as_deref(),
        Some(
            &json!({"$ref": "#/$defs/Made", "$defs": {"Made": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "next": {"$ref": "#/$defs/Made"}}}}})
        )
    );
}
