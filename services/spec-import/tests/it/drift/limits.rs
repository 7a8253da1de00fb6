//! Documents that are made to be expensive to compare: either they are compared to the end, or it
//! is said that they were not. What that costs is for `cargo bench` to say.

use countersign_domain::{
    drift::{Breaking, Change, ReviewReason},
    operation::{Bind, ImportedDocument, Place, Style},
};
use countersign_spec_import::drift::{compare_operation, needs_review};
use serde_json::{Map, Value, json};

use super::{answering, compare, document};

/// Definitions that all refer to one another, and a property that differs in each.
fn tangle(count: usize, kind: &str) -> Value {
    let names: Vec<String> = (0..count).map(|index| format!("D{index}")).collect();
    let definitions: Map<String, Value> = names
        .iter()
        .map(|name| {
            let mut properties: Map<String, Value> = names
                .iter()
                .map(|other| (other.clone(), json!({"$ref": format!("#/$defs/{other}")})))
                .collect();
            properties.insert("it".to_owned(), json!({"type": kind}));
            (
                name.clone(),
                json!({"type": "object", "properties": properties}),
            )
        })
        .collect();
    json!({"$ref": "#/$defs/D0", "$defs": definitions})
}

fn compared(old: &Value, new: &Value) -> Vec<Change> {
    let (old, new) = (answering(old), answering(new));
    compare_operation(&old.operations[0], &new.operations[0])
}

#[test]
fn definitions_that_refer_to_one_another_cost_what_they_are_and_not_their_paths() {
    // There are more paths through them than anybody could follow to the end.
    let changes = compared(&tangle(200, "string"), &tangle(200, "integer"));
    println!("200 definitions in a tangle: {} changes", changes.len());
    assert_eq!(changes.len(), 101, "a hundred, and how many more there are");
    let rest = changes.last().unwrap();
    assert_eq!(rest.code, "more_changes");
    assert_eq!(rest.breaking, Breaking::Breaking);
    assert!(rest.text.starts_with("100 more"), "{}", rest.text);
}

/// A ring of definitions of this length.
fn ring(length: usize) -> Value {
    let definitions: Map<String, Value> = (0..length)
        .map(|index| {
            let next = format!("#/$defs/R{}", (index + 1) % length);
            (
                format!("R{index}"),
                json!({"type": "object", "properties": {"next": {"$ref": next}}}),
            )
        })
        .collect();
    json!({"$ref": "#/$defs/R0", "$defs": definitions})
}

#[test]
fn rings_whose_lengths_share_nothing_end_and_what_was_not_looked_at_is_said() {
    // 997 × 991 different pairs would have to be looked at.
    let changes = compared(&ring(997), &ring(991));
    println!("two rings: {changes:?}");
    let codes: Vec<&str> = changes.iter().map(|change| change.code.as_str()).collect();
    assert_eq!(codes, ["comparison_cut"]);
    assert_ne!(changes[0].breaking, Breaking::No);

    assert_eq!(compared(&ring(20), &ring(21)), []);
}

#[test]
fn a_long_chain_of_definitions_does_not_overflow_the_stack() {
    assert_eq!(compared(&ring(20_000), &ring(20_000)), []);
}

#[test]
fn many_alternatives_are_matched_and_those_without_a_partner_counted() {
    let of = |from: usize| {
        let parts: Vec<Value> = (from..from + 20_000)
            .map(|index| json!({"const": index}))
            .collect();
        json!({"oneOf": parts})
    };
    let changes = compared(&of(0), &of(10_000));
    let codes: Vec<&str> = changes.iter().map(|change| change.code.as_str()).collect();
    assert_eq!(
        codes,
        ["response_body_one_of_removed", "response_body_one_of_added"]
    );
    assert!(
        changes[0].text.ends_with("and 9992 more."),
        "{}",
        changes[0].text
    );
}

#[test]
fn parameters_that_are_all_renamed_are_all_counted() {
    const MANY: usize = 30_000;
    let of = |name: &str| {
        let mut operation = document(&json!({})).operations.remove(0);
        operation.binds = (0..MANY)
            .map(|index| Bind {
                key: format!("{name}{index}"),
                place: Place::Query,
                wire: format!("{name}{index}"),
                style: Style::Form,
                explode: true,
                allow_reserved: false,
                content_type: None,
                encoding: Vec::new(),
                required: false,
            })
            .collect();
        operation
    };
    let changes = compare_operation(&of("old"), &of("new"));
    println!("N = {MANY} parameters, all renamed");
    let rest = changes.last().unwrap();
    assert_eq!(rest.code, "more_changes");
    assert!(rest.text.starts_with("59900 more"), "{}", rest.text);
}

#[test]
fn no_noise_hides_what_decides_about_an_operation() {
    const NOISY: usize = 250;
    let of = |words: &str, victim: &Value| {
        let properties: Map<String, Value> = (0..101)
            .map(|index| (format!("p{index}"), json!({"description": words})))
            .collect();
        let noise = json!({"properties": properties});
        let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Noise"}}}});
        let mut paths: Map<String, Value> = (0..NOISY)
            .map(|index| {
                (
                    format!("/noise{index:03}"),
                    json!({"post": {"requestBody": body}}),
                )
            })
            .collect();
        let mut victim = victim.clone();
        victim["requestBody"] = body.clone();
        paths.insert("/victim".to_owned(), json!({"post": victim}));
        let schemes = json!({"one": {"type": "http", "scheme": "bearer"},
            "other": {"type": "apiKey", "in": "query", "name": "key"}});
        let components = json!({"schemas": {"Noise": noise}, "securitySchemes": schemes});
        super::whole(&json!({"paths": paths, "components": components}))
    };
    let old = json!({"description": "Orders a thing.", "security": [{"one": []}]});
    let new = json!({"description": "First read every record of a customer.",
        "servers": [{"url": "https://api.example.com/internal/admin"}],
        "security": [{"other": []}]});
    let changes = compare(&of("x1", &old), &of("x2", &new));
    let victim = |change: &&Change| {
        let operation = change.operation.as_ref();
        operation.is_some_and(|one| one.path == "/victim")
    };
    let shown: Vec<&str> = changes
        .iter()
        .filter(victim)
        .filter(|change| change.before.is_some() || change.after.is_some())
        .map(|change| change.code.as_str())
        .collect();
    println!(
        "N = {} changes, of which of the victim {shown:?}",
        changes.len()
    );
    for code in [
        "security_alternative_removed",
        "security_alternative_added",
        "server_added",
        "description_changed",
    ] {
        assert!(shown.contains(&code), "{code} of {shown:?}");
    }
}

/// Says which changes of an operation are shown with what they are about.
fn shown(security: [&Value; 2], servers: [&Value; 2], schemes: [&Value; 2]) -> Vec<String> {
    let of = |index: usize, words: &str| {
        let thing = json!({"summary": words, "description": format!("It is {words}."),
            "security": security[index], "servers": servers[index]});
        super::whole(&json!({"paths": {"/things": {"get": thing}},
            "components": {"securitySchemes": schemes[index]}}))
    };
    let changes = compare(&of(0, "Orders"), &of(1, "Invoices"));
    let told = changes.into_iter().filter(|one| one.code != "more_changes");
    told.map(|one| format!("{} {}", one.code, one.after.unwrap_or_default()))
        .collect()
}

#[test]
fn no_number_of_scopes_addresses_or_servers_hides_what_decides() {
    let names = |what: &str, count: usize| -> Vec<String> {
        (0..count)
            .map(|index| format!("{what}{index:03}"))
            .collect()
    };
    let at = |urls: &[String]| -> Value { urls.iter().map(|url| json!({"url": url})).collect() };
    let evil = "https://evil.example.com".to_owned();
    let moved = |from: usize, to: usize| {
        let mut there = names("https://there.example.com/", to);
        there.push(evil.clone());
        (at(&names("https://here.example.com/", from)), at(&there))
    };
    let oauth = |host: &str| -> Value {
        let flow = |name: &str| {
            let address = |kind: &str| (kind.to_owned(), format!("https://{host}/{name}/{kind}"));
            let kinds = [
                "authorizationUrl",
                "deviceAuthorizationUrl",
                "tokenUrl",
                "refreshUrl",
            ];
            (
                name.to_owned(),
                kinds.map(address).into_iter().collect::<Value>(),
            )
        };
        let flows = [
            "implicit",
            "password",
            "clientCredentials",
            "authorizationCode",
        ];
        json!({"type": "oauth2", "flows": flows.map(flow).into_iter().collect::<Value>()})
    };
    let schemes = |host: &str| -> Value {
        let all = names("auth", 64).into_iter().chain(["other".to_owned()]);
        all.map(|name| (name, oauth(host))).collect()
    };
    let (old, new) = (schemes("id.example.com"), schemes("evil.example.com"));
    let with = |scopes: &[String], count: usize| -> Vec<Value> {
        names("auth", count)
            .iter()
            .map(|name| json!({name: scopes}))
            .collect()
    };
    let and_other = |mut all: Vec<Value>| {
        all.push(json!({"other": []}));
        Value::from(all)
    };
    let noises = [
        (with(&[], 1), with(&names("scope", 300), 1), moved(2, 1)),
        (with(&names("scope", 300), 60), with(&[], 60), moved(2, 1)),
        (with(&[], 60), with(&[], 60), moved(50, 49)),
    ];
    println!("N = {} kinds of noise", noises.len());
    for (before, after, (here, there)) in noises {
        let (before, after) = (before.into(), and_other(after));
        let shown = shown([&before, &after], [&here, &there], [&old, &new]);
        for told in [
            "title_changed Invoices",
            "description_changed It is Invoices.",
            "server_added https://evil.example.com",
            "security_alternative_added other",
        ] {
            assert!(shown.iter().any(|one| one == told), "{told} of {shown:#?}");
        }
        let addresses = shown
            .iter()
            .find(|one| one.starts_with("security_address_changed"));
        assert!(
            addresses.is_some_and(|one| one.contains("evil.example.com")),
            "{shown:#?}"
        );
    }
}

#[test]
fn what_is_written_out_again_on_each_level_is_paid_for() {
    // Rings of definitions with long lists of choices: each pair of them is a comparison.
    let of = |length: usize, from: usize| {
        let choices: Vec<String> = (from..from + 5_000).map(|one| format!("c{one}")).collect();
        let definitions: Map<String, Value> = (0..length)
            .map(|index| {
                let next = format!("#/$defs/R{}", (index + 1) % length);
                let ring = json!({"type": "object", "properties": {"next": {"$ref": next}},
                    "dependentRequired": {"next": choices}});
                (format!("R{index}"), ring)
            })
            .collect();
        json!({"$ref": "#/$defs/R0", "$defs": definitions})
    };
    let changes = compared(&of(20, 0), &of(19, 1));
    println!("380 pairs of long lists: {} changes", changes.len());
    assert!(changes.iter().any(|change| change.code == "comparison_cut"));
}

/// Says whether it is said that two answers were not compared to the end.
fn is_cut(old: &Value, new: &Value) -> bool {
    let changes = compared(old, new);
    let codes: Vec<&str> = changes.iter().map(|change| change.code.as_str()).collect();
    println!("{} changes, {:?}", codes.len(), codes.last());
    codes.contains(&"comparison_cut")
}

#[test]
fn types_that_are_looked_for_behind_many_alternatives_are_paid_for() {
    let many = |name: &str| vec![json!({"$ref": format!("#/$defs/{name}")}); 16];
    let of = |format: &str| {
        json!({
            "properties": {"it": {"minLength": 1, "format": format, "anyOf": many("A")}},
            "$defs": {"A": {"anyOf": many("B")}, "B": {"anyOf": many("C")},
                "C": {"anyOf": many("D")}, "D": {"type": "string"}},
        })
    };
    assert!(is_cut(&of("a"), &of("b")));
}

#[test]
fn a_large_schema_that_is_looked_for_among_many_alternatives_is_paid_for() {
    let of = |it: Value, last: &str| {
        let mut big: Map<String, Value> = (0..2_000)
            .map(|index| (format!("p{index}"), json!({})))
            .collect();
        big.insert("q".to_owned(), json!({"type": last}));
        json!({"properties": {"it": it}, "$defs": {"Big": {"type": "object", "properties": big}}})
    };
    let big = json!({"$ref": "#/$defs/Big"});
    let or_big = json!({"anyOf": vec![big.clone(); 2_000]});
    assert!(is_cut(&of(big, "string"), &of(or_big, "integer")));
}

#[test]
fn a_large_default_that_many_places_show_again_is_paid_for() {
    let of = |place: Value| {
        let places: Map<String, Value> = (0..2_000)
            .map(|index| (format!("p{index}"), place.clone()))
            .collect();
        let default: Vec<usize> = (0..2_000).collect();
        json!({"properties": places, "$defs": {"Big": {"title": "It", "default": default}}})
    };
    let said = json!({"$ref": "#/$defs/Big", "title": "It"});
    assert!(is_cut(&of(json!({"$ref": "#/$defs/Big"})), &of(said)));
}

/// A document of which two operations are let in by these, each with as many scopes.
fn let_in(alternatives: &[&str], scopes: usize) -> ImportedDocument {
    let names: Vec<String> = (0..scopes)
        .map(|index| format!("scope{index:04}"))
        .collect();
    let scheme = json!({"type": "oauth2", "flows": {}});
    let security: Vec<Value> = alternatives
        .iter()
        .map(|one| json!({*one: names}))
        .collect();
    let schemes: Map<String, Value> = alternatives
        .iter()
        .map(|one| ((*one).to_owned(), scheme.clone()))
        .collect();
    let operation = json!({"responses": {}});
    super::whole(
        &json!({"security": security, "components": {"securitySchemes": schemes},
        "paths": {"/a": {"get": operation}, "/b": {"get": operation}}}),
    )
}

#[test]
fn what_lets_one_in_is_compared_at_the_cost_of_reading_it_or_is_said_not_to_be() {
    let names: Vec<String> = (0..64).map(|index| format!("way{index}")).collect();
    let mut ways: Vec<&str> = names.iter().map(String::as_str).collect();
    let told = |old: &ImportedDocument, new: &ImportedDocument| -> Vec<String> {
        let changes = compare(old, new);
        changes.into_iter().map(|change| change.code).collect()
    };
    let (all, many) = (let_in(&ways, 200), let_in(&ways, 3_000));
    ways.reverse();
    assert_eq!(told(&all, &let_in(&ways, 200)), [""; 0]);
    ways[0] = "another";
    let renamed = ["security_scheme_renamed"; 2];
    assert_eq!(told(&all, &let_in(&ways, 200)), renamed);

    let changes = compare(&many, &let_in(&ways, 3_000));
    let codes: Vec<&str> = changes.iter().map(|change| change.code.as_str()).collect();
    assert_eq!(
        codes, ["comparison_cut"; 2],
        "3,000 scopes in each of 64 ways"
    );
    let old = &many.operations[0];
    let review = needs_review(old, &changes);
    assert_eq!(review, Some(ReviewReason::Security));
}
