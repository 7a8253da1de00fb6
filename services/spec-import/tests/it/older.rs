//! Formats that are not `OpenAPI`, through the same front door.

use std::collections::BTreeMap;

use countersign_domain::operation::{BodyKind, ImportedDocument, Place, Scheme, Security, Style};
use serde_json::json;

use crate::{at, codes, read};

fn kiln() -> ImportedDocument {
    read(include_bytes!("../fixtures/kiln.json"))
}

#[test]
fn a_discovery_document_is_imported_with_every_method() {
    let document = kiln();
    assert_eq!(
        (document.title.as_str(), document.version.as_str()),
        ("Kiln", "v2")
    );
    assert_eq!(document.format, "Google Discovery v1");
    assert_eq!(document.servers[0].url, "https://kiln.example/v2");
    assert_eq!(document.operations.len(), 4);
    let list = at(&document, "GET", "/shelves");
    assert_eq!(list.name, "kiln_shelves_list");
    let kind = list.binds.iter().find(|bind| bind.wire == "kind").unwrap();
    assert!(kind.explode, "repeated means once for each value");
    let Security::AnyOf(alternatives) = &list.security else {
        panic!("any one scope lets a call in");
    };
    assert_eq!(alternatives.len(), 2);
    let addresses = Some(BTreeMap::new());
    assert_eq!(
        alternatives[0][0].scheme,
        Some(Scheme::Oauth2 { addresses })
    );
    let create = at(&document, "POST", "/shelves/{shelf}/pots");
    let schema = &create.input_schema;
    assert_eq!(schema["properties"]["shelf"]["type"], "string");
    let body = schema["properties"]["body"]["$ref"].as_str().unwrap();
    let pot = &schema["$defs"][body.rsplit('/').next().unwrap()];
    assert_eq!(pot["properties"]["grams"]["type"], "string");
    assert_eq!(pot["required"], json!(["name"]));
    assert_eq!(create.unsupported, None);
}

#[test]
fn a_property_in_a_discovery_document_may_be_called_like_a_keyword() {
    let document = json!({"discoveryVersion": "v1", "title": "Kiln", "rootUrl": "https://kiln.example/",
        "schemas": {"Pot": {"id": "Pot", "type": "object", "properties": {
            "annotations": {"type": "object", "required": true, "additionalProperties": {"type": "string"}},
            "required": {"type": "boolean"},
            "id": {"type": "string"},
            "properties": {"type": "object", "properties": {"type": {"type": "any"}}},
            "enumDescriptions": {"type": "array", "items": {"type": "string"}}}}},
        "methods": {"add": {"id": "kiln.add", "path": "pots", "httpMethod": "POST", "request": {"$ref": "Pot"}}}});
    let document = read(document.to_string().as_bytes());
    let definitions = &at(&document, "POST", "/pots").input_schema["$defs"];
    let mut definitions = definitions.as_object().unwrap().values();
    let pot = definitions.next().unwrap();
    let names: Vec<&String> = pot["properties"].as_object().unwrap().keys().collect();
    let given = [
        "annotations",
        "required",
        "id",
        "properties",
        "enumDescriptions",
    ];
    assert_eq!(names, given);
    assert_eq!(pot["required"], json!(["annotations"]));
}

#[test]
fn a_discovery_path_never_takes_a_value_with_slashes() {
    let document = kiln();
    let get = at(&document, "GET", "/shelves/{shelvesId}/pots/{potsId}");
    assert_eq!(get.unsupported, None);
    let wires: Vec<&str> = get.binds.iter().map(|bind| bind.wire.as_str()).collect();
    assert_eq!(wires, ["shelvesId", "potsId"]);
    let fire = document
        .operations
        .iter()
        .find(|one| one.name.contains("fire"));
    let reason = fire.unwrap().unsupported.as_ref().unwrap();
    assert!(reason.contains("more than one segment"), "{reason}");
    assert!(codes(get).contains(&"path_variable_undeclared"));
    for note in &get.diagnostics {
        assert!(
            note.pointer
                .starts_with("/resources/shelves/resources/pots/methods/get"),
            "{note:?}"
        );
    }
}

#[test]
fn a_part_of_a_discovery_path_is_asked_for_in_the_words_of_the_whole() {
    let document = json!({"discoveryVersion": "v1", "title": "Kiln", "rootUrl": "https://kiln.example/",
        "methods": {"fire": {"id": "kiln.fire", "httpMethod": "POST",
            "path": "v1/{+name}/lids/{lid}:fire",
            "flatPath": "v1/shelves/{shelvesId}/pots/{potsId}/lids/{lid}:fire",
            "parameters": {
                "lid": {"type": "string", "location": "path", "required": true, "description": "Its lid."},
                "name": {"type": "string", "location": "path", "required": true,
                    "description": "The pot, as shelves/{shelf}/pots/{pot}.",
                    "pattern": "^shelves/[^/]+/pots/[0-9]{1,9}$"}}}}});
    let document = read(document.to_string().as_bytes());
    let fire = at(
        &document,
        "POST",
        "/v1/shelves/{shelvesId}/pots/{potsId}/lids/{lid}:fire",
    );
    assert_eq!(
        (codes(fire), &fire.unsupported),
        (vec!["without_words"], &None)
    );
    let taken = &fire.input_schema["properties"];
    for (name, pattern) in [("shelvesId", "^[^/]+$"), ("potsId", "^[0-9]{1,9}$")] {
        let words = "Part of name. The pot, as shelves/{shelf}/pots/{pot}.";
        assert_eq!(taken[name]["description"], words);
        assert_eq!(taken[name]["pattern"], pattern);
    }
    assert_eq!(taken["lid"]["description"], "Its lid.");
    assert_eq!(
        fire.input_schema["required"],
        json!(["lid", "shelvesId", "potsId"])
    );
}

#[test]
fn a_collection_is_imported_and_nothing_that_was_saved_in_it_is_kept() {
    let document = read(include_bytes!("../fixtures/bakery.json"));
    assert_eq!(
        (document.title.as_str(), document.format.as_str()),
        ("Bakery", "Postman collection")
    );
    assert_eq!(document.servers[0].url, "https://bakery.example");
    assert_eq!(document.operations.len(), 5);
    assert!(
        document
            .diagnostics
            .iter()
            .any(|note| note.code == "operation_twice" && note.pointer == "/item/0/item/2")
    );
    let list = at(&document, "GET", "/loaves");
    let wires: Vec<&str> = list.binds.iter().map(|bind| bind.wire.as_str()).collect();
    assert_eq!(wires, ["kind", "limit", "X-Shop"]);
    assert!(list.binds.iter().all(|bind| !bind.required));
    let header = Scheme::ApiKeyHeader {
        name: "X-Oven".to_owned(),
    };
    let Security::AnyOf(inherited) = &list.security else {
        panic!("the collection's own");
    };
    assert_eq!(inherited[0][0].scheme, Some(header));
    let bake = at(&document, "POST", "/loaves");
    let body = &bake.input_schema["properties"]["body"]["properties"];
    assert_eq!(
        (&body["grams"]["type"], &body["seeds"]["items"]["type"]),
        (&json!("number"), &json!("string"))
    );
    let delete = at(&document, "DELETE", "/loaves/{loafId}/{slice}");
    assert!(
        delete
            .binds
            .iter()
            .all(|bind| bind.required && bind.place == Place::Path)
    );
    let oven = at(&document, "GET", "/oven{key}/door");
    assert!(oven.binds[0].required, "whoever calls gives the value");
    assert!(
        document
            .diagnostics
            .iter()
            .any(|note| note.code == "saved_value_left_out" && note.pointer == "/item/0/item/3")
    );
    let Security::AnyOf(own) = &delete.security else {
        panic!("its own");
    };
    assert_eq!(own[0][0].scheme, Some(Scheme::Basic));
    let picture = at(&document, "PUT", "/upload");
    assert_eq!(picture.security, Security::Public);
    assert_eq!(picture.servers[0].url, "https://pictures.example");
    assert_eq!(picture.body.as_ref().unwrap().kind, BodyKind::Multipart);
    for operation in &document.operations {
        assert_eq!(operation.unsupported, None, "{}", operation.name);
    }
    let all = serde_json::to_string(&document).unwrap();
    assert_eq!(
        all.matches("sk_").count(),
        0,
        "N = 6 uses of saved secrets, none kept"
    );
}

fn pantry() -> ImportedDocument {
    read(include_bytes!("../fixtures/pantry.yaml"))
}

#[test]
fn swagger_2_is_imported_whole() {
    let document = pantry();
    assert_eq!(document.format, "Swagger 2.0");
    let servers: Vec<&str> = document.servers.iter().map(|s| s.url.as_str()).collect();
    assert_eq!(
        servers,
        ["https://pantry.example/api", "http://pantry.example/api"]
    );
    assert_eq!(document.operations.len(), 7);
    for operation in &document.operations {
        assert_eq!(operation.unsupported, None, "{}", operation.name);
    }
}

#[test]
fn a_list_in_swagger_2_is_joined_as_its_collection_format_says() {
    let document = pantry();
    let list = at(&document, "GET", "/jars");
    let written: Vec<(&str, Place, Style, bool)> = list
        .binds
        .iter()
        .map(|bind| (bind.wire.as_str(), bind.place, bind.style, bind.explode))
        .collect();
    assert_eq!(
        written[..4],
        [
            ("shelf", Place::Query, Style::Form, false),
            ("kind", Place::Query, Style::Form, true),
            ("near", Place::Query, Style::PipeDelimited, false),
            ("odd", Place::Query, Style::Form, false),
        ]
    );
    let property = |key: &str| &list.input_schema["properties"][key];
    assert_eq!(property("kind")["items"]["enum"], json!(["glass", "tin"]));
    assert_eq!(property("limit")["maximum"], 50);
    // Joined by tabs cannot be written, and one value is the same in every format.
    assert_eq!(property("odd")["maxItems"], 1);
    assert!(codes(list).contains(&"collection_format_lost"));
    let note = list
        .diagnostics
        .iter()
        .find(|note| note.code == "collection_format_lost");
    assert_eq!(
        note.unwrap().pointer,
        "/paths/~1jars/get/parameters/3/collectionFormat"
    );
}

#[test]
fn a_body_in_swagger_2_is_the_body_whether_of_the_operation_the_path_or_the_document() {
    let document = pantry();
    let (add, replace, note) = (
        at(&document, "POST", "/jars"),
        at(&document, "PUT", "/jars/{jar}"),
        at(&document, "PATCH", "/jars/{jar}"),
    );
    for operation in [add, replace] {
        let body = operation.body.as_ref().unwrap();
        assert_eq!((body.kind, body.required), (BodyKind::Json, true));
        let schema = &operation.input_schema;
        assert_eq!(schema["properties"]["body"]["$ref"], "#/$defs/Jar");
        let jar = &schema["$defs"]["Jar"]["properties"];
        assert_eq!(jar["label"]["type"], json!(["string", "null"]));
        assert_eq!(jar["grams"]["exclusiveMinimum"], 0);
    }
    assert_eq!(note.input_schema["properties"]["body"]["type"], "string");
    assert!(!note.body.as_ref().unwrap().required);
}

#[test]
fn a_discovery_method_asks_for_the_properties_that_it_requires_and_no_other_method_does() {
    let plant = json!({"$ref": "Plant"});
    let required = json!({"required": ["garden.plants.insert"]});
    let method = |id: &str, verb: &str| json!({"id": id, "path": "plants", "httpMethod": verb, "request": plant});
    let document = read(
        json!({
            "discoveryVersion": "v1", "name": "garden", "rootUrl": "https://garden.example/",
            "schemas": {"Plant": {"id": "Plant", "type": "object", "properties": {
                "name": {"type": "string", "annotations": required},
                "label": {"type": "string"},
                "pot": {"type": "object", "properties": {
                    "size": {"type": "string", "annotations": required}}}}}},
            "resources": {"plants": {"methods": {
                "insert": method("garden.plants.insert", "POST"),
                "patch": method("garden.plants.patch", "PATCH")}}}
        })
        .to_string()
        .as_bytes(),
    );
    let insert = at(&document, "POST", "/plants");
    let patch = at(&document, "PATCH", "/plants");
    for (operation, body, fits) in [
        (insert, json!({"body": {"name": "Basil"}}), true),
        (insert, json!({"body": {"label": "Herbs"}}), false),
        (insert, json!({}), false),
        (patch, json!({"body": {"label": "Herbs"}}), true),
        (patch, json!({}), true),
    ] {
        let validator = countersign_spec_import::compile(&operation.input_schema).unwrap();
        let method = operation.method;
        assert_eq!(validator.is_valid(&body), fits, "{method} {body}");
    }
    let mut notes = document.diagnostics.iter();
    assert!(notes.any(|note| note.code == "required_inside_left_out"));
}

#[test]
fn what_a_discovery_method_requires_behind_a_reference_is_told() {
    let told = |id: &str| {
        let required = json!({"required": [id]});
        let document = json!({
            "discoveryVersion": "v1", "name": "garden", "rootUrl": "https://garden.example/",
            "schemas": {
                "Plant": {"id": "Plant", "type": "object", "properties": {
                    "name": {"type": "string", "annotations": {"required": ["garden.add"]}},
                    "pot": {"$ref": "Pot"}}},
                "Pot": {"id": "Pot", "type": "object", "properties": {
                    "size": {"type": "string", "annotations": required}}}},
            "methods": {
                "add": {"id": "garden.add", "path": "plants", "httpMethod": "POST", "request": {"$ref": "Plant"}},
                "turn": {"id": "garden.turn", "path": "pots", "httpMethod": "POST", "request": {"$ref": "Pot"}}}});
        let document = read(document.to_string().as_bytes());
        let notes = document.diagnostics.into_iter();
        notes
            .filter(|note| note.code == "required_inside_left_out")
            .map(|note| note.pointer)
            .collect::<Vec<String>>()
    };
    assert_eq!(told("garden.add"), ["/schemas/Pot"]);
    assert!(told("garden.turn").is_empty());
}

#[test]
fn forms_and_files_in_swagger_2_are_sent_as_such() {
    let document = pantry();
    let label = at(&document, "POST", "/jars/{jar}/label");
    let body = label.body.as_ref().unwrap();
    assert_eq!((body.kind, body.required), (BodyKind::Form, true));
    assert_eq!(
        (body.encoding[0].property.as_str(), body.encoding[0].explode),
        ("fonts", false)
    );
    let photo = at(&document, "PUT", "/jars/{jar}/photo");
    let body = photo.body.as_ref().unwrap();
    assert_eq!(body.kind, BodyKind::Multipart);
    assert_eq!(
        body.encoding[0].content_type.as_deref(),
        Some("application/octet-stream")
    );
    assert_eq!(photo.servers, [], "https is one of the document's own");
}

#[test]
fn a_path_value_that_azure_does_not_encode_turns_the_operation_off() {
    let variable = |skip: bool| {
        json!({"name": "scope", "in": "path", "required": true,
        "type": "string", "x-ms-skip-url-encoding": skip})
    };
    let get = |skip: bool| json!({"get": {"parameters": [variable(skip)], "responses": {}}});
    let document = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"},
        "host": "azure.example", "paths": {"/{scope}/locks": get(true), "/{scope}/keys": get(false)}});
    let document = read(document.to_string().as_bytes());
    let locks = at(&document, "GET", "/{scope}/locks");
    let reason = locks.unsupported.as_ref().unwrap();
    assert!(reason.contains("more than one segment"), "{reason}");
    assert!(codes(locks).contains(&"path_unusable"));
    assert_eq!(at(&document, "GET", "/{scope}/keys").unsupported, None);
}

#[test]
fn a_query_value_that_azure_does_not_encode_is_encoded_where_it_could_change_the_request() {
    let filter = |skip: bool| json!({"name": "$filter", "in": "query", "type": "string", "x-ms-skip-url-encoding": skip});
    let get = |skip: bool| json!({"get": {"parameters": [filter(skip)], "responses": {}}});
    let document = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"},
        "host": "azure.example", "paths": {"/locks": get(true), "/keys": get(false)}});
    let document = read(document.to_string().as_bytes());
    for (path, is_told) in [("/locks", true), ("/keys", false)] {
        let operation = at(&document, "GET", path);
        assert_eq!(operation.unsupported, None);
        assert_eq!(operation.binds[0].allow_reserved, is_told, "{path}");
        let told = codes(operation).contains(&"allow_reserved_left_out");
        assert_eq!(told, is_told, "{path}");
    }
}

#[test]
fn a_list_of_files_in_swagger_2_is_sent_as_files() {
    let files = json!({"name": "files", "in": "formData", "required": true, "type": "array",
        "maxItems": 3, "items": {"type": "file"}});
    let document = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"},
        "host": "files.example", "paths": {"/files": {"post": {"parameters": [files], "responses": {}}}}});
    let document = read(document.to_string().as_bytes());
    let post = at(&document, "POST", "/files");
    let body = post.body.as_ref().unwrap();
    assert_eq!((body.kind, body.encoding.len()), (BodyKind::Multipart, 1));
    let part = &body.encoding[0];
    assert_eq!((part.style, part.explode), (Style::Form, true));
    assert_eq!(
        part.content_type.as_deref(),
        Some("application/octet-stream")
    );
    let files = &post.input_schema["properties"]["body"]["properties"]["files"];
    assert_eq!(
        (&files["type"], &files["maxItems"]),
        (&json!("array"), &json!(3))
    );
}

#[test]
fn security_in_swagger_2_keeps_its_alternatives_and_scopes() {
    let document = pantry();
    let Security::AnyOf(alternatives) = &at(&document, "POST", "/jars").security else {
        panic!("two alternatives");
    };
    assert_eq!((alternatives.len(), alternatives[0].len()), (2, 2));
    let addresses = [
        ("authorizationCode.authorizationUrl", "auth"),
        ("authorizationCode.tokenUrl", "token"),
    ]
    .map(|(place, path)| (place.to_owned(), format!("https://pantry.example/{path}")));
    let addresses = Some(BTreeMap::from(addresses));
    assert_eq!(
        alternatives[0][0].scheme,
        Some(Scheme::Oauth2 { addresses })
    );
    assert_eq!(alternatives[0][0].scopes, ["jars:write"]);
    assert_eq!(alternatives[1][0].scheme, Some(Scheme::Basic));
    let header = Scheme::ApiKeyHeader {
        name: "X-Pantry-Key".to_owned(),
    };
    let Security::AnyOf(inherited) = &at(&document, "GET", "/jars").security else {
        panic!("the document's own");
    };
    assert_eq!(inherited[0][0].scheme, Some(header));
}

#[test]
fn a_diagnostic_about_a_converted_document_points_into_the_one_that_was_given() {
    let document = pantry();
    let given: serde_json::Value =
        serde_saphyr::from_str(include_str!("../fixtures/pantry.yaml")).unwrap();
    let all = document.operations.iter().flat_map(|one| &one.diagnostics);
    let mut checked = 0;
    for note in all.chain(&document.diagnostics) {
        let mut place = note.pointer.as_str();
        while given.pointer(place).is_none() && note.code.ends_with("missing") {
            place = &place[..place.rfind('/').unwrap()];
        }
        assert!(given.pointer(place).is_some(), "{note:?}");
        checked += 1;
    }
    assert!(checked > 0);
    println!("N = {checked} pointers that lead somewhere");
}

#[test]
fn a_list_in_a_list_of_swagger_2_is_joined_or_asked_for_as_one_value() {
    let said = |place: &str, items: &serde_json::Value| {
        let list = json!({"name": "l", "in": place, "type": "array", "items": items});
        let document = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {"parameters": [list], "responses": {}}}}});
        let document = read(document.to_string().as_bytes());
        let operation = at(&document, "POST", "/a").clone();
        let told = codes(&operation).contains(&"collection_format_inner");
        let inner = operation
            .binds
            .first()
            .and_then(|bind| bind.encoding.first());
        let joined = inner.map(|inner| (inner.property.clone(), inner.style));
        let mut asked = operation.input_schema["properties"].clone();
        let asked = asked["body"]["properties"]
            .get_mut("l")
            .map(serde_json::Value::take);
        let asked = asked.unwrap_or_else(|| operation.input_schema["properties"]["l"].clone());
        (joined, told, asked["items"]["type"].clone())
    };
    let plain = json!({"type": "string"});
    let list = |format: &str| json!({"type": "array", "items": plain, "collectionFormat": format});
    let of = |style| Some(("[]".to_owned(), style));
    let (array, string) = (json!("array"), json!("string"));
    assert_eq!(said("query", &plain), (None, false, string.clone()));
    for place in ["query", "header"] {
        let bare = json!({"type": "array", "items": plain});
        for (items, style) in [
            (bare, Style::Form),
            (list("csv"), Style::Form),
            (list("ssv"), Style::SpaceDelimited),
            (list("pipes"), Style::PipeDelimited),
        ] {
            assert_eq!(said(place, &items), (of(style), false, array.clone()));
        }
        let deep = json!({"type": "array", "items": list("csv")});
        for items in [list("tsv"), list("multi"), deep] {
            assert_eq!(said(place, &items), (None, true, string.clone()), "{items}");
        }
    }
    assert_eq!(said("formData", &list("csv")), (None, true, string));
}
