//! Permissions that are asked for.

use countersign_domain::{drift::Change, operation::ImportedDocument};
use serde_json::json;

use super::{compare, whole};

fn asking(scopes: &[String]) -> ImportedDocument {
    whole(&json!({
        "components": {"securitySchemes": {"auth": {"type": "oauth2", "flows": {}}}},
        "paths": {"/things": {"get": {"security": [{"auth": scopes}], "responses": {}}}},
    }))
}

#[test]
fn each_permission_that_came_or_went_is_shown_however_many_there_are() {
    let scope = |name: &str, index: usize| {
        format!("https://www.things.example/auth/of-a-long-name/{name}/{index:02}.readonly")
    };
    let kept: Vec<String> = (0..40).map(|index| scope("kept", index)).collect();
    let some: Vec<String> = (0..30).map(|index| scope("some", index)).collect();
    let with = asking(&[kept.clone(), some.clone()].concat());
    let without = asking(&kept);
    let shown = |changes: &[Change], code: &str| {
        assert!(
            changes.iter().all(|change| change.code == code),
            "{changes:#?}"
        );
        for scope in &some {
            let in_text = changes.iter().any(|change| change.text.contains(scope));
            let sides = changes.iter().map(|change| (&change.before, &change.after));
            let mut sides = sides.flat_map(|(before, after)| [before, after]).flatten();
            assert!(in_text && sides.any(|side| side.contains(scope)), "{scope}");
        }
        let all = serde_json::to_string(changes).unwrap();
        assert!(!all.contains("/kept/"), "what stays is not shown");
    };
    shown(&compare(&without, &with), "scope_added");
    shown(&compare(&with, &without), "scope_removed");

    let few = compare(
        &asking(&["a".to_owned()]),
        &asking(&["b".to_owned(), "c".to_owned()]),
    );
    let texts: Vec<&str> = few.iter().map(|change| change.text.as_str()).collect();
    let expected = [
        "It needs more permissions now: b, c.",
        "It does not need these permissions any more: a.",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn permissions_without_end_are_counted() {
    let many: Vec<String> = (0..20_000)
        .map(|index| format!("{}-{index}", "x".repeat(100)))
        .collect();
    let changes = compare(&asking(&[]), &asking(&many));
    assert!(changes.len() < 300, "{}", changes.len());
    let last = changes.last().unwrap();
    assert_eq!(last.code, "more_changes");
}
