//! What is the same under every name and in every order, and what is not.

use super::*;

/// A body with definitions, of which some lead back to themselves and to one another.
fn body() -> Value {
    json!({
        "type": "object",
        "properties": {
            "cat": {"$ref": "#/$defs/Cat", "description": "Whose it is."},
            "dog": {"$ref": "#/$defs/Dog"},
            "tree": {"$ref": "#/$defs/Tree"},
            "filter": {"$ref": "#/$defs/Filter"},
            "any": {"oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}, {"type": "null"}]},
            "both": {"allOf": [{"$ref": "#/$defs/Cat"}, {"type": "object", "required": ["kind"]}]},
            "pair": {"prefixItems": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]},
        },
        "required": ["cat", "dog"],
        "additionalProperties": false,
        "$defs": {
            "Cat": {"type": "object", "properties": {
                "claws": {"type": ["integer", "null"], "default": 4, "description": "How many."},
                "kind": {"enum": ["wild", "tame", null]}}},
            "Dog": {"type": "object", "properties": {"barks": {"type": "boolean", "title": "Loud"}}},
            "Tree": {"description": "A tree.", "properties": {
                "left": {"$ref": "#/$defs/Tree"}, "right": {"$ref": "#/$defs/Leaf"}}},
            "Leaf": {"properties": {"up": {"$ref": "#/$defs/Tree"}, "size": {"minimum": 1}}},
            "Filter": {"anyOf": [{"$ref": "#/$defs/And"}, {"$ref": "#/$defs/Or"}, {"const": "all"}]},
            "And": {"properties": {"and": {"items": {"$ref": "#/$defs/Filter"}}, "or": {"$ref": "#/$defs/Or"}}},
            "Or": {"properties": {"or": {"items": {"$ref": "#/$defs/Filter"}}}, "maxProperties": 1},
        },
    })
}

fn same(what: What, old: &Value, new: &Value) -> bool {
    mean_the_same(what, (old, new), &mut Budget::of_operation()).unwrap()
}

/// Calls every definition otherwise, so that they stand in another order.
fn renamed(schema: &Value) -> Value {
    let mut text = schema.to_string();
    for (old, new) in [
        ("Cat", "TomDto"),
        ("Dog", "Barker"),
        ("Tree", "ATree"),
        ("Leaf", "Zweig"),
        ("Filter", "Sieve"),
        ("And", "Every"),
        ("Or", "Both"),
    ] {
        text = text.replace(&format!("#/$defs/{old}\""), &format!("#/$defs/{new}\""));
        text = text.replace(&format!("\"{old}\":"), &format!("\"{new}\":"));
    }
    serde_json::from_str(&text).unwrap()
}

/// Turns every list around whose order means nothing.
fn turned(schema: &mut Value) {
    for (name, value) in schema.as_object_mut().into_iter().flatten() {
        turned(value);
        if let Some(list) = value.as_array_mut() {
            list.iter_mut().for_each(turned);
            if name != "prefixItems" {
                list.reverse();
            }
        }
    }
}

/// The schema with one thing changed at a time: a value exchanged or a member taken out.
fn mutants(schema: &Value) -> Vec<(String, Value)> {
    fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
        let step = |name: &str| format!("{here}/{}", name.replace('/', "~1"));
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    found.push(step(name));
                    pointers(value, &step(name), found);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    pointers(value, &step(&index.to_string()), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                found.push(here.to_owned());
            }
        }
    }
    let mut all = Vec::new();
    pointers(schema, "", &mut all);
    let mut mutants = Vec::new();
    for at in all {
        let mut exchanged = schema.clone();
        *exchanged.pointer_mut(&at).unwrap() = json!("another");
        mutants.push((format!("{at} exchanged"), exchanged));
        let mut without = schema.clone();
        let (parent, name) = at.rsplit_once('/').unwrap();
        if let Some(members) = without.pointer_mut(parent).unwrap().as_object_mut() {
            members.remove(name);
            mutants.push((format!("{at} taken out"), without));
        }
    }
    mutants
}

#[test]
fn names_and_orders_mean_nothing() {
    let (old, mut new) = (body(), renamed(&body()));
    turned(&mut new);
    assert_ne!(old, new);
    assert!(same(What::ValuesAndWords, &old, &new));
}

#[test]
fn whatever_else_is_changed_is_told_under_other_names_and_in_another_order() {
    let (old, mut checked) = (body(), 0);
    for (what, mutant) in mutants(&old) {
        let mut new = renamed(&mutant);
        turned(&mut new);
        let is_word = ["description", "title"]
            .iter()
            .any(|word| what.contains(word));
        assert!(!same(What::ValuesAndWords, &old, &new), "{what}");
        assert_eq!(same(What::Values, &old, &new), is_word, "{what}");
        checked += 1;
    }
    println!("N = {checked} mutants");
    assert!(checked > 100);
}

#[test]
fn definitions_that_exchange_what_they_are_are_told() {
    let old = body();
    let names: Vec<String> = old["$defs"].as_object().unwrap().keys().cloned().collect();
    for (index, one) in names.iter().enumerate() {
        for other in &names[index + 1..] {
            let mut new = old.clone();
            let (first, second) = (old["$defs"][one].clone(), old["$defs"][other].clone());
            (new["$defs"][one], new["$defs"][other]) = (second, first);
            assert!(!same(What::Values, &old, &new), "{one} and {other}");
        }
    }
}

#[test]
fn what_is_a_definition_or_is_not_means_the_same() {
    let node = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}});
    let of = |next: &Value| json!({"properties": {"a": {"properties": {"node": next}}}, "$defs": {"Node": node}});
    let (by_name, written_out) = (of(&json!({"$ref": "#/$defs/Node"})), of(&node));
    assert!(same(What::ValuesAndWords, &by_name, &written_out));

    let twice = json!({"type": "object", "properties": {"next": node}});
    assert!(same(What::ValuesAndWords, &by_name, &of(&twice)));
    let mut other = twice;
    other["properties"]["next"]["properties"]["next"]["$ref"] = json!("#/$defs/Other");
    let mut other = of(&other);
    other["$defs"]["Other"] = json!({"type": "object"});
    assert!(!same(What::Values, &by_name, &other));
}

#[test]
fn null_is_let_in_one_way_or_another() {
    let one = json!({"type": "string", "minLength": 1});
    let nothing = json!({"type": "null"});
    for (what, old, new, expected) in [
        (
            "a type",
            json!({"type": ["string", "null"], "minLength": 1}),
            json!({"anyOf": [one, nothing]}),
            true,
        ),
        (
            "a choice",
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, nothing]}),
            json!({"type": ["null", "string"], "enum": [null, "a"]}),
            true,
        ),
        (
            "inside",
            json!({"anyOf": [{"oneOf": [one, {"type": "integer"}]}, nothing]}),
            json!({"oneOf": [{"type": "integer"}, nothing, one]}),
            true,
        ),
        (
            "a list of one",
            json!({"anyOf": [{"allOf": [one]}, nothing]}),
            json!({"oneOf": [one, nothing]}),
            true,
        ),
        (
            "not at all",
            json!({"type": ["string", "null"], "minLength": 1}),
            one.clone(),
            false,
        ),
        (
            "no choice",
            json!({"type": ["string", "null"], "enum": ["a"]}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            false,
        ),
        (
            "the word",
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            json!({"type": ["string", "null"], "enum": ["a", "null", null]}),
            false,
        ),
        (
            "the type beside",
            json!({"type": "object", "anyOf": [{"minProperties": 1}, {"maxProperties": 3}, nothing]}),
            json!({"type": ["object", "null"], "anyOf": [{"minProperties": 1}, {"maxProperties": 3}]}),
            false,
        ),
    ] {
        assert_eq!(same(What::Values, &old, &new), expected, "{what}");
    }
}

#[test]
fn that_more_may_be_given_counts_only_where_something_asks() {
    let open = json!({"type": "object", "additionalProperties": true});
    let plain = json!({"type": "object"});
    assert!(same(What::Values, &open, &plain));
    let asked = |part: &Value| json!({"allOf": [part, {}, {"minProperties": 1}], "unevaluatedProperties": false});
    assert!(!same(What::Values, &asked(&open), &asked(&plain)));
}

#[test]
fn what_costs_too_much_is_not_the_same() {
    let ring = |length: usize| {
        let definitions: Map<String, Value> = (0..length)
            .map(|index| {
                let next = format!("#/$defs/R{}", (index + 1) % length);
                (
                    format!("R{index}"),
                    json!({"properties": {"next": {"$ref": next}}}),
                )
            })
            .collect();
        json!({"$ref": "#/$defs/R0", "$defs": definitions})
    };
    assert!(
        same(What::Values, &ring(7), &ring(11)),
        "both go on without end"
    );
    let mut last = ring(3_000);
    let mut other = last.clone();
    last["$defs"]["R2999"]["minProperties"] = json!(1);
    other["$defs"]["R2999"]["minProperties"] = json!(1);
    assert!(
        !same(What::Values, &last, &other),
        "each step tells one of them apart"
    );
}
