//! What chooses among the alternatives of what is sent.

use countersign_domain::{
    drift::{
        Breaking::{self, No},
        ReviewReason, needs_review,
    },
    operation::ImportedDocument,
};
use serde_json::{Value, json};

use super::{Expected, compare, expect, whole};

const ALTERNATIVE: (&str, Breaking) = ("request_property_alternative_renamed", No);

/// Pays by card or by bank.
fn paying(discriminator: &Value) -> ImportedDocument {
    called(["Card", "Bank", "Method"], discriminator)
}

/// The same by definitions of these names.
fn called([card, bank, means]: [&str; 3], discriminator: &Value) -> ImportedDocument {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let mut method = json!({"anyOf": [
        to(card), to(bank)]});
    if !discriminator.is_null() {
        method["discriminator"] = discriminator.clone();
    }
    let of = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    whole(&json!({
        "components": {"schemas": {card: of("card"), bank: of("bank"), means: method}},
        "paths": {"/payments": {"post": {"summary": "Pay", "responses": {}, "requestBody": {
            "content": {"application/json": {"schema": {
                "type": "object",
                "properties": {"method": to(means)}}}}}}}},
    }))
}

fn by(name: &str, first: &str, second: &str) -> Value {
    let target = |name: &str| format!("#/components/schemas/{name}");
    json!({"propertyName": name, "mapping": {"card": target(first), "bank": target(second)}})
}

#[test]
fn another_property_or_another_mapping_is_found_and_reviewed_where_a_human_is_needed() {
    let old = paying(&by("kind", "Card", "Bank"));
    assert!(old.operations[0].risk.high_risk);
    expect("the same", (&old, &old), &[]);
    let another: Expected = &[("discriminator_changed", No)];
    let gone: Expected = &[("discriminator_removed", No)];
    for (new, expected, after) in [
        (
            by("type", "Card", "Bank"),
            another,
            Some("type; bank: Bank; card: Card"),
        ),
        (
            by("kind", "Bank", "Card"),
            another,
            Some("kind; bank: Card; card: Bank"),
        ),
        (json!({"propertyName": "kind"}), another, Some("kind")),
        (Value::Null, gone, None),
    ] {
        let what = new.to_string();
        let new = paying(&new);
        expect(&what, (&old, &new), expected);
        let changes = compare(&old, &new);
        let before = changes[0].before.as_deref();
        assert_eq!(before, Some("kind; bank: Bank; card: Card"), "{what}");
        assert_eq!(changes[0].after.as_deref(), after, "{what}");
        let mut operation = old.operations[0].clone();
        let reason = needs_review(&operation, &changes);
        assert_eq!(reason, Some(ReviewReason::HighRiskInput), "{what}");
        operation.risk.high_risk = false;
        assert_eq!(needs_review(&operation, &changes), None, "{what}");
    }
}

#[test]
fn that_of_one_argument_does_not_hide_that_of_another() {
    let paying = |first: &str| {
        let by = |name: &str| json!({"oneOf": [{"type": "object"}], "discriminator": {"propertyName": name}});
        whole(
            &json!({"paths": {"/payments": {"post": {"summary": "Pay", "responses": {},
            "parameters": [{"name": "filter", "in": "query", "schema": by(first)}],
            "requestBody": {"content": {"application/json": {"schema": by("kind")}}}}}}}),
        )
    };
    let (old, new) = (paying("kind"), paying("type"));
    let changed: Expected = &[("discriminator_changed", No)];
    expect("the parameter's", (&old, &new), changed);
    assert_eq!(compare(&old, &new)[0].before.as_deref(), Some("kind"));
}

#[test]
fn another_name_of_a_definition_is_no_other_discriminator_and_another_choice_is_under_every_name() {
    let old = paying(&by("kind", "Card", "Bank"));
    let means = |first: &str, second: &str| {
        called(["Card", "Bank", "MeansDto"], &by("kind", first, second))
    };
    expect("its own", (&old, &means("Card", "Bank")), &[]);
    let exchanged: Expected = &[("discriminator_changed", No)];
    expect("exchanged", (&old, &means("Bank", "Card")), exchanged);

    let names = ["CardDto", "BankDto", "MeansDto"];
    let of = |first: &str, second: &str| called(names, &by("kind", first, second));
    let renamed: Expected = &[ALTERNATIVE, ALTERNATIVE];
    expect("all", (&old, &of("CardDto", "BankDto")), renamed);
    let both: Expected = &[("discriminator_changed", No), ALTERNATIVE, ALTERNATIVE];
    let other = of("BankDto", "CardDto");
    expect("all, exchanged", (&old, &other), both);
    let before = compare(&old, &other).remove(0).before;
    assert_eq!(before.as_deref(), Some("kind; bank: Bank; card: Card"));
}

/// An agent sends the same values, and the reviewer saw them: a name counts where it may be sent.
#[test]
fn another_name_of_an_alternative_only_informs_where_nothing_chooses_by_name() {
    let by_name = json!({"propertyName": "kind"});
    for (discriminator, reason) in [
        (Value::Null, None),
        (by_name, Some(ReviewReason::HighRiskInput)),
    ] {
        let of = |names| called(names, &discriminator);
        let old = of(["Card", "Bank", "Method"]);
        let new = of(["CardDto", "BankDto", "MeansDto"]);
        let what = discriminator.to_string();
        expect(&what, (&old, &new), &[ALTERNATIVE, ALTERNATIVE]);
        let operation = &old.operations[0];
        assert!(operation.risk.high_risk);
        let changes = compare(&old, &new);
        assert_eq!(needs_review(operation, &changes), reason, "{what}");
    }
}

/// Two lists of the same alternatives, and two alternatives alike: only what chooses among them
/// tells them apart.
#[test]
fn twins_under_other_names_are_known_by_what_chooses_them() {
    let with = |[card, bank, first, second]: [&str; 4], properties: [&str; 2]| {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let of = |name: &str| json!({"anyOf": [to(card), to(bank)], "discriminator": by(name, card, bank)});
        let account = json!({"type": "object", "properties": {"iban": {"type": "string"}}});
        whole(&json!({
            "components": {"schemas": {
                card: account, bank: account,
                first: of(properties[0]), second: of(properties[1]),
            }},
            "paths": {"/payments": {"post": {"responses": {}, "requestBody": {
                "content": {"application/json": {"schema": {"type": "object", "properties": {
                    "from": to(first), "to": to(second)}}}}}}}},
        }))
    };
    let names = ["Card", "Bank", "From", "To"];
    let old = with(names, ["kind", "type"]);
    let renamed: Expected = &[ALTERNATIVE; 4];
    for called in [
        ["CardDto", "BankDto", "FromDto", "ToDto"],
        ["A", "Z", "Y", "B"],
    ] {
        let new = with(called, ["kind", "type"]);
        expect("the same", (&old, &new), renamed);
    }
    let changed: Expected = &[
        ("discriminator_changed", No),
        ALTERNATIVE,
        ALTERNATIVE,
        ALTERNATIVE,
        ALTERNATIVE,
    ];
    let new = with(["A", "Z", "Y", "B"], ["kind", "sort"]);
    expect("one of them", (&old, &new), changed);
}

/// An earlier import kept none, and no tool is looked at again for that.
#[test]
fn one_that_was_not_told_before_only_informs() {
    let new = paying(&by("kind", "Card", "Bank"));
    let old = paying(&Value::Null);
    expect("new", (&old, &new), &[("discriminator_added", No)]);
    assert_eq!(needs_review(&old.operations[0], &compare(&old, &new)), None);
}

#[test]
fn how_a_mapping_is_ordered_and_its_targets_are_written_means_nothing() {
    let plain = json!({"mapping": {"bank": "Bank", "card": "Card"}, "propertyName": "kind"});
    let (old, new) = (paying(&by("kind", "Card", "Bank")), paying(&plain));
    expect("order", (&old, &new), &[]);
}

#[test]
fn what_there_is_no_room_to_keep_is_compared_all_the_same() {
    let many = |last: &str| {
        let mut all: Vec<Value> = (10..60)
            .map(|index| {
                json!({"oneOf": [{"type": "object"}], "discriminator": {
                "propertyName": format!("kind{index}")}})
            })
            .collect();
        all[49]["discriminator"]["mapping"] = json!({"long": "x".repeat(400), "z": last});
        let schema = json!({"type": "object", "properties": {"all": {"prefixItems": all}}});
        super::taking(&schema)
    };
    let (old, new) = (many("One"), many("Other"));
    let kept = &old.operations[0].discriminators;
    assert!(
        serde_json::to_string(kept).unwrap().len() < 5_000,
        "{kept:?}"
    );
    expect(
        "the last of many",
        (&old, &new),
        &[("discriminator_changed", No)],
    );
}
