use super::*;

fn output(schema: Value) -> Output {
    Output {
        status: "200".to_owned(),
        media_type: "application/json".to_owned(),
        schema: Some(schema.into()),
        ..Output::default()
    }
}

fn published(schema: Value) -> Published {
    Published::of(&output(schema)).unwrap()
}

/// A schema as strict as documents write them.
fn order() -> Value {
    json!({"$ref": "#/$defs/Order", "$defs": {
        "Order": {"type": "object", "required": ["id", "state"], "additionalProperties": false, "properties": {
            "id": {"type": "integer", "minimum": 1},
            "state": {"type": "string", "enum": ["open", "paid"], "description": "How far it is."},
            "at": {"type": "string", "format": "date-time"},
            "lines": {"type": "array", "minItems": 1, "items": {"oneOf": [
                {"type": "string", "pattern": "^l_"}, {"$ref": "#/$defs/Line"}]}},
            "parent": {"$ref": "#/$defs/Order"}}},
        "Line": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}}})
}

/// What clients do: a general validator over the published schema.
fn client_accepts(published: &Published, value: &Value) -> bool {
    jsonschema::draft202012::is_valid(published.schema(), value)
}

#[test]
fn an_answer_that_breaks_its_own_schema_a_little_still_fits() {
    let order = published(order());
    for answer in [
        json!({"id": 1, "state": "open"}),
        json!({}),
        json!({"id": 0, "state": "refunded", "at": "yesterday", "lines": [], "new": 1}),
        json!({"id": null, "lines": ["x", {"sku": null}, null], "parent": {"parent": null}}),
        json!({"id": 2.0}),
    ] {
        let (given, fit) = order.fit(Some(answer.clone()), "");
        assert_eq!((&given, fit), (&answer, Fit::Yes));
        assert!(client_accepts(&order, &given), "{given}");
    }
}

#[test]
fn whatever_comes_back_reaches_the_agent_in_a_form_that_clients_accept() {
    let schemas = [
        order(),
        json!({"type": "array", "items": {"type": "integer"}}),
        json!({"type": ["object", "array"], "properties": {"a": {"type": "string"}}}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "properties": {OUTSIDE: {"type": "integer"}}}),
        json!({"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}], "$defs": {"A": {"properties": {"a": {"type": "integer"}}}}}),
        json!({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"$ref": "#/$defs/gone"}]}),
        json!({"type": "string", "enum": ["a"], "items": true}),
    ];
    let answers = [
        json!({"id": "one", "a": [1], "lines": [7]}),
        json!([1, "x"]),
        json!([]),
        json!("text"),
        json!(null),
        json!(true),
        json!(1e300),
        json!({OUTSIDE: "x"}),
        json!({"a": {"b": 1}}),
    ];
    let mut checked = 0;
    for schema in schemas {
        let Some(published) = Published::of(&output(schema.clone())) else {
            continue;
        };
        assert_eq!(published.schema()["type"], "object");
        let texts = [(None, "<html>"), (None, "")];
        let all = answers
            .iter()
            .map(|answer| (Some(answer.clone()), ""))
            .chain(texts);
        for (answer, text) in all {
            let (given, fit) = published.fit(answer.clone(), text);
            assert!(
                client_accepts(&published, &given),
                "{schema} {answer:?} {given}"
            );
            assert_eq!(fit.problem().is_some(), fit != Fit::Yes);
            checked += 1;
        }
    }
    println!("N = {checked} answers given in a form that clients accept");
    assert!(checked >= 70);
}

#[test]
fn a_mismatch_keeps_the_answer_where_a_client_looks() {
    let (given, fit) = published(order()).fit(Some(json!({"id": "seven"})), "");
    assert_eq!(
        (given, fit),
        (json!({OUTSIDE: {"id": "seven"}}), Fit::Mismatch)
    );
    let (given, fit) = published(order()).fit(None, "not json");
    assert_eq!((given, fit), (json!({OUTSIDE: "not json"}), Fit::NotJson));
    let list = published(json!({"type": "array", "items": {"type": "integer"}}));
    assert_eq!(
        list.fit(Some(json!([1])), ""),
        (json!({"result": [1]}), Fit::Yes)
    );
    assert_eq!(
        list.fit(Some(json!({"error": 1})), "").0,
        json!({OUTSIDE: {"error": 1}})
    );
}

#[test]
fn readers_are_told_in_words_what_is_no_longer_a_rule() {
    let schema = published(order()).schema()["$defs"]["Order"]["properties"].clone();
    assert_eq!(
        schema["state"],
        json!({"type": ["string", "null"], "description": "How far it is. One of \"open\", \"paid\"."})
    );
    assert_eq!(schema["at"]["description"], "Format: date-time.");
    assert_eq!(schema["id"], json!({"type": ["integer", "null"]}));
}

#[test]
fn alternatives_inside_alternatives_do_not_keep_the_gateway_busy() {
    let node = |also: &str| json!({"type": "object", "properties": {"child": {"$ref": "#/$defs/N"}, also: {"type": "integer"}}});
    let hostile = published(json!({"properties": {"n": {"$ref": "#/$defs/N"}},
        "$defs": {"N": {"anyOf": [node("x"), node("y"), node("z")]}}}));
    let mut answer = json!({"x": "a", "y": "b", "z": "c"});
    for _ in 0..60 {
        answer = json!({"child": answer, "x": "a", "y": "b", "z": "c"});
    }
    let (given, fit) = hostile.fit(Some(json!({ "n": answer })), "");
    assert_eq!(fit, Fit::Mismatch);
    assert!(given.get(OUTSIDE).is_some());
}
