//! The media types of the parts of a multipart body.

use countersign_domain::operation::ImportedDocument;
use serde_json::{Value, json};

use crate::{at, codes, read};

fn form(version: &str, properties: &Value, encoding: &Value) -> ImportedDocument {
    let schema = json!({"type": "object", "properties": properties});
    let content = json!({"multipart/form-data": {"schema": schema, "encoding": encoding}});
    let document = json!({"openapi": version, "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
    read(document.to_string().as_bytes())
}

/// What each part is sent as, what agents are asked for, and what is said of it.
fn parts(version: &str, properties: &Value, encoding: &Value) -> (Value, Value, Vec<String>) {
    let document = form(version, properties, encoding);
    let operation = at(&document, "POST", "/a");
    let encoding = &operation.body.as_ref().unwrap().encoding;
    let types = encoding
        .iter()
        .map(|part| (part.property.clone(), json!(part.content_type)));
    let asked = operation.input_schema["properties"]["body"]["properties"].clone();
    let said = codes(operation).into_iter().map(str::to_owned);
    (types.collect(), asked, said.collect())
}

#[test]
fn the_type_of_its_content_is_that_of_the_part() {
    let image = json!({"type": "string", "contentMediaType": "image/png"});
    let properties = json!({"one": image, "all": {"type": "array", "items": image},
        "other": image, "odd": {"type": "string", "contentMediaType": "image/*"}});
    let (types, ..) = parts(
        "3.1.0",
        &properties,
        &json!({"other": {"contentType": "image/gif"}}),
    );
    assert_eq!(
        types,
        json!({"other": "image/gif", "one": "image/png", "all": "image/png"})
    );
}

#[test]
fn a_part_in_another_charset_turns_the_operation_off() {
    for (media, is_off) in [
        ("text/plain; charset=utf-16", true),
        ("text/plain; charset=latin1", true),
        ("application/json; charset=utf-7", true),
        ("text/plain; charset=utf-8", false),
    ] {
        let properties = json!({"note": {"type": "string"}});
        let document = form(
            "3.1.0",
            &properties,
            &json!({"note": {"contentType": media}}),
        );
        let operation = at(&document, "POST", "/a");
        assert_eq!(operation.unsupported.is_some(), is_off, "{media}");
        assert_eq!(
            codes(operation).contains(&"body_media_unsupported"),
            is_off,
            "{media}"
        );
    }
}

#[test]
fn a_body_in_another_charset_turns_the_operation_off() {
    let schema = json!({"type": "object", "properties": {"note": {"type": "string"}}});
    for essence in [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        for (charset, is_off) in [("utf-7", true), ("utf-16", true), ("UTF-8", false)] {
            let media = format!("{essence}; charset={charset}");
            let content = json!({media.as_str(): {"schema": schema}});
            let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
                "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
            let document = read(document.to_string().as_bytes());
            let operation = at(&document, "POST", "/a");
            assert_eq!(operation.unsupported.is_some(), is_off, "{media}");
            assert_eq!(
                codes(operation).contains(&"body_media_unsupported"),
                is_off,
                "{media}"
            );
        }
    }
}

#[test]
fn the_media_type_that_is_used_of_several_is_said() {
    let file = json!({"type": "string", "format": "binary"});
    let encoding = json!({"one": {"contentType": "image/png, image/jpeg"},
        "other": {"contentType": "image/png"}});
    let (types, _, said) = parts("3.0.3", &json!({"one": file, "other": file}), &encoding);
    assert_eq!(types, json!({"one": "image/png", "other": "image/png"}));
    let chosen = said.iter().filter(|code| *code == "body_media_chosen");
    assert_eq!(chosen.count(), 1);
}

#[test]
fn an_object_is_a_part_for_each_member_where_a_style_is_written_down() {
    let point = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
    let properties = json!({"point": point, "points": {"type": "array", "items": point},
        "name": {"type": "string"}, "file": {"type": "string", "format": "binary"}});
    for (version, encoding, counts) in [
        ("3.1.0", json!({"style": "form", "explode": true}), true),
        ("3.1.0", json!({"allowReserved": false}), true),
        ("3.1.0", json!({"explode": false}), false),
        ("3.1.0", json!({"contentType": "application/json"}), false),
        ("3.0.3", json!({"style": "form", "explode": true}), false),
    ] {
        let of_all =
            json!({"point": encoding, "points": encoding, "name": encoding, "file": encoding});
        let document = form(version, &properties, &of_all);
        let operation = at(&document, "POST", "/a");
        let written = &operation.body.as_ref().unwrap().encoding;
        let apart: Vec<_> = written.iter().filter(|part| part.by_member).collect();
        assert_eq!(apart.len(), usize::from(counts), "{version} {encoding}");
        assert!(apart.iter().all(|part| part.property == "point"));
        // What OpenAPI does not define is said.
        let told = codes(operation).contains(&"style_left_out");
        assert_eq!(told, counts, "{version} {encoding}");
    }
}

#[test]
fn files_by_names_that_nobody_tells_turn_the_operation_off() {
    for (more, is_off) in [
        (json!({"type": "string", "format": "binary"}), true),
        (
            json!({"type": "array", "items": {"type": "string", "format": "binary"}}),
            true,
        ),
        (json!({"type": "string"}), false),
        (json!(true), false),
    ] {
        let schema = json!({"type": "object", "additionalProperties": more});
        let content = json!({"multipart/form-data": {"schema": schema}});
        let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
        let document = read(document.to_string().as_bytes());
        let operation = at(&document, "POST", "/a");
        assert_eq!(operation.unsupported.is_some(), is_off, "{more}");
        assert_eq!(
            codes(operation).contains(&"body_media_unsupported"),
            is_off,
            "{more}"
        );
    }
}

#[test]
fn what_is_declared_in_base64_is_sent_in_base64_and_says_so() {
    let encoded =
        json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"});
    let odd = json!({"type": "string", "contentEncoding": "base64\r\nX: y"});
    let properties = json!({"a": encoded, "b": encoded, "c": {"type": "array", "items": {
        "type": "string", "contentEncoding": "base64url"}}, "d": odd});
    let encoding = json!({"b": {"contentType": "text/csv", "headers": {
        "content-transfer-encoding": {"schema": {"const": "binary"}}}}});
    let sent = |version: &str| {
        let document = form(version, &properties, &encoding);
        let mut parts = document.operations[0].body.clone().unwrap().encoding;
        parts.sort_by(|one, other| one.property.cmp(&other.property));
        let written = parts.into_iter().map(|part| {
            let headers: Vec<String> = part.headers.into_iter().map(|(_, value)| value).collect();
            (
                part.property,
                part.content_type.unwrap_or_default(),
                headers.concat(),
            )
        });
        written.collect::<Vec<_>>()
    };
    let part = |name: &str, media: &str, alphabet: &str| {
        (name.to_owned(), media.to_owned(), alphabet.to_owned())
    };
    let expected = [
        part("a", "image/png", "base64"),
        part("b", "text/csv", "base64"),
        part("c", "application/octet-stream", "base64url"),
    ];
    assert_eq!(sent("3.1.0"), expected);
    // `OpenAPI` 3.0 has no such keyword.
    assert_eq!(sent("3.0.3"), [part("b", "text/csv", "binary")]);
    let (_, asked, _) = parts("3.1.0", &properties, &encoding);
    assert_eq!(asked["a"], encoded);
}

#[test]
fn a_header_that_has_one_value_is_sent_with_its_part() {
    let properties = json!({"a": {"type": "string"}});
    let with = |header: Value| json!({"a": {"headers": {"X-Kind": header}}});
    let one = [
        json!({"required": true, "schema": {"const": "row"}}),
        json!({"schema": {"type": "string", "enum": ["row"]}}),
        json!({"content": {"text/plain": {"schema": {"const": "row"}}}}),
    ];
    for header in one {
        let document = form("3.1.0", &properties, &with(header));
        let part = &document.operations[0].body.as_ref().unwrap().encoding[0];
        assert_eq!(part.headers, [("X-Kind".to_owned(), "row".to_owned())]);
    }
    for name in ["X Kind", "X-Kind ", "X-Kind;", "", "X:"] {
        let header = json!({"a": {"headers": {name: {"schema": {"const": "row"}}}}});
        let document = form("3.1.0", &properties, &header);
        let operation = &document.operations[0];
        assert!(
            codes(operation).contains(&"part_headers_left_out"),
            "{name:?}"
        );
    }
    let several = [
        json!({"enum": ["row", "column"]}),
        json!({"const": "a\r\nX: y"}),
        json!({"const": "\u{e9}"}),
        json!({"const": ""}),
        json!({"type": "string"}),
    ];
    for schema in several {
        for required in [true, false] {
            let header = json!({"required": required, "schema": schema});
            let document = form("3.1.0", &properties, &with(header));
            let operation = &document.operations[0];
            assert_eq!(operation.unsupported.is_some(), required, "{schema}");
            assert!(codes(operation).contains(&"part_headers_left_out"));
        }
    }
}

#[test]
fn a_part_about_which_nothing_is_said_is_bytes_since_3_1() {
    let properties = json!({"file": {"description": "Any file."}, "note": {"type": "string"},
        "kind": {"enum": ["a", "b"]}});
    let (types, asked, _) = parts("3.1.1", &properties, &json!({}));
    assert_eq!(types, json!({"file": "application/octet-stream"}));
    let file = json!({"description": "Any file.", "type": "string", "contentEncoding": "base64"});
    assert_eq!(asked["file"], file);
    let (types, asked, _) = parts("3.0.3", &properties, &json!({}));
    assert_eq!((types, asked), (json!({}), properties));

    let told = json!({"meta": {"additionalProperties": {"type": "string"}},
        "words": {"maxLength": 80}, "kind": {"default": "x"}, "code": {"pattern": "^[a-z]+$"}});
    let (types, asked, _) = parts("3.1.1", &told, &json!({}));
    assert_eq!((types, asked), (json!({}), told));
}

#[test]
fn each_item_about_which_nothing_is_said_is_bytes_since_3_1() {
    let properties = json!({"files": {"type": "array", "items": {}}, "any": {"type": "array"},
        "words": {"type": "array", "items": {"type": "string"}}});
    let (types, asked, _) = parts("3.1.1", &properties, &json!({}));
    assert_eq!(types, json!({"files": "application/octet-stream"}));
    let file = json!({"type": "string", "contentEncoding": "base64"});
    assert_eq!(asked["files"], json!({"type": "array", "items": file}));
    assert_eq!(asked["any"], properties["any"]);
    let (types, asked, _) = parts("3.0.3", &properties, &json!({}));
    assert_eq!((types, asked), (json!({}), properties));
    let png = json!({"files": {"contentType": "image/png"}});
    let (types, asked, _) = parts(
        "3.1.1",
        &json!({"files": {"type": "array", "items": {}}}),
        &png,
    );
    assert_eq!(types, json!({"files": "image/png"}));
    assert_eq!(asked["files"]["items"], file);
}

#[test]
fn what_is_to_be_sent_as_encoded_json_is_asked_for_as_it_is_sent() {
    let object = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    let encoded = |alphabet: &str| {
        let mut schema = object.clone();
        schema["contentEncoding"] = json!(alphabet);
        schema
    };
    let texts = json!({"type": "array", "items": {"type": "string", "contentEncoding": "base64"}});
    let properties = json!({"one": encoded("base64"), "other": encoded("quoted-printable"),
        "plain": object, "texts": texts});
    let media = json!({"contentType": "application/json"});
    let encoding = json!({"one": media, "other": media, "plain": media, "texts": media});
    let (_, asked, _) = parts("3.1.0", &properties, &encoding);
    for (name, alphabet) in [("one", "base64"), ("other", "quoted-printable")] {
        assert_eq!(asked[name]["type"], "string", "{name}");
        assert_eq!(asked[name]["contentEncoding"], alphabet, "{name}");
    }
    assert_eq!(asked["plain"]["type"], "object");
    assert_eq!(asked["texts"], texts);
}

#[test]
fn a_part_that_is_given_whole_with_its_boundary_is_sent_as_it_is_given() {
    for (media, is_off) in [
        ("multipart/mixed; boundary=changeset", false),
        ("multipart/mixed", true),
    ] {
        let schema = json!({"type": "object", "properties": {"changeset": {"type": "string"}}});
        let encoding = json!({"changeset": {"contentType": media}});
        let content = json!({"multipart/form-data": {"schema": schema, "encoding": encoding}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
        let document = read(document.to_string().as_bytes());
        assert_eq!(
            document.operations[0].unsupported.is_some(),
            is_off,
            "{media}"
        );
    }
}

/// `{"schema": {}}` is what generators write of a form that they know nothing about.
#[test]
fn a_form_of_which_nothing_is_said_is_asked_for_as_one() {
    for media in ["multipart/form-data", "application/x-www-form-urlencoded"] {
        for schema in [
            json!({}),
            json!({"description": "Any."}),
            json!({"$ref": "#/components/schemas/Any"}),
        ] {
            let content = json!({media: {"schema": schema}});
            let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
                "components": {"schemas": {"Any": {}}},
                "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
            let document = read(document.to_string().as_bytes());
            let operation = &document.operations[0];
            let asked = &operation.input_schema["properties"]["body"];
            assert_eq!(
                (&asked["type"], &asked["minProperties"]),
                (&json!("object"), &json!(1))
            );
            assert!(
                codes(operation).contains(&"body_without_schema"),
                "{media} {schema}"
            );
        }
    }
}
