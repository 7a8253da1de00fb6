//! Where the tokens of OAuth 2 and `OpenID` Connect come from.

use countersign_domain::{
    drift::{
        Breaking::{Breaking as Stops, No},
        ReviewReason, needs_review,
    },
    operation::{ImportedDocument, Scheme, Security},
};
use serde_json::{Value, json};

use super::{Expected, compare, expect, whole};

const HERE: &str = "https://id.example/t";
const ELSEWHERE: &str = "https://evil.example/t";

fn let_in_by(scheme: &Value) -> ImportedDocument {
    whole(&json!({
        "components": {"securitySchemes": {"auth": scheme}},
        "paths": {"/things": {"get": {"responses": {}, "security": [{"auth": []}]}}},
    }))
}

fn oauth(flow: &str, address: &str, url: &str) -> Value {
    json!({"type": "oauth2", "flows": {flow: {address: url, "scopes": {}}}})
}

#[test]
fn every_address_that_tokens_come_from_is_compared_and_another_one_is_reviewed() {
    let connect = |url: &str| json!({"type": "openIdConnect", "openIdConnectUrl": url});
    let metadata = |url: &str| json!({"type": "oauth2", "oauth2MetadataUrl": url, "flows": {}});
    let mut pairs = vec![
        (connect(HERE), connect(ELSEWHERE)),
        (metadata(HERE), metadata(ELSEWHERE)),
    ];
    for (flow, address) in [
        ("implicit", "authorizationUrl"),
        ("password", "tokenUrl"),
        ("clientCredentials", "tokenUrl"),
        ("clientCredentials", "refreshUrl"),
        ("authorizationCode", "authorizationUrl"),
        ("authorizationCode", "tokenUrl"),
        ("deviceAuthorization", "deviceAuthorizationUrl"),
        ("deviceAuthorization", "tokenUrl"),
    ] {
        pairs.push((oauth(flow, address, HERE), oauth(flow, address, ELSEWHERE)));
    }
    for (old, new) in &pairs {
        let what = new.to_string();
        let (old, new) = (let_in_by(old), let_in_by(new));
        expect(&what, (&old, &old), &[]);
        let another: Expected = &[("security_address_changed", No)];
        expect(&what, (&old, &new), another);
        let changes = compare(&old, &new);
        assert_eq!(changes[0].before.as_deref(), Some(HERE), "{what}");
        assert_eq!(changes[0].after.as_deref(), Some(ELSEWHERE), "{what}");
        let reason = needs_review(&old.operations[0], &changes);
        assert_eq!(reason, Some(ReviewReason::Security), "{what}");
    }
    println!("N = {} addresses", pairs.len());
}

#[test]
fn an_address_that_comes_or_goes_is_reviewed() {
    let none = let_in_by(&json!({"type": "oauth2", "flows": {}}));
    let one = let_in_by(&oauth("password", "tokenUrl", HERE));
    expect("new", (&none, &one), &[("security_address_added", No)]);
    expect("gone", (&one, &none), &[("security_address_removed", No)]);
    for (old, new) in [(&none, &one), (&one, &none)] {
        let reason = needs_review(&old.operations[0], &compare(old, new));
        assert_eq!(reason, Some(ReviewReason::Security));
    }
}

#[test]
fn an_address_that_another_flow_uses_is_shown_with_both_flows() {
    let of = |flow: &str| let_in_by(&oauth(flow, "tokenUrl", HERE));
    let changes = compare(&of("clientCredentials"), &of("password"));
    let (before, after) = (changes[0].before.as_deref(), changes[0].after.as_deref());
    let here = |flow: &str| format!("{flow}.tokenUrl: {HERE}");
    assert_eq!(before, Some(here("clientCredentials").as_str()));
    assert_eq!(after, Some(here("password").as_str()));
    let text = "auth: tokens come from the same address by another flow.";
    assert_eq!(changes[0].text, text);
}

#[test]
fn a_renamed_scheme_beside_another_is_compared_like_one_alone() {
    let named = |name: &str, url: &str, scopes: &[&str]| {
        let key = json!({"type": "apiKey", "in": "header", "name": "X"});
        let schemes = json!({name: oauth("password", "tokenUrl", url), "key": key});
        whole(&json!({
            "components": {"securitySchemes": schemes},
            "paths": {"/things": {"get": {"responses": {}, "security": [{name: scopes, "key": []}]}}},
        }))
    };
    let expected: Expected = &[
        ("scope_added", Stops),
        ("security_address_changed", No),
        ("security_scheme_renamed", No),
    ];
    let (old, new) = (
        named("auth", HERE, &["r"]),
        named("login", ELSEWHERE, &["r", "w"]),
    );
    expect("both", (&old, &new), expected);
}

#[test]
fn a_scheme_with_another_name_and_another_address_shows_both() {
    let named = |name: &str, url: &str| {
        whole(&json!({
            "components": {"securitySchemes": {name: oauth("password", "tokenUrl", url)}},
            "paths": {"/things": {"get": {"responses": {}, "security": [{name: []}]}}},
        }))
    };
    let both: Expected = &[
        ("security_address_changed", No),
        ("security_scheme_renamed", No),
    ];
    expect(
        "both",
        (&named("auth", HERE), &named("login", ELSEWHERE)),
        both,
    );
}

#[test]
fn what_an_earlier_import_did_not_keep_only_informs() {
    let new = let_in_by(&oauth("password", "tokenUrl", HERE));
    let mut old = new.clone();
    let Security::AnyOf(alternatives) = &mut old.operations[0].security else {
        panic!("a scheme lets it in");
    };
    alternatives[0][0].scheme = Some(serde_json::from_value(json!({"type": "oauth2"})).unwrap());
    let unknown = Some(Scheme::Oauth2 { addresses: None });
    assert_eq!(alternatives[0][0].scheme, unknown);
    expect(
        "known now",
        (&old, &new),
        &[("security_addresses_known", No)],
    );
    assert_eq!(needs_review(&old.operations[0], &compare(&old, &new)), None);
}
