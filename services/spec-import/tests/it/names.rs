//! Names of tools that are not those of the document.

use countersign_domain::operation::{ImportedOperation, Severity};
use serde_json::json;

use crate::{at, read};

fn note<'d>(of: &'d ImportedOperation, code: &str) -> Option<(Severity, &'d str, &'d str)> {
    let note = of.diagnostics.iter().find(|note| note.code == code)?;
    Some((note.severity, note.pointer.as_str(), note.text.as_str()))
}

#[test]
fn a_name_that_is_changed_is_told() {
    let named = |id: &str| json!({"operationId": id, "responses": {}});
    let long = "listEverythingThatAnybodyHasEverPutIntoAnyWarehouseOfTheRegion";
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
        "/a": {"post": named("save")}, "/b": {"put": named("Save")}, "/c": {"get": named("load")},
        "/d": {"get": named(long)}, "/save": {"get": {"responses": {}}}, "/get/save": {"get": named("get_save")}}});
    let document = read(document.to_string().as_bytes());

    let (severity, pointer, text) = note(at(&document, "POST", "/a"), "name_shared").unwrap();
    assert_eq!(
        (severity, pointer),
        (Severity::Warning, "/paths/~1a/post/operationId")
    );
    let name = &at(&document, "POST", "/a").name;
    let told = format!(
        "PUT /b would be called \"save\" too, or look like it; this one is called {name:?}"
    );
    assert_eq!(text, told);
    let (_, _, text) = note(at(&document, "PUT", "/b"), "name_shared").unwrap();
    assert!(text.starts_with("POST /a would"), "{text}");
    let (_, pointer, text) = note(at(&document, "GET", "/save"), "name_shared").unwrap();
    assert!(text.starts_with("GET /get/save would"), "{text}");
    assert_eq!(pointer, "/paths/~1save/get");
    assert_eq!(note(at(&document, "GET", "/c"), "name_shared"), None);

    let cut = at(&document, "GET", "/d");
    let (severity, pointer, text) = note(cut, "name_cut").unwrap();
    assert_eq!(
        (severity, pointer),
        (Severity::Info, "/paths/~1d/get/operationId")
    );
    assert!(
        text.ends_with(&format!("is cut to {:?}", cut.name)),
        "{text}"
    );
    assert_eq!(note(cut, "name_shared"), None);
}
