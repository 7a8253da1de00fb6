//! What an import changes behind something that only informs: a person looks at the tool again.

use countersign_domain::drift::ReviewReason;
use countersign_spec_import::Outcome;
use serde_json::{Value, json};

use crate::rewritten::{outcome, shop};

const INPUT: Option<Outcome> = Some(Outcome::Review(ReviewReason::RequiredInput));

#[tokio::test]
async fn t80_the_root_of_an_address_is_not_the_address_itself() {
    let own = |first: &str| {
        let servers = json!([{"url": first}, {"url": "/v1/sandbox"}]);
        shop(|shop| shop["paths"]["/orders"]["get"]["servers"] = servers)
    };
    let moved = Some(Outcome::Review(ReviewReason::Server));
    assert_eq!(outcome(&own("/"), &own("")).await, moved);
}

/// A read that takes these, by their names.
fn taking(arguments: &[(&str, Value)]) -> Value {
    let argument = |(name, schema): &(&str, Value)| {
        let is_one = schema.get("const").is_some() || schema.get("enum").is_some();
        json!({"name": name, "in": "query", "required": is_one, "schema": schema})
    };
    let all: Vec<Value> = arguments.iter().map(argument).collect();
    shop(|shop| shop["paths"]["/orders"]["get"]["parameters"] = all.into())
}

#[tokio::test]
async fn t80_no_argument_that_is_added_hides_a_default_that_changed() {
    let page = || ("page", json!({"type": "integer"}));
    let scope = |schema: Value| vec![("scope", schema)];
    let refers = |default: &str| {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let named = [("filter", to("B")), ("scope", to("A"))];
        let schemas = json!({"B": {"type": "string"},
            "A": {"$ref": "#/components/schemas/B", "default": default}});
        (named.to_vec(), schemas)
    };
    let parts = |last: &str| {
        scope(json!({"allOf": [{"default": "x"}, {"default": last}, {"type": "string"}]}))
    };
    let items = |items: Value| scope(json!({"type": "array", "items": items}));
    let other = |other: Value| scope(json!({"type": "object", "additionalProperties": other}));
    let cases = [
        ("behind a definition", refers("own"), refers("all")),
        (
            "the last part",
            (parts("own"), json!({})),
            (parts("all"), json!({})),
        ),
        (
            "new items",
            (scope(json!({"type": "array"})), json!({})),
            (items(json!({"default": "all"})), json!({})),
        ),
        (
            "items",
            (items(json!({"default": "all"})), json!({})),
            (scope(json!({"type": "array"})), json!({})),
        ),
        (
            "another member",
            (other(json!({"default": "own"})), json!({})),
            (other(json!({"default": "all"})), json!({})),
        ),
        (
            "any other member",
            (other(json!(true)), json!({})),
            (other(json!({"default": "all"})), json!({})),
        ),
    ];
    let document = |(arguments, schemas): &(Vec<(&str, Value)>, Value), more: bool| {
        let mut arguments = arguments.clone();
        arguments.extend(more.then(page));
        let mut document = taking(&arguments);
        document["components"]["schemas"] = schemas.clone();
        document
    };
    for (what, old, new) in &cases {
        let before = document(old, false);
        assert_eq!(
            outcome(&before, &document(new, true)).await,
            INPUT,
            "{what}"
        );
        let informed = outcome(&before, &document(old, true)).await;
        assert_eq!(informed, Some(Outcome::Informed), "{what}");
    }
    println!("N = {} places of a default", cases.len());
}
