//! The media types of the parts of a multipart body.

use serde_json::{Value, json};

use crate::{at, codes, read};

/// What each part is sent as, what agents are asked for, and what is said of it.
fn parts(version: &str, properties: &Value, encoding: &Value) -> (Value, Value, Vec<String>) {
    let schema = json!({"type": "object", "properties": properties});
    let content = json!({"multipart/form-data": {"schema": schema, "encoding": encoding}});
    let document = json!({"openapi": version, "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {}}}}});
    let document = read(document.to_string().as_bytes());
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
fn what_is_declared_in_base64_is_sent_in_base64() {
    let encoded =
        json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"});
    let properties = json!({"a": encoded, "b": encoded});
    let encoding = json!({"b": {"contentType": "image/png"}});
    let (types, asked, said) = parts("3.1.0", &properties, &encoding);
    assert_eq!((types, &asked), (json!({"b": null}), &properties));
    assert!(
        said.iter().any(|code| code == "part_headers_left_out"),
        "{said:?}"
    );
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
