//! Operations that come and go, and what stands beside their schemas.

use countersign_domain::{
    drift::{
        Breaking::{Breaking as Stops, No, Potentially as Perhaps},
        ChangeKind, Endpoint, ReviewReason, SecuritySeverity, needs_review,
    },
    operation::{ImportedDocument, Method},
};
use serde_json::{Value, json};

use super::{Expected, compare, document, expect, of_paths, whole};

fn secured(security: &Value) -> ImportedDocument {
    secured_by(security, &json!({"type": "http", "scheme": "bearer"}))
}

fn secured_by(security: &Value, scheme: &Value) -> ImportedDocument {
    let mut operation = json!({"responses": {}});
    if !security.is_null() {
        operation["security"] = security.clone();
    }
    whole(&json!({
        "components": {"securitySchemes": {
            "token": scheme,
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "other": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "auth": {"type": "oauth2", "flows": {}},
        }},
        "paths": {"/things": {"get": operation}},
    }))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn every_change_of_who_is_let_in_is_found_and_puts_the_tool_back_to_review() {
    use SecuritySeverity::{High, Low, Medium};
    let rows: [(Value, Value, Expected, SecuritySeverity); 15] = [
        (
            json!([{"token": []}]),
            json!([]),
            &[("became_public", No)],
            High,
        ),
        (
            json!([]),
            json!([{"token": []}]),
            &[("became_protected", Stops)],
            Medium,
        ),
        (
            Value::Null,
            json!([{"token": []}]),
            &[("security_declared", Stops)],
            Medium,
        ),
        (
            json!([{"token": []}]),
            Value::Null,
            &[("security_undeclared", No)],
            High,
        ),
        (Value::Null, json!([]), &[("declared_public", No)], High),
        (json!([]), Value::Null, &[("public_undeclared", No)], Low),
        (
            json!([{"token": []}]),
            json!([{"token": []}, {}]),
            &[("security_became_optional", No)],
            High,
        ),
        (
            json!([{"token": []}]),
            json!([{"token": []}, {"key": []}]),
            &[("security_alternative_added", No)],
            Medium,
        ),
        (
            json!([{"token": []}, {"key": []}]),
            json!([{"key": []}]),
            &[("security_alternative_removed", Stops)],
            Medium,
        ),
        (
            json!([{"token": []}]),
            json!([{"key": []}]),
            &[
                ("security_alternative_added", No),
                ("security_alternative_removed", Stops),
            ],
            Medium,
        ),
        (
            json!([{"token": []}]),
            json!([{"token": [], "key": []}]),
            &[
                ("operation_became_uncallable", Stops),
                ("security_alternative_added", No),
                ("security_alternative_removed", Stops),
            ],
            Medium,
        ),
        (
            json!([{"key": []}]),
            json!([{"other": []}]),
            &[("security_scheme_renamed", No)],
            Low,
        ),
        (
            json!([{"auth": ["read"]}]),
            json!([{"auth": ["read", "write"]}]),
            &[("scope_added", Stops)],
            Medium,
        ),
        (
            json!([{"auth": ["read", "write"]}]),
            json!([{"auth": ["read"]}]),
            &[("scope_removed", No)],
            Medium,
        ),
        (
            json!([{"auth": ["read"]}]),
            json!([{"auth": ["write"]}]),
            &[("scope_added", Stops), ("scope_removed", No)],
            Medium,
        ),
    ];
    let count = rows.len();
    for (old, new, expected, severity) in rows {
        let what = format!("{old} to {new}");
        let (old, new) = (secured(&old), secured(&new));
        expect(&what, (&old, &new), expected);
        let changes = compare(&old, &new);
        let worst = changes.iter().map(|change| change.security).max();
        assert_eq!(worst, Some(severity), "{what}");
        assert!(
            needs_review(&old.operations[0], &changes).is_some(),
            "{what}"
        );
    }
    println!("changes of who is let in, all back to review: {count}");
}

#[test]
fn a_scheme_of_another_kind_under_the_same_name_is_found() {
    let used = json!([{"token": []}]);
    expect(
        "scheme",
        (
            &secured(&used),
            &secured_by(
                &used,
                &json!({"type": "apiKey", "in": "query", "name": "t"}),
            ),
        ),
        &[("security_scheme_changed", Stops)],
    );
}

#[test]
fn the_order_of_alternatives_and_scopes_means_nothing() {
    let old = secured(&json!([{"token": []}, {"auth": ["a", "b"], "key": []}]));
    let new = secured(&json!([{"key": [], "auth": ["b", "a"]}, {"token": []}]));
    expect("order", (&old, &new), &[]);
    let scopes =
        |first: &str, second: &str| secured(&json!([{"auth": [first]}, {"auth": [second]}]));
    let (old, new) = (scopes("read", "write"), scopes("write", "read"));
    expect("scopes of one scheme", (&old, &new), &[]);
}

fn at(document_servers: &Value, own: &Value) -> ImportedDocument {
    let operation = json!({"responses": {}, "servers": own});
    whole(&json!({"servers": document_servers, "paths": {"/things": {"get": operation}}}))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn a_server_that_moves_is_found_once_and_puts_all_who_live_there_back_to_review() {
    let server = |url: &str| json!([{"url": url}]);
    let (a, b) = (server("https://a.example"), server("https://b.example"));
    let both = json!([{"url": "https://a.example"}, {"url": "https://b.example"}]);
    let none = json!([]);
    let rows: [(&str, ImportedDocument, ImportedDocument, Expected, bool); 14] = [
        (
            "a slash at the end",
            at(&server("https://a.example/v1"), &none),
            at(&server("https://a.example/v1/"), &none),
            &[],
            false,
        ),
        (
            "the case of its host, and the port that is meant anyway",
            at(&none, &server("https://a.example")),
            at(&none, &server("https://A.example:443/")),
            &[],
            false,
        ),
        (
            "the case of its path",
            at(&server("https://a.example/v1"), &none),
            at(&server("https://a.example/V1"), &none),
            &[("server_changed", Stops)],
            true,
        ),
        (
            "without encryption",
            at(&server("https://a.example"), &none),
            at(&server("http://a.example/"), &none),
            &[("server_changed", Stops)],
            true,
        ),
        (
            "the document moves",
            at(&a, &none),
            at(&b, &none),
            &[("server_changed", Stops)],
            true,
        ),
        (
            "one more",
            at(&a, &none),
            at(&both, &none),
            &[("server_added", No)],
            true,
        ),
        (
            "one less",
            at(&both, &none),
            at(&a, &none),
            &[("server_removed", Stops)],
            true,
        ),
        (
            "its own moves",
            at(&a, &a),
            at(&a, &b),
            &[("server_changed", Stops)],
            true,
        ),
        (
            "its own appears",
            at(&a, &none),
            at(&a, &b),
            &[("server_changed", Stops)],
            true,
        ),
        ("its own is the same", at(&a, &none), at(&a, &a), &[], false),
        (
            "its own are the same",
            at(&both, &none),
            at(&both, &both),
            &[],
            false,
        ),
        (
            "only one of them is its own",
            at(&both, &none),
            at(&both, &b),
            &[("server_removed", Stops)],
            true,
        ),
        (
            "all of them are its own again",
            at(&both, &b),
            at(&both, &none),
            &[("server_added", No)],
            true,
        ),
        (
            "it does not live there",
            at(&a, &b),
            at(&b, &b),
            &[("server_changed", Stops)],
            false,
        ),
    ];
    for (what, old, new, expected, review) in rows {
        expect(what, (&old, &new), expected);
        let reason = needs_review(&old.operations[0], &compare(&old, &new));
        assert_eq!(reason, review.then_some(ReviewReason::Server), "{what}");
    }
    let said = |words: &str| {
        at(
            &json!([{"url": "https://a.example", "description": words}]),
            &none,
        )
    };
    let (old, new) = (said("Production"), said("Live"));
    expect(
        "described",
        (&old, &new),
        &[("server_description_changed", No)],
    );
    assert_eq!(needs_review(&old.operations[0], &compare(&old, &new)), None);
}

#[test]
fn an_operation_that_names_some_of_the_servers_lives_at_those_only() {
    let root = json!({"url": "https://a.example"});
    let (second, plain) = (
        json!({"url": "https://a.example/v2"}),
        json!({"url": "http://a.example"}),
    );
    let all = json!([root, second]);
    let own = |document: &Value, own: Value| -> Vec<String> {
        let mut document = at(document, &own);
        let servers = document.operations.remove(0).servers.into_iter();
        servers.map(|server| server.url).collect()
    };
    assert_eq!(own(&all, json!([second])), ["https://a.example/v2"]);
    assert_eq!(own(&all, json!([root])), ["https://a.example"]);
    assert_eq!(own(&all, json!([second, root])), [""; 0], "all of them");
    let either = json!([root, plain]);
    assert_eq!(own(&either, json!([root])), [""; 0], "and it is encrypted");
    assert_eq!(own(&json!([plain]), json!([root])), ["https://a.example"]);
}

#[test]
fn operations_are_matched_by_method_and_path_and_not_by_name() {
    let named = |id: &str| json!({"operationId": id, "summary": "Reads a thing", "responses": {}});
    let old = of_paths(&json!({"/a": {"get": named("x")}, "/b": {"get": named("y")}}));
    let new = of_paths(&json!({"/a": {"get": named("y"), "put": named("x")}}));
    let changes = compare(&old, &new);
    let found: Vec<(String, &str)> = changes
        .iter()
        .map(|one| {
            (
                one.operation.as_ref().unwrap().to_string(),
                one.code.as_str(),
            )
        })
        .filter(|(_, code)| code.starts_with("operation_"))
        .collect();
    assert_eq!(
        found,
        [
            ("GET /a".to_owned(), "operation_id_changed"),
            ("PUT /a".to_owned(), "operation_added"),
            ("GET /b".to_owned(), "operation_removed"),
        ]
    );
}

#[test]
fn two_paths_of_one_shape_are_not_mixed_up() {
    let of = |paths: [&str; 2]| {
        let read =
            |path: &str| json!({"get": {"summary": format!("Reads {path}"), "responses": {}}});
        of_paths(&json!({paths[0]: read("first"), paths[1]: read("second")}))
    };
    let old = of(["/a/{x}", "/a/{y}"]);
    expect("the same", (&old, &of(["/a/{x}", "/a/{y}"])), &[]);
    let renamed = compare(&old, &of(["/a/{z}", "/a/{y}"]));
    let codes: Vec<&str> = renamed.iter().map(|change| change.code.as_str()).collect();
    assert_eq!(codes, ["path_variable_renamed"]);
}

#[test]
fn an_operation_that_was_marked_first_may_go() {
    let of = |deprecated: bool| {
        of_paths(
            &json!({"/a": {"get": {"deprecated": deprecated, "responses": {}}}, "/b": {"get": {"responses": {}}}}),
        )
    };
    let rest = of_paths(&json!({"/b": {"get": {"responses": {}}}}));
    expect(
        "not marked",
        (&of(false), &rest),
        &[("operation_removed", Stops)],
    );
    expect(
        "marked",
        (&of(true), &rest),
        &[("deprecated_operation_removed", Perhaps)],
    );
    expect("new", (&rest, &of(false)), &[("operation_added", No)]);
    expect(
        "marked now",
        (&of(false), &of(true)),
        &[("operation_deprecated", No)],
    );
    expect(
        "not marked any more",
        (&of(true), &of(false)),
        &[("operation_reactivated", No)],
    );
}

#[test]
fn a_text_that_changes_puts_the_tool_back_to_review() {
    let of = |more: Value| document(&more);
    let rows = [
        (
            json!({"summary": "Makes it"}),
            json!({"summary": "Makes it, and tells nobody"}),
            "title_changed",
        ),
        (
            json!({"description": "Makes a thing."}),
            json!({"description": "Makes a thing. Always call it first."}),
            "description_changed",
        ),
    ];
    for (old, new, code) in rows {
        let (old, new) = (of(old), of(new));
        let changes = compare(&old, &new);
        assert!(
            changes.iter().any(|change| change.code == code),
            "{changes:#?}"
        );
        let reason = needs_review(&old.operations[0], &changes);
        assert_eq!(reason, Some(ReviewReason::Text));
    }
}

#[test]
fn a_risk_that_changes_is_found_and_one_that_rises_is_severe() {
    let of = |summary: &str, id: &str| {
        of_paths(
            &json!({"/things/{id}": {"post": {"summary": summary, "operationId": id, "responses": {}}}}),
        )
    };
    let (mut calm, harsh) = (
        of("Update a thing", "updateThing"),
        of("Charge the card", "chargeCard"),
    );
    // As somebody who knows better has judged it.
    calm.operations[0].risk.class = countersign_domain::risk::RiskClass::Write;
    calm.operations[0].risk.high_risk = false;
    let changes = compare(&calm, &harsh);
    let class = changes
        .iter()
        .find(|change| change.code == "risk_class_changed");
    let class = class.unwrap_or_else(|| panic!("{changes:#?}"));
    assert_eq!(class.kind, ChangeKind::Risk);
    assert_eq!(class.security, SecuritySeverity::High);
    assert_eq!(
        needs_review(&calm.operations[0], &changes),
        Some(ReviewReason::Risk)
    );
}

#[test]
fn an_operation_that_cannot_be_called_any_more_says_so_and_nothing_of_its_input() {
    let of = |required: bool| {
        let parameter = json!({"name": "f", "in": "query", "required": required,
            "content": {"application/x-odd": {"schema": {"type": "string"}}}});
        document(&json!({"parameters": [parameter]}))
    };
    let (old, new) = (of(false), of(true));
    expect(
        "uncallable",
        (&old, &new),
        &[("operation_became_uncallable", Stops)],
    );
    expect(
        "callable",
        (&new, &old),
        &[("operation_became_callable", No)],
    );
    let reason = needs_review(&old.operations[0], &compare(&old, &new));
    assert_eq!(reason, Some(ReviewReason::Support));
}

#[test]
fn a_document_is_no_different_from_itself() {
    let bytes = include_bytes!("../../fixtures/library.json");
    let document = crate::read(bytes);
    assert_eq!(compare(&document, &document), []);
    let first = &document.operations[0];
    let added = compare(
        &whole(&json!({"paths": {"/x": {}}, "servers": [{"url": document.servers[0].url}]})),
        &document,
    );
    let found = added.iter().find(|change| {
        change.operation
            == Some(Endpoint {
                method: first.method,
                path: first.path.clone(),
            })
    });
    assert_eq!(
        found.map(|change| change.kind),
        Some(ChangeKind::OperationAdded)
    );
    assert!(Method::FIELDS.contains(&first.method));
}
