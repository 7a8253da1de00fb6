//! What older formats cannot be made into: it is said where it stands, and what an operation cannot do
//! without turns it off.

use countersign_domain::operation::{ImportedDocument, ImportedOperation};
use serde_json::{Value, json};

use crate::{at, read};

/// Where an operation says something of this kind.
fn places<'o>(operation: &'o ImportedOperation, code: &str) -> Vec<&'o str> {
    let notes = operation.diagnostics.iter();
    let found = notes.filter(|note| note.code == code);
    found.map(|note| note.pointer.as_str()).collect()
}

fn discovery(methods: &Value) -> ImportedDocument {
    let document = json!({
        "discoveryVersion": "v1", "name": "kiln", "title": "Kiln", "rootUrl": "https://kiln.example/",
        "schemas": { "Pot": { "id": "Pot", "type": "object", "properties": {
            "grams": { "type": "integer", "default": "3" },
            "glazed": { "type": "boolean", "default": "false" },
            "shape": { "type": "string", "default": "7" },
            "odd": { "type": "integer", "default": "many" } } } },
        "methods": methods,
    });
    read(document.to_string().as_bytes())
}

#[test]
fn a_discovery_method_that_only_sends_a_file_is_off() {
    let upload = json!({ "accept": ["image/png"], "protocols": {} });
    let document = discovery(&json!({
        "set": { "id": "kiln.set", "path": "picture", "httpMethod": "POST",
            "supportsMediaUpload": true, "mediaUpload": upload },
        "add": { "id": "kiln.add", "path": "pots", "httpMethod": "POST",
            "request": { "$ref": "Pot" }, "supportsMediaUpload": true, "mediaUpload": upload },
        "get": { "id": "kiln.get", "path": "pots", "httpMethod": "GET",
            "response": { "$ref": "Pot" }, "supportsMediaDownload": true },
        "export": { "id": "kiln.export", "path": "pots/export", "httpMethod": "GET",
            "supportsMediaDownload": true },
    }));
    let set = at(&document, "POST", "/picture");
    let reason = set.unsupported.as_ref().unwrap();
    assert!(reason.contains("file"), "{reason}");
    assert_eq!(places(set, "media_left_out"), ["/methods/set/mediaUpload"]);
    let add = at(&document, "POST", "/pots");
    assert_eq!(add.unsupported, None);
    assert_eq!(places(add, "media_left_out"), ["/methods/add/mediaUpload"]);
    let get = at(&document, "GET", "/pots");
    assert_eq!(get.unsupported, None);
    let download = "/methods/get/supportsMediaDownload";
    assert_eq!(places(get, "media_left_out"), [download]);
    let export = at(&document, "GET", "/pots/export");
    assert_eq!(
        (places(export, "media_left_out"), &export.unsupported),
        (vec![], &None)
    );
}

#[test]
fn a_discovery_method_is_off_where_a_part_of_its_path_may_hold_slashes() {
    for (path, flat, pattern, is_off) in [
        ("{+name}", "pots/{potsId}", "^pots/.*$", true),
        ("{+name}:fire", "{v1Id}:fire", "^.*$", true),
        (
            "{+name}",
            "pots/{potsId}/{potsId1}",
            "^pots/[^/]+/.+$",
            true,
        ),
        ("{+name}", "pots/{potsId}", r"^pots/[^:]+$", true),
        ("{+name}", "pots/{potsId}", r"^pots/\S+$", true),
        ("{+name}", "pots/{potsId}", "^pots/(a/b|c)$", true),
        ("{+name}:fire", "pots/{potsId}:fire", "^pots/[^/]+$", false),
        (
            "{+name}",
            "pots/{potsId}",
            r"^pots/[a-z.]+\.[0-9]{1,9}$",
            false,
        ),
        ("{+name}", "pots/{potsId}", "^pots/([a-z]|[0-9])$", false),
        (
            "{+name}/list",
            "pots/{potsId}/lids/{lidsId}/list",
            "[a-z/]+",
            false,
        ),
        ("{+name}", "{v1Id}", "^pots/[^/]+$|^lids/[^/]+$", true),
        ("{+name}:fire", "{v1Id}:fire", "^pots$|^lids$", false),
    ] {
        let name =
            json!({ "type": "string", "location": "path", "required": true, "pattern": pattern });
        let document = discovery(
            &json!({ "get": { "id": "kiln.get", "path": path, "flatPath": flat,
            "httpMethod": "GET", "parameters": { "name": name } } }),
        );
        let get = at(&document, "GET", &format!("/{flat}"));
        let reason = get.unsupported.clone().unwrap_or_default();
        assert_eq!(
            reason.contains("more than one segment"),
            is_off,
            "{pattern}: {reason}"
        );
        assert_eq!(get.unsupported.is_some(), is_off, "{pattern}");
        let told = ["/methods/get/flatPath"];
        assert_eq!(places(get, "path_unusable"), &told[..usize::from(is_off)]);
    }
}

/// Of such a value nothing says that it is one segment; Vertex AI takes paths of other APIs so.
#[test]
fn a_discovery_method_is_off_where_a_value_of_many_segments_has_no_pattern() {
    let text = json!({ "type": "string", "location": "path", "required": true });
    let mut pot = text.clone();
    pot["pattern"] = json!("^pots/[^/]+$");
    let document = discovery(&json!({
        "invoke": { "id": "kiln.invoke", "path": "v1/{+pot}/lids/{lidId}/invoke/{+invokeId}",
            "flatPath": "v1/pots/{potsId}/lids/{lidId}/invoke/{invokeId}", "httpMethod": "POST",
            "parameters": { "pot": pot, "lidId": text, "invokeId": text } },
        "get": { "id": "kiln.get", "path": "v1/{+pot}/lids/{lidId}",
            "flatPath": "v1/pots/{potsId}/lids/{lidId}", "httpMethod": "GET",
            "parameters": { "pot": pot, "lidId": text } },
    }));
    let flat = "/v1/pots/{potsId}/lids/{lidId}";
    let invoke = at(&document, "POST", &format!("{flat}/invoke/{{invokeId}}"));
    let reason = invoke.unsupported.as_ref().unwrap();
    assert!(reason.contains("\"invokeId\""), "{reason}");
    assert_eq!(
        places(invoke, "path_unusable"),
        ["/methods/invoke/flatPath"]
    );
    assert_eq!(at(&document, "GET", flat).unsupported, None);
}

#[test]
fn a_default_of_a_discovery_document_is_of_the_type_of_its_value() {
    let parameter = |kind: &str, default: &str| json!({ "type": kind, "default": default, "location": "query" });
    let document = discovery(&json!({
        "list": { "id": "kiln.list", "path": "pots", "httpMethod": "POST", "request": { "$ref": "Pot" },
            "parameters": {
                "limit": parameter("integer", "25"), "share": parameter("number", "0.5"),
                "glazed": parameter("boolean", "true"), "kind": parameter("string", "12"),
                "odd": parameter("integer", "many") } },
    }));
    let method = at(&document, "POST", "/pots");
    let taken = &method.input_schema["properties"];
    let body = taken["body"]["$ref"].as_str().unwrap();
    let pot = &method.input_schema["$defs"][body.rsplit('/').next().unwrap()]["properties"];
    for (of, name, expected) in [
        (taken, "limit", json!(25)),
        (taken, "share", json!(0.5)),
        (taken, "glazed", json!(true)),
        (taken, "kind", json!("12")),
        (pot, "grams", json!(3)),
        (pot, "glazed", json!(false)),
        (pot, "shape", json!("7")),
    ] {
        assert_eq!(of[name]["default"], expected, "{name}: {}", of[name]);
    }
    let lost = document.diagnostics.iter();
    let lost = lost.chain(&method.diagnostics);
    let lost = lost.filter(|note| note.text == "the default is of another type and is left out");
    let mut lost: Vec<&str> = lost.map(|note| note.pointer.as_str()).collect();
    lost.sort_unstable();
    let odd = [
        "/methods/list/parameters/odd/default",
        "/schemas/Pot/properties/odd/default",
    ];
    assert_eq!(lost, odd);
    for of in [taken, pot] {
        assert!(of["odd"].get("default").is_none(), "{}", of["odd"]);
    }
}

#[test]
fn what_swagger_2_requires_beside_its_body_turns_the_operation_off() {
    let body = |name: &str, required: bool| json!({ "name": name, "in": "body", "required": required, "schema": { "type": "object" } });
    let field = |name: &str, required: bool| json!({ "name": name, "in": "formData", "required": required, "type": "string" });
    let in_query = json!({ "name": "q", "in": "query", "type": "string" });
    let post = |parameters: Value| json!({ "post": { "parameters": parameters, "responses": { "200": { "description": "" } } } });
    let document = json!({
        "swagger": "2.0", "info": { "title": "Forms", "version": "1" }, "host": "forms.example",
        "paths": {
            "/field-first": post(json!([field("file", true), body("meta", false)])),
            "/field-second": post(json!([body("meta", true), field("free", false), field("file", true)])),
            "/bodies": post(json!([body("a", true), body("b", true)])),
            "/free": post(json!([body("a", true), in_query, field("free", false), in_query])),
        },
    });
    let document = read(document.to_string().as_bytes());
    for (path, lost, is_off) in [
        ("/field-first", &[0][..], true),
        ("/field-second", &[1, 2], true),
        ("/bodies", &[1], true),
        ("/free", &[2], false),
    ] {
        let operation = at(&document, "POST", path);
        let place = |one: &usize| format!("/paths/~1{}/post/parameters/{one}", &path[1..]);
        let lost: Vec<String> = lost.iter().map(place).collect();
        assert_eq!(places(operation, "body_twice"), lost, "{path}");
        assert_eq!(operation.unsupported.is_some(), is_off, "{path}");
    }
}

#[test]
fn however_much_of_a_body_is_lost_the_operation_is_off_and_says_so_shortly() {
    let body =
        |required: bool| json!({ "name": "b", "in": "body", "required": required, "schema": {} });
    let mut bodies = vec![body(false); 500];
    bodies.extend(vec![body(true); 10_000]);
    let document = json!({
        "swagger": "2.0", "info": { "title": "Forms", "version": "1" }, "host": "forms.example",
        "paths": { "/bodies": { "post": { "parameters": bodies, "responses": {} } } },
    });
    let document = read(document.to_string().as_bytes());
    let operation = at(&document, "POST", "/bodies");
    assert!(operation.unsupported.is_some());
    let told = operation.diagnostics.len();
    assert!(told <= 120, "{told} diagnostics");
}

#[test]
fn what_only_a_converter_writes_beside_an_operation_is_not_read_elsewhere() {
    let read_with = |member: &str, value: Value| {
        let get = json!({ member: value, "responses": { "200": { "description": "" } } });
        let document = json!({ "openapi": "3.1.0", "info": { "title": "Reserved", "version": "1" },
            "paths": { "/books": { "get": get } } });
        let document = read(document.to_string().as_bytes());
        let operation = at(&document, "GET", "/books");
        (
            operation.risk.clone(),
            places(operation, "member_reserved").len(),
        )
    };
    let (plain, none) = read_with("x-mine", json!("q"));
    assert_eq!(none, 0);
    let also = json!([["Delete everything", "Deletes all users."]]);
    for (member, value) in [
        ("x-countersign-also", also),
        ("x-countersign-decides", json!("q")),
        ("x-countersign-ordered", json!([["action", "delete"]])),
    ] {
        assert_eq!(read_with(member, value), (plain.clone(), 1), "{member}");
    }
}

#[test]
fn a_discovery_method_that_is_given_twice_is_told_as_any_other_is() {
    let one = json!({"id": "kiln.a", "path": "pots", "httpMethod": "GET"});
    let document = discovery(&json!({"a": one, "b": one}));
    assert_eq!(document.operations.len(), 1);
    let mut notes = document.diagnostics.iter();
    let twice = notes.find(|note| note.code == "operation_twice").unwrap();
    assert_eq!(
        twice.text,
        "the method is given twice; the first one counts"
    );
    assert!(twice.pointer.ends_with("/b"), "{}", twice.pointer);
}
