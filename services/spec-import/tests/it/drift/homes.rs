//! Where a document keeps its definitions.

use countersign_domain::drift::ChangeKind;
use serde_json::json;

use super::compare;

#[test]
fn a_definition_of_a_long_name_that_moves_with_the_format_is_no_new_text() {
    let name = "com.example.platform.inventory.api.v1.ThingToBeMade";
    let thing = |home: &str| {
        let part = json!({"$ref": format!("#/{home}/{name}")});
        json!({name: {"type": "object", "properties": {"parts": {"type": "array", "items": part}}}})
    };
    let swagger = json!({"swagger": "2.0", "info": {"title": "Things", "version": "1"},
        "definitions": thing("definitions"), "consumes": ["application/json"],
        "paths": {"/things": {"post": {"responses": {}, "parameters": [{"name": "body", "in": "body",
            "required": true, "schema": {"$ref": format!("#/definitions/{name}")}}]}}}});
    let schema = json!({"$ref": format!("#/components/schemas/{name}")});
    let content = json!({"application/json": {"schema": schema}});
    let openapi = json!({"openapi": "3.0.3", "info": {"title": "Things", "version": "1"},
        "components": {"schemas": thing("components/schemas")},
        "paths": {"/things": {"post": {"responses": {}, "requestBody": {"required": true, "content": content}}}}});
    let [old, new] = [swagger, openapi].map(|one| crate::read(one.to_string().as_bytes()));
    let changes = compare(&old, &new);
    let texts = changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Text);
    assert_eq!(texts.count(), 0, "{changes:#?}");
}
