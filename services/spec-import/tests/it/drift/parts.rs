//! Bodies of parts that have an order and no names.

use countersign_domain::drift::{Breaking::Potentially as Perhaps, needs_review};
use serde_json::{Value, json};

use super::{Expected, compare, document, expect};

#[test]
fn a_part_in_its_place_that_is_written_differently_is_found() {
    let parts = |value: Value| {
        document(&json!({"requestBody": {"required": true, "content": {"multipart/mixed": value}}}))
    };
    let schema = json!({"type": "array", "prefixItems": [{"type": "string"}, {}], "items": {}});
    let with = |first: Value, rest: Value| {
        parts(json!({"schema": schema, "prefixEncoding": [first], "itemEncoding": rest}))
    };
    let png = json!({"contentType": "image/png"});
    let old = with(json!({}), png.clone());
    let header = json!({"headers": {"X-Kind": {"schema": {"const": "row"}}}});
    let written: Expected = &[("request_body_encoding_changed", Perhaps)];
    for (new, before, after) in [
        (
            with(json!({"contentType": "text/csv"}), png.clone()),
            "\"[0]\": form, exploded",
            "\"[0]\": form, exploded, as text/csv",
        ),
        (
            with(header, png.clone()),
            "\"[0]\": form, exploded",
            "\"[0]\": form, exploded, X-Kind: \"row\"",
        ),
    ] {
        expect(after, (&old, &new), written);
        let change = compare(&old, &new).remove(0);
        assert_eq!(change.text, "body: parts are written differently: [0].");
        let values = (change.before.as_deref(), change.after.as_deref());
        assert_eq!(values, (Some(before), Some(after)));
        let reason = needs_review(&old.operations[0], &[change]);
        assert!(reason.is_some(), "{after}");
    }
    let inside = |media: &str| {
        let inner =
            json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}});
        parts(
            json!({"schema": inner, "itemEncoding": {"contentType": "multipart/mixed",
            "itemEncoding": {"contentType": media}}}),
        )
    };
    let (one, other) = (inside("text/csv"), inside("text/html"));
    expect("parts in parts", (&one, &other), written);
    let gif = with(json!({}), json!({"contentType": "image/gif"}));
    expect("all that follow", (&old, &gif), written);
    let change = compare(&old, &gif).remove(0);
    assert_eq!(change.text, "body: parts are written differently: [1], [].");
    let named = parts(json!({"schema": {"type": "object", "properties": {"a": {}}}}));
    let kinds = compare(&old, &named);
    let mut codes = kinds.iter().map(|change| change.code.as_str());
    assert!(codes.any(|code| code == "request_body_kind_changed"));
    let mut narrower = json!({"schema": schema, "prefixEncoding": [{}], "itemEncoding": png});
    narrower["schema"]["prefixItems"][0]["maxLength"] = json!(3);
    let changes = compare(&old, &parts(narrower));
    assert_eq!(changes[0].place, "body[0]", "{changes:#?}");
}
