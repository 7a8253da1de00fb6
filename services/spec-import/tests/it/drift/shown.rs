//! The changes as people and programs are shown them.

use countersign_domain::operation::ImportedDocument;
use countersign_spec_import::drift;
use serde_json::{Value, json};

use super::whole;

/// A shop whose three reads answer with an id of this type, and more.
fn shop(id: &str, more: &[(&str, Value)]) -> ImportedDocument {
    let schema = json!({"type": "object", "properties": {"id": {"type": id}}});
    let content = json!({"application/json": {"schema": schema}});
    let get = json!({"get": {"responses": {"200": {"description": "ok", "content": content}}}});
    let mut paths = json!({"/carts": get, "/items": get, "/orders": get});
    for (path, item) in more {
        paths[path] = item.clone();
    }
    whole(&json!({"paths": paths}))
}

fn pair() -> [ImportedDocument; 2] {
    let read = |summary: &str| json!({"get": {"summary": summary, "responses": {}}});
    let old = [("/gone", read("Gone")), ("/orders", read("List orders"))];
    let mut orders = read("List orders that are open");
    orders["get"]["parameters"] =
        json!([{"name": "page", "in": "query", "schema": {"type": "integer"}}]);
    let new = [
        ("/orders", orders),
        ("/new", json!({"delete": {"responses": {}}})),
    ];
    [shop("string", &old), shop("integer", &new)]
}

#[test]
fn a_table_says_first_what_goes_back_to_review_and_why_and_what_is_shared_once() {
    let [old, new] = pair().map(Into::into);
    let changes = drift::compare(&old, &new);
    let table = drift::table(&old, &new, &changes);
    let expected = "    BREAKING    SECURITY CHANGE

BACK TO REVIEW: 1 operation; a tool that is on goes off until a person looks again

What people and agents read about it has changed.

  GET /orders
                         The title reads differently.
                         List orders → List orders that are open
                         The description reads differently.
                         List orders → List orders that are open

What else has changed about them only informs.

  GET /orders
                         parameter page: it is new and may be left out.

REMOVED: 1 operation; agents lose its tool

  READ                 GET /gone

NEW: 1 operation; off until a person turns it on

  DELETE   high-risk   DELETE /new

INFORMS ONLY: 2 operations; what is on stays on

  in 2 operations
    GET /carts
    GET /items
    breaking             answer.id: the type is integer instead of string.

CHANGES             BREAKING  POTENTIALLY   OTHER
operation_added            0            0       1
operation_removed          1            0       0
input                      0            0       1
output                     2            0       0
text                       0            0       2
all                        3            0       4

1 back to review, 1 removed, 1 new, 2 informed
";
    assert_eq!(table, expected);
    let same = drift::table(&old, &old, &[]);
    assert!(
        same.ends_with("0 back to review, 0 removed, 0 new, 0 informed\n"),
        "{same}"
    );
}

#[test]
fn a_report_says_what_becomes_of_each_operation_that_is_not_as_it_was() {
    let [old, new] = pair().map(Into::into);
    let report = drift::report(&old, &new, &drift::compare(&old, &new));
    let of = |method: &str, path: &str, effect: &str, reason: Value| json!({"method": method, "path": path, "effect": effect, "reason": reason});
    let expected = json!([
        of("GET", "/carts", "informed", Value::Null),
        of("GET", "/items", "informed", Value::Null),
        of("GET", "/orders", "review", "text".into()),
        of("DELETE", "/new", "added", Value::Null),
        of("GET", "/gone", "removed", Value::Null),
    ]);
    assert_eq!(report["operations"], expected);
    for (name, count) in [("review", 1), ("informed", 2), ("added", 1), ("removed", 1)] {
        assert_eq!(report[name], count, "{name}");
    }
}

#[test]
fn where_a_whole_document_moves_every_operation_without_a_server_of_its_own_is_reviewed() {
    let at = |url: &str| {
        let own = json!({"get": {"servers": [{"url": "https://own.example"}], "responses": {}}});
        let paths = json!({"/a": {"get": {"responses": {}}}, "/b": own});
        whole(&json!({"servers": [{"url": url}], "paths": paths}))
    };
    let (old, new) = (
        at("https://a.example").into(),
        at("https://b.example").into(),
    );
    let changes = drift::compare(&old, &new);
    let report = drift::report(&old, &new, &changes);
    let expected = json!([{"method": "GET", "path": "/a", "effect": "review", "reason": "server"}]);
    assert_eq!(report["operations"], expected);
    let table = drift::table(&old, &new, &changes);
    assert!(
        table.contains("1 of them because of the whole document alone"),
        "{table}"
    );
}

#[test]
fn a_table_is_no_wider_than_a_terminal_and_hides_nothing_from_it() {
    let said = |words: &str| {
        whole(&json!({"paths": {"/a": {"get": {"description": words, "responses": {}}}}}))
    };
    let long = "a word that is long ".repeat(40);
    let (old, new) = (
        said("short").into(),
        said(&format!("{long}\u{9b}31m{}", "x".repeat(300))).into(),
    );
    let table = drift::table(&old, &new, &drift::compare(&old, &new));
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}
