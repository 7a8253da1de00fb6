//! References of every kind: what stands beside them counts, and none that is only dynamic, or
//! that names itself, costs an operation.

use countersign_domain::operation::ImportedDocument;
use countersign_spec_import::compile;
use serde_json::{Value, json};

use crate::{at, codes, read};

const PATH_ITEMS: &str = r##"
openapi: 3.1.0
info: {title: Beside, version: "1"}
servers: [{url: "https://a.example"}]
paths:
  /pets/{id}:
    $ref: "#/components/pathItems/Pet"
    parameters:
      - {name: lang, in: query, schema: {type: string}}
      - {name: id, in: path, required: true, schema: {type: integer}}
    delete: {operationId: dropPet}
    put: {operationId: ownPut}
  /far/{id}:
    $ref: "#/components/pathItems/Between"
    servers: [{url: "https://far.example"}]
components:
  pathItems:
    Between:
      $ref: "#/components/pathItems/Pet"
      servers: [{url: "https://between.example"}]
      patch: {operationId: patchPet}
    Pet:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: trace, in: header, schema: {type: string}}
      get: {operationId: getPet}
      put: {operationId: otherPut}
"##;

fn keys(document: &ImportedDocument, method: &str, path: &str) -> Vec<String> {
    let binds = &at(document, method, path).binds;
    binds.iter().map(|bind| bind.key.clone()).collect()
}

#[test]
fn what_a_path_says_beside_its_reference_counts_too() {
    let document = read(PATH_ITEMS.as_bytes());
    let path = "/pets/{id}";
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(keys(&document, method, path), ["id", "trace", "lang"]);
        let id = &at(&document, method, path).input_schema["properties"]["id"];
        assert_eq!(id["type"], "integer", "the path's own parameter wins");
    }
    let put = at(&document, "PUT", path);
    assert_eq!(put.operation_id.as_deref(), Some("ownPut"));

    let far: Vec<_> = document
        .operations
        .iter()
        .filter(|o| o.path != path)
        .collect();
    assert_eq!(far.len(), 3, "all of a chain of references");
    for operation in far {
        assert_eq!(operation.servers[0].url, "https://far.example");
        assert_eq!(operation.unsupported, None);
    }
    let said: Vec<_> = document
        .diagnostics
        .iter()
        .map(|note| (note.code.as_str(), note.pointer.as_str()))
        .collect();
    assert!(
        said.contains(&("path_item_conflict", "/paths/~1pets~1{id}/parameters")),
        "{said:?}"
    );
    assert!(
        said.contains(&("path_item_conflict", "/paths/~1far~1{id}/servers")),
        "{said:?}"
    );
}

#[test]
fn a_path_that_refers_in_a_circle_keeps_what_it_says_itself() {
    let document = read(
        br##"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{
        "/a":{"$ref":"#/paths/~1b","get":{}},"/b":{"$ref":"#/paths/~1a","post":{}}}}"##,
    );
    assert_eq!(document.operations.len(), 4);
    assert!(
        document
            .diagnostics
            .iter()
            .any(|note| note.code == "reference_endless")
    );
}

#[test]
fn a_dynamic_reference_is_followed_to_its_own_schema_or_ignored() {
    let document = read(br##"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{
        "/page":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Page"}}}}}},
        "/tree":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Tree"}}}}}}},
        "components":{"schemas":{
            "Page":{"type":"object","properties":{"items":{"type":"array","items":{"$dynamicRef":"#item"}}},
                "$defs":{"item":{"$dynamicAnchor":"item","not":{}}}},
            "Tree":{"$dynamicAnchor":"node","type":"object","properties":{
                "label":{"type":"string"},"kids":{"type":"array","items":{"$dynamicRef":"#node"}}}}}}}"##);
    let page = at(&document, "POST", "/page");
    assert_eq!(page.unsupported, None);
    let validator = compile(&page.input_schema).unwrap();
    assert!(validator.is_valid(&json!({"body": {"items": [1, {"a": 2}]}})));
    let told = &document.diagnostics;
    assert!(
        told.iter()
            .any(|note| note.code == "dynamic_reference_ignored"),
        "{told:?}"
    );

    let validator = compile(&at(&document, "POST", "/tree").input_schema).unwrap();
    assert!(validator.is_valid(&json!({"body": {"kids": [{"label": "a"}]}})));
    assert!(!validator.is_valid(&json!({"body": {"kids": [{"label": 1}]}})));
}

#[test]
fn t78_an_address_that_a_schema_gives_itself_is_known_and_any_other_is_never_opened() {
    let document = read(br#"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{
        "/own":{"post":{"requestBody":{"content":{"application/json":{"schema":{
            "$id":"https://own.example/s","$anchor":"top","type":"object","properties":{
                "a":{"$ref":"https://own.example/s#/$defs/u"},"b":{"$ref":"https://own.example/s#top"},
                "c":{"$ref":"https://own.example/s"}},"$defs":{"u":{"const":1}}}}}}}},
        "/other":{"post":{"requestBody":{"content":{"application/json":{"schema":{
            "$ref":"https://other.example/s"}}}}}}}}"#);
    let own = at(&document, "POST", "/own");
    assert_eq!(own.unsupported, None, "{:?}", own.diagnostics);
    let validator = compile(&own.input_schema).unwrap();
    assert!(validator.is_valid(&json!({"body": {"a": 1, "b": {"c": {"a": 1}}}})));
    assert!(!validator.is_valid(&json!({"body": {"b": {"c": {"a": 2}}}})));
    let other = at(&document, "POST", "/other");
    assert!(other.unsupported.is_some());
    assert!(
        codes(other).contains(&"reference_outside"),
        "{:?}",
        codes(other)
    );
}

#[test]
fn a_pattern_that_cannot_be_checked_closes_nothing() {
    let document = read(br#"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"/a":{"post":{
        "parameters":[{"name":"q","in":"query","schema":{"type":"string","pattern":"^[^]+$"}},
            {"name":"r","in":"query","schema":{"type":"string","pattern":"/^[a-z]+$/i"}}],
        "requestBody":{"content":{"application/json":{"schema":{"type":"object","additionalProperties":false,
            "patternProperties":{"^(?<y>\\d)\\k<y>$":{"type":"integer"}}}}}}}}}}"#);
    let operation = at(&document, "POST", "/a");
    assert_eq!(operation.unsupported, None);
    let validator = compile(&operation.input_schema).unwrap();
    assert!(validator.is_valid(&json!({"q": "x", "r": "A", "body": {"11": 1}})));
    let told = codes(operation)
        .iter()
        .filter(|code| **code == "pattern_not_checked")
        .count();
    assert_eq!(told, 3);
}

#[test]
fn links_of_answers_are_counted_behind_references_too_and_said_to_be_left_out() {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Links", "version": "1"},
        "paths": {"/books": {"get": {"responses": {
            "200": {"$ref": "#/components/responses/Book"},
            "default": {"description": "else", "links": {"a": {}}}}}}},
        "components": {"responses": {"Book": {"description": "one", "links": {"b": {}, "c": {}}}}}});
    let document = read(document.to_string().as_bytes());
    let mut notes = at(&document, "GET", "/books").diagnostics.iter();
    let note = notes.find(|note| note.code == "links_left_out").unwrap();
    assert!(note.text.starts_with("3 links"), "{}", note.text);
    assert_eq!(note.pointer, "/paths/~1books/get/responses");
}

#[test]
fn a_schema_with_an_address_of_its_own_has_names_of_its_own() {
    let content =
        |schema: &str| json!({"content": {"application/json": {"schema": {"$ref": schema}}}});
    let post = |schema: &str| json!({"post": {"requestBody": content(schema), "responses": {}}});
    let text = |longest: usize| json!({"$anchor": "pet", "type": "string", "maxLength": longest});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/outer": post("#pet"), "/inner": post("https://pets.example/one"),
            "/by-address": post("https://pets.example/one#pet"), "/only": post("#only")},
        "components": {"schemas": {"Outer": text(1), "One": {"$id": "https://pets.example/one",
            "type": "array", "items": {"$ref": "#pet"},
            "$defs": {"pet": text(2), "only": {"$anchor": "only", "type": "boolean"}}}}}});
    let document = read(document.to_string().as_bytes());
    let takes = |path: &str, body: Value| {
        let operation = at(&document, "POST", path);
        assert_eq!(operation.unsupported, None, "{path}");
        compile(&operation.input_schema)
            .unwrap()
            .is_valid(&json!({ "body": body }))
    };
    assert!(takes("/outer", json!("a")) && !takes("/outer", json!("ab")));
    assert!(takes("/inner", json!(["ab"])) && !takes("/inner", json!(["abc"])));
    assert!(takes("/by-address", json!("ab")) && !takes("/by-address", json!("abc")));
    assert!(takes("/only", json!(true)) && !takes("/only", json!("a")));
}

#[test]
fn a_dynamic_reference_that_may_mean_another_schema_is_told() {
    let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let document = |strict: &str| {
        let content = json!({"application/json": {"schema": schema("Tree")}});
        let tree = json!({"$dynamicAnchor": "node", "type": "object", "properties": {
            "children": {"type": "array", "items": {"$dynamicRef": "#node"}}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}},
            "components": {"schemas": {"Tree": tree, "Strict": {"$dynamicAnchor": strict,
                "$ref": "#/components/schemas/Tree", "unevaluatedProperties": false}}}});
        read(document.to_string().as_bytes())
    };
    let told = |strict: &str| {
        let notes = document(strict).diagnostics.into_iter();
        let mut notes = notes.filter(|note| note.code == "dynamic_reference_ignored");
        notes.next().map(|note| note.pointer)
    };
    let place = "/components/schemas/Tree/properties/children/items/$dynamicRef";
    assert_eq!(told("node").as_deref(), Some(place));
    assert_eq!(told("leaf"), None);
}

#[test]
fn a_list_of_places_ends_where_older_documents_say() {
    let pair = |more: Value| {
        let items = json!([{"type": "string"}, {"type": "integer"}]);
        let schema = json!({"type": "array", "items": items, "additionalItems": more});
        let content = json!({"application/json": {"schema": schema}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
        let document = read(document.to_string().as_bytes());
        compile(&at(&document, "POST", "/a").input_schema).unwrap()
    };
    let three = |last: Value| json!({"body": ["a", 1, last]});
    assert!(pair(json!(false)).is_valid(&json!({"body": ["a", 1]})));
    assert!(!pair(json!(false)).is_valid(&three(json!(2))));
    assert!(pair(json!({"type": "boolean"})).is_valid(&three(json!(true))));
    assert!(!pair(json!({"type": "boolean"})).is_valid(&three(json!(2))));
}

#[test]
fn a_pointer_inside_a_schema_with_an_address_of_its_own_counts_from_there() {
    let content = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    let post = |schema: Value| json!({"post": {"requestBody": content(schema), "responses": {}}});
    let numbered = json!({"$id": "https://own.example/n", "properties": {"x": {"$ref": "#/$defs/Y"}},
        "$defs": {"Y": {"type": "number"}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {
            "/whole": post(json!({"$ref": "#/components/schemas/Own"})),
            "/inside": post(json!({"$ref": "#/components/schemas/Outer"}))},
        "$defs": {"Y": {"type": "string"}},
        "components": {"schemas": {"Own": numbered, "Outer": {"properties": {"own": {
            "$id": "https://own.example/o", "properties": {"x": {"$ref": "#/$defs/Z"}},
            "$defs": {"Z": {"type": "number"}}}}}}}});
    let document = read(document.to_string().as_bytes());
    for (path, number, text) in [
        ("/whole", json!({"x": 1}), json!({"x": "a"})),
        (
            "/inside",
            json!({"own": {"x": 1}}),
            json!({"own": {"x": "a"}}),
        ),
    ] {
        let operation = at(&document, "POST", path);
        assert_eq!(operation.unsupported, None, "{path}");
        let validator = compile(&operation.input_schema).unwrap();
        assert!(validator.is_valid(&json!({ "body": number })), "{path}");
        assert!(!validator.is_valid(&json!({ "body": text })), "{path}");
    }
}

#[test]
fn a_body_that_is_nothing_but_a_dynamic_reference_is_that_schema_or_off() {
    let post = |anchor: &str| {
        let content = json!({"application/json": {"schema": {"$dynamicRef": anchor}}});
        json!({"post": {"requestBody": {"required": true, "content": content}, "responses": {}}})
    };
    let node = json!({"$dynamicAnchor": "node", "type": "object", "properties": {
        "kids": {"type": "array", "items": {"$dynamicRef": "#node"}}}});
    let twin = json!({"$dynamicAnchor": "twin", "type": "object"});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/node": post("#node"), "/twin": post("#twin"), "/nobody": post("#nobody")},
        "components": {"schemas": {"Node": node, "One": twin, "Other": twin}}});
    let document = read(document.to_string().as_bytes());
    let node = at(&document, "POST", "/node");
    assert_eq!(node.unsupported, None);
    let validator = compile(&node.input_schema).unwrap();
    assert!(validator.is_valid(&json!({"body": {"kids": [{"kids": []}]}})));
    assert!(!validator.is_valid(&json!({"body": {"kids": [1]}})));
    for path in ["/twin", "/nobody"] {
        assert!(at(&document, "POST", path).unsupported.is_some(), "{path}");
    }
}

#[test]
fn a_reference_by_name_is_found_however_it_is_spelled() {
    for reference in [
        r##""$ref":"#pet""##,
        r##""$ref" : "#pet""##,
        r##""\u0024ref":"#pet""##,
        r##""$\u0072ef":"#pet""##,
    ] {
        let text = r##"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"/a":{"post":{
            "requestBody":{"content":{"application/json":{"schema":{REFERENCE}}}},
            "responses":{"200":{"$ref":"#/components/responses/Ok"}}}}},
            "components":{"responses":{"Ok":{"description":"ok"}},
                "schemas":{"Pet":{"$anchor":"pet","type":"integer"}}}}"##;
        let document = read(text.replace("REFERENCE", reference).as_bytes());
        let operation = at(&document, "POST", "/a");
        assert_eq!(operation.unsupported, None, "{reference}");
        let validator = compile(&operation.input_schema).unwrap();
        assert!(validator.is_valid(&json!({"body": 1})), "{reference}");
        assert!(!validator.is_valid(&json!({"body": "a"})), "{reference}");
    }
}

#[test]
fn what_a_reference_lets_agents_send_is_no_less_grave_than_if_it_stood_there() {
    let object = |properties: Value| json!({"type": "object", "properties": properties});
    let grave = object(json!({"is_admin": {"type": "boolean"}, "role": {"type": "string"}}));
    let mut dynamic = grave.clone();
    dynamic["$dynamicAnchor"] = json!("grave");
    let own = |reference: &str| {
        json!({"$id": "https://own.example/o", "type": "object",
        "properties": {"x": {"$ref": reference}}, "$defs": {"P": grave},
        "components": {"schemas": {"P": grave}}})
    };
    let risk = |schema: Value| {
        let content = json!({"application/json": {"schema": schema}});
        let body = json!({"required": true, "content": content});
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/notes": {"post": {"requestBody": body, "responses": {}}}},
            "components": {"schemas": {"P": object(json!({"name": {"type": "string"}})),
                "Dynamic": dynamic, "Far": own("#/$defs/P"), "Grave": grave,
                "First": {"$id": "https://own.example/1", "$ref": "https://own.example/2"},
                "Second": {"$id": "https://own.example/2", "$ref": "#/components/schemas/Grave"}}}});
        let document = read(document.to_string().as_bytes());
        let operation = at(&document, "POST", "/notes");
        assert_eq!(operation.unsupported, None);
        (operation.risk.class, operation.risk.high_risk)
    };
    let flat = risk(object(json!({"x": grave})));
    let harmless = risk(object(json!({"x": {"$ref": "#/components/schemas/P"}})));
    assert_ne!(flat, harmless);
    let mut inner = own("#/$defs/P");
    inner["$id"] = json!("https://own.example/i");
    for schema in [
        own("#/components/schemas/P")
            .to_string()
            .replace("/o\"", "/w\""),
        own("https://own.example/w#/$defs/P")
            .to_string()
            .replace("/o\"", "/w\""),
        object(json!({"own": inner})).to_string(),
        json!({"$ref": "#/components/schemas/Far"}).to_string(),
        json!({"$ref": "https://own.example/o"}).to_string(),
        json!({"$dynamicRef": "#grave"}).to_string(),
        object(json!({"x": {"$dynamicRef": "#grave"}})).to_string(),
        json!({"$ref": "#/components/schemas/P", "properties": grave["properties"]}).to_string(),
        json!({"$ref": "https://own.example/1"}).to_string(),
        json!({"if": {}, "then": grave}).to_string(),
        json!({"if": {}, "else": grave}).to_string(),
        json!({"dependentSchemas": {"name": grave}}).to_string(),
    ] {
        assert_eq!(
            risk(serde_json::from_str(&schema).unwrap()),
            flat,
            "{schema}"
        );
    }
}

#[test]
fn a_body_of_swagger_2_has_definitions_of_its_own() {
    let own = json!({"$id": "https://own.example/jar", "type": "object", "required": ["lid"],
        "properties": {"lid": {"$ref": "#/$defs/Lid"}, "label": {"$ref": "#label"}},
        "$defs": {"Lid": {"type": "integer"}, "Label": {"$anchor": "label", "type": "string"}}});
    let root = json!({"swagger": "2.0", "info": {"title": "Pantry", "version": "1"},
        "definitions": {"Lid": {"type": "string"}},
        "paths": {"/jars": {"post": {"responses": {},
            "parameters": [{"name": "jar", "in": "body", "required": true, "schema": own}]}}}});
    let document = read(root.to_string().as_bytes());
    let operation = at(&document, "POST", "/jars");
    assert_eq!(operation.unsupported, None, "{:#?}", operation.diagnostics);
    let validator = compile(&operation.input_schema).unwrap();
    assert!(validator.is_valid(&json!({"body": {"lid": 1, "label": "plum"}})));
    for wrong in [
        json!({"lid": "x"}),
        json!({"lid": 1, "label": 2}),
        json!({}),
    ] {
        assert!(!validator.is_valid(&json!({"body": wrong})), "{wrong}");
    }
}

#[test]
fn what_stands_in_a_body_or_an_answer_of_swagger_2_may_be_referred_to_from_anywhere() {
    let lid = json!({"type": "object", "properties": {"lid": {"type": "integer"}}});
    let jar = json!({"type": "object", "properties": {"top": lid, "own": {"$ref":
        "#/paths/~1jars~1%7Bid%7D/post/parameters/1/schema/properties/top"}}});
    let body = |schema: Value| json!({"name": "jar", "in": "body", "schema": schema});
    let id = json!({"name": "id", "in": "path", "required": true, "type": "string"});
    let referring = |place: &str| {
        let schema = json!({"$ref": format!("#/paths/~1jars~1{{id}}/{place}")});
        json!({"post": {"parameters": [body(schema)], "responses": {}}})
    };
    let root = json!({"swagger": "2.0", "info": {"title": "Pantry", "version": "1"}, "paths": {
        "/jars/{id}": {"post": {"parameters": [id, body(jar)],
            "responses": {"200": {"description": "", "schema": lid}}}},
        "/lids": referring("post/parameters/1/schema/properties/top"),
        "/answers": referring("post/responses/200/schema"),
        "/gone": referring("post/parameters/7/schema")}});
    let document = read(root.to_string().as_bytes());
    for path in ["/jars/{id}", "/lids", "/answers"] {
        let operation = at(&document, "POST", path);
        assert_eq!(operation.unsupported, None, "{path}");
        let validator = compile(&operation.input_schema).unwrap();
        let value = if path.ends_with('}') {
            json!({"own": {"lid": "x"}})
        } else {
            json!({"lid": "x"})
        };
        assert!(
            !validator.is_valid(&json!({"id": "1", "body": value})),
            "{path}"
        );
        assert!(
            validator.is_valid(&json!({"body": {"lid": 1}})) || path.ends_with('}'),
            "{path}"
        );
    }
    assert!(at(&document, "POST", "/gone").unsupported.is_some());
}
