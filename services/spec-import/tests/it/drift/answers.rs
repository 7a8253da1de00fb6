//! What is told of an answer beside its schema.

use countersign_domain::{
    drift::{
        Breaking::{No, Potentially},
        Change, ChangeKind, needs_review,
    },
    operation::ImportedDocument,
};
use serde_json::{Value, json};

use super::{Expected, compare, expect, whole};

/// Answers with a payment by card or by bank.
fn answering(headers: &Value, discriminator: &Value) -> ImportedDocument {
    let of = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let mut method = json!({"anyOf": [
        {"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Bank"}]});
    let mut inline = json!({"type": "object", "properties": {
        "method": {"$ref": "#/components/schemas/Method"}}});
    if !discriminator.is_null() {
        method["discriminator"] = discriminator.clone();
        inline["discriminator"] = discriminator.clone();
    }
    let schemas = json!({"Card": of("card"), "Bank": of("bank"), "Method": method});
    let content = json!({"application/json": {"schema": inline}});
    whole(&json!({
        "components": {"schemas": schemas, "headers": {
            "Left": {"required": true, "schema": {"$ref": "#/components/schemas/Count"}}}},
        "paths": {"/payments": {"delete": {"summary": "Drop", "responses": {
            "200": {"description": "ok", "headers": headers, "content": content}}}}},
    }))
}

#[test]
fn another_header_of_an_answer_informs() {
    let limit = |schema: Value| json!({"X-Limit": {"schema": schema}});
    let of = |headers: &Value| answering(headers, &Value::Null);
    let old = of(&limit(json!({"type": "integer"})));
    expect("the same", (&old, &old), &[]);
    let changed: Expected = &[("response_header_changed", No)];
    for schema in [
        json!({"type": "string"}),
        json!({"type": "integer", "maximum": 5}),
        json!({"type": "integer", "enum": [1, 2]}),
    ] {
        expect("another schema", (&old, &of(&limit(schema))), changed);
    }
    let required = json!({"X-Limit": {"required": true, "schema": {"type": "integer"}}});
    let new = of(&required);
    expect("always there", (&old, &new), changed);
    let change = compare(&old, &new).remove(0);
    assert_eq!(change.text, "answer: headers, other than before: x-limit.");
    assert_eq!(
        change.before.as_deref(),
        Some("x-limit: maybe, type integer")
    );
    assert_eq!(
        change.after.as_deref(),
        Some("x-limit: always, type integer")
    );
    assert_eq!(needs_review(&old.operations[0], &[change]), None);

    let words = json!({"x-limit": {"description": "How many.", "schema": {"type": "integer", "title": "Limit"}},
        "Content-Type": {"schema": {"type": "string"}}});
    expect(
        "its words and its case mean nothing",
        (&old, &of(&words)),
        &[],
    );
    let none = of(&json!({}));
    expect("gone", (&old, &none), &[("response_header_removed", No)]);
    expect("new", (&none, &old), &[("response_header_added", No)]);
}

#[test]
fn what_chooses_among_the_alternatives_of_an_answer_informs() {
    let of = |discriminator: &Value| answering(&json!({}), discriminator);
    let (kind, none) = (of(&json!({"propertyName": "kind"})), of(&Value::Null));
    let old = &kind.operations[0].output.as_ref().unwrap().discriminators;
    assert_eq!(
        old.len(),
        2,
        "that of the answer and that of a definition: {old:?}"
    );
    let other = of(&json!({"propertyName": "type"}));
    let changes = compare(&kind, &other);
    expect(
        "another",
        (&kind, &other),
        &[("response_discriminator_changed", No)],
    );
    let before = changes[0].before.as_deref();
    let expected = "Method/discriminator: kind; answer/discriminator: kind";
    assert_eq!(before, Some(expected), "{}", changes[0].text);
    assert_eq!(needs_review(&kind.operations[0], &changes), None);
    expect(
        "gone",
        (&kind, &none),
        &[("response_discriminator_removed", No)],
    );
    expect(
        "new",
        (&none, &kind),
        &[("response_discriminator_added", No)],
    );
}

#[test]
fn of_very_many_headers_what_is_kept_is_little_and_still_compared() {
    let of = |last: &str| {
        let long = "x".repeat(100_000);
        let all = (0..90).map(|index| {
            let kind = if index == 89 { last } else { "string" };
            (
                format!("X-{index:02}"),
                json!({"schema": {"type": kind, "pattern": long, "enum": vec![0; 5_000]}}),
            )
        });
        answering(&Value::Object(all.collect()), &Value::Null)
    };
    let (old, new) = (of("string"), of("integer"));
    let kept = &old.operations[0].output.as_ref().unwrap().headers;
    let bytes = serde_json::to_string(kept).unwrap().len();
    assert!(bytes < 10_000, "{bytes}");
    expect(
        "the last of many",
        (&old, &new),
        &[("response_header_changed", No)],
    );
}

#[test]
fn the_order_in_which_media_types_stand_means_nothing() {
    let of = |names: [&str; 2]| {
        let schema = json!({"schema": {"type": "object"}});
        let content = names.map(|name| (name.to_owned(), schema.clone()));
        let content = Value::Object(content.into_iter().collect());
        super::document(&json!({"responses": {"200": {"description": "ok", "content": content}}}))
    };
    let (one, other) = (
        of(["application/json", "text/json"]),
        of(["text/json", "application/json"]),
    );
    expect("another order", (&one, &other), &[]);
    let output = other.operations[0].output.as_ref().unwrap();
    assert_eq!(output.media_type, "application/json");
}

/// Answers with a chain of definitions of which the last are too deep to be kept, under names that
/// begin so; a part of each step goes back to the first.
fn answering_deeply(prefix: &str, last: &Value) -> ImportedDocument {
    let name = |step: usize| format!("{prefix}{step}");
    let refer = |step: usize| json!({"$ref": format!("#/components/schemas/{}", name(step))});
    let step = |index: usize| {
        let fields = (0..20).map(|field| (format!("field_{field}"), json!({"type": "string"})));
        let mut properties: serde_json::Map<_, _> = fields.collect();
        properties.insert("next".to_owned(), refer(index + 1));
        properties.insert("first".to_owned(), refer(0));
        (
            name(index),
            json!({"type": "object", "properties": properties}),
        )
    };
    let mut schemas: serde_json::Map<_, _> = (0..40).map(step).collect();
    for (at, one) in last.as_array().unwrap().iter().enumerate() {
        schemas.insert(name(40 + at), one.clone());
    }
    let content = json!({"application/json": {"schema": refer(0)}});
    whole(&json!({
        "components": {"schemas": schemas},
        "paths": {"/deep": {"get": {"responses": {"200": {"description": "ok", "content": content}}}}},
    }))
}

#[test]
fn what_changes_deeper_than_what_is_kept_of_an_answer_informs() {
    let leaf = |kind: &str| json!({"properties": {"a": {"type": kind, "description": kind}}});
    let of = |last: Value| answering_deeply("Step", &last);
    let old = of(json!([leaf("string")]));
    let deeper: Expected = &[("response_changed_deeper", Potentially)];
    let link = |name: &str, kind: &str| {
        let mut link = leaf(kind);
        link["properties"]["b"] = json!({"$ref": format!("#/components/schemas/Step{name}")});
        link
    };
    let leads_on = of(json!([
        link("41", "string"),
        link("42", "number"),
        link("41", "null")
    ]));
    for (old, new) in [
        (&old, of(json!([leaf("integer")]))),
        (
            &old,
            of(json!([{"properties": {"a": {"type": "string", "pattern": "^a$"}}}])),
        ),
        (
            &leads_on,
            of(json!([
                link("41", "string"),
                link("42", "null"),
                link("41", "number")
            ])),
        ),
    ] {
        expect("deeper", (old, &new), deeper);
        let changes = compare(old, &new);
        assert_eq!(needs_review(&old.operations[0], &changes), None);
    }
    let worded = json!([{"title": "Leaf", "properties": {"a": {"type": "string"}}}]);
    expect("its words", (&old, &of(worded)), &[]);
    let names = |document: &ImportedDocument| {
        let output = document.operations[0].output.clone().unwrap();
        output.whole.unwrap()
    };
    let renamed = answering_deeply("Link", &json!([leaf("string")]));
    assert_eq!(names(&old), names(&renamed), "names mean nothing");

    let mut earlier = old.clone();
    earlier.operations[0].output.as_mut().unwrap().whole = None;
    let unknown: Expected = &[("comparison_cut", Potentially)];
    expect("nobody knows", (&earlier, &old), unknown);
}

#[test]
fn another_pattern_in_an_answer_informs_and_is_shown() {
    let of = |pattern: &str| {
        let text = json!({"type": "string", "pattern": pattern});
        let item = json!({"type": "object", "properties": {"code": text}, "patternProperties": {pattern: {}}});
        let content = json!({"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}});
        whole(&json!({
            "components": {"schemas": {"Item": item}},
            "paths": {"/codes": {"get": {"responses": {"200": {"description": "ok", "content": content}}}}},
        }))
    };
    let (old, new) = (of("^[a-z]+$"), of(".*"));
    expect("another", (&old, &new), &[("response_pattern_changed", No)]);
    let changes = compare(&old, &new);
    let after = changes[0].after.as_deref().unwrap();
    let expected = r#"Item/patternProperties: {".*":{}}; Item/properties/code/pattern: .*"#;
    assert_eq!(after, expected);
    assert_eq!(needs_review(&old.operations[0], &changes), None);
    let shown = old.operations[0].output.as_ref().unwrap().schema.as_ref();
    assert!(
        !shown.unwrap().to_string().contains("a-z"),
        "agents check nothing against it"
    );
}

#[test]
fn what_else_is_a_success_is_compared_and_informs() {
    let content = |kind: &str| json!({"application/json": {"schema": {"type": kind}}});
    let of = |responses: Value| super::document(&json!({"responses": responses}));
    let (ok, later) = (
        json!({"description": "ok"}),
        json!({"description": "later"}),
    );
    let expected: Expected = &[
        ("response_success_added", No),
        ("response_success_removed", No),
    ];
    expect(
        "another status",
        (&of(json!({"200": ok})), &of(json!({"202": later}))),
        expected,
    );

    let with = |queued: Value| {
        of(json!({"200": {"description": "ok", "content": content("object")}, "202": queued}))
    };
    let one = of(json!({"200": {"description": "ok", "content": content("object")}}));
    let two = with(json!({"description": "queued", "content": content("string")}));
    expect("one more", (&one, &two), &[("response_success_added", No)]);
    let without = with(later.clone());
    let changed: Expected = &[("response_success_changed", No)];
    expect("without content", (&two, &without), changed);
    let other = with(json!({"description": "queued", "content": content("integer")}));
    expect("another schema", (&two, &other), changed);
    let failing = json!({"200": {"description": "ok", "content": content("object")}, "404": later});
    expect("a failure", (&one, &of(failing)), &[]);
    for new in [&without, &other] {
        assert_eq!(needs_review(&two.operations[0], &compare(&two, new)), None);
    }
}

#[test]
fn a_part_of_an_answer_that_is_all_of_one_definition_is_judged_like_that() {
    let object = |names: &[&str]| {
        let all = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})));
        json!({"type": "object", "properties": all.collect::<serde_json::Map<_, _>>()})
    };
    let of = |config: Value| {
        let refer = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut value = object(&["x", "y"]);
        value["properties"]["author"] = refer("Author");
        let mut answer = object(&["one", "two"]);
        answer["properties"]["config"] = config;
        answer["properties"]["values"] = json!({"type": "array", "items": refer("Value")});
        let content = json!({"application/json": {"schema": answer}});
        let schemas = json!({"Value": value, "Author": object(&["creatorEmail"]),
            "Config": object(&["a", "b", "c", "d", "e", "f", "g", "h"])});
        whole(
            &json!({"components": {"schemas": schemas}, "paths": {"/settings": {"get": {
            "responses": {"200": {"description": "ok", "content": content}}}}}}),
        )
    };
    let config = json!({"$ref": "#/components/schemas/Config"});
    let old = of(config.clone());
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let new = of(json!({keyword: [config], "description": "How."}));
        let risks = [&old, &new].map(|one| one.operations[0].risk.clone());
        assert_eq!(risks[0], risks[1], "{keyword}");
    }
}

#[test]
fn what_no_agent_is_told_of_an_answer_is_compared_and_informs() {
    let of = |media: &str, more: Value| {
        super::document(
            &json!({"responses": {"200": {"description": "ok", "content": {media: more}}}}),
        )
    };
    let part = |kind: &str| json!({"type": "object", "properties": {"size": {"type": kind}}});
    for (media, name) in [
        ("application/xml", "schema"),
        ("text/event-stream", "itemSchema"),
        ("application/jsonl", "x-oai-itemSchema"),
    ] {
        let says = |kind: &str| of(media, json!({name: part(kind)}));
        let (old, new, none) = (says("string"), says("integer"), of(media, json!({})));
        expect(media, (&old, &old), &[]);
        let rows: [(_, _, Expected); 3] = [
            (&old, &new, &[("response_changed_deeper", Potentially)]),
            (&none, &new, &[("response_schema_added", No)]),
            (&old, &none, &[("response_schema_removed", Potentially)]),
        ];
        for (old, new, expected) in rows {
            // The names of the fields of an item stand in the description.
            let is_of_answer = |one: &Change| one.kind == ChangeKind::Output;
            let changes = compare(old, new).into_iter().filter(is_of_answer);
            let changes: Vec<Change> = changes.collect();
            assert_eq!(super::graded(&changes), expected, "{media}");
            assert_eq!(needs_review(&old.operations[0], &changes), None, "{media}");
        }
    }
}

#[test]
fn each_item_of_a_stream_is_compared_beside_a_whole_answer() {
    let item = |kind: &str| json!({"type": "object", "properties": {"size": {"type": kind}}});
    let says = |content: Value| {
        let success = |content: &Value| json!({"description": "ok", "content": content});
        let answers = json!({"200": success(&content), "202": success(&content)});
        super::document(&json!({"responses": answers}))
    };
    let beside = |kind: &str| {
        says(json!({
            "application/json": {"schema": {"type": "object"}},
            "application/jsonl": {"itemSchema": item(kind)},
        }))
    };
    let within = |kind: &str| {
        let stream = json!({"schema": {"type": "string"}, "x-oai-itemSchema": item(kind)});
        says(json!({"text/event-stream": stream}))
    };
    for of in [&beside as &dyn Fn(&str) -> ImportedDocument, &within] {
        let (old, new) = (of("string"), of("integer"));
        expect("the same", (&old, &of("string")), &[]);
        expect("another", (&old, &new), &[("response_success_changed", No)]);
        let told = &compare(&old, &new)[0].text;
        assert!(told.contains("200") && told.contains("202"), "{told}");
    }
}
