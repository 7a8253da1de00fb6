//! What older formats cannot be made into: it is said where it stands, and what an operation cannot do
//! without turns it off.

use countersign_domain::operation::{ImportedDocument, ImportedOperation};
use serde_json::{Value, json};

use crate::{at, read};

/// Where an operation says something of this kind.
fn places<'o>(operation: &'o ImportedOperation, code: &str) -> Vec<&'o str> {
    let notes = operation.diagnostics.iter();
    let found = notes.filter(|note| note.code == code);
    found.map(|note| note.pointer.as_str()).collect()
}

fn discovery(methods: &Value) -> ImportedDocument {
    let document = json!({
        "discoveryVersion": "v1", "name": "kiln", "title": "Kiln", "rootUrl": "https://kiln.example/",
        "schemas": { "Pot": { "id": "Pot", "type": "object", "properties": {
            "grams": { "type": "integer", "default": "3" },
            "glazed": { "type": "boolean", "default": "false" },
            "shape": { "type": "string", "default": "7" },
            "odd": { "type": "integer", "default": "many" } } } },
        "methods": methods,
    });
    read(document.to_string().as_bytes())
}

#[test]
fn a_discovery_method_that_only_sends_a_file_is_off() {
    let upload = json!({ "accept": ["image/png"], "protocols": {} });
    let document = discovery(&json!({
        "set": { "id": "kiln.set", "path": "picture", "httpMethod": "POST",
            "supportsMediaUpload": true, "mediaUpload": upload },
        "add": { "id": "kiln.add", "path": "pots", "httpMethod": "POST",
            "request": { "$ref": "Pot" }, "supportsMediaUpload": true, "mediaUpload": upload },
        "get": { "id": "kiln.get", "path": "pots", "httpMethod": "GET", "supportsMediaDownload": true },
    }));
    let set = at(&document, "POST", "/picture");
    let reason = set.unsupported.as_ref().unwrap();
    assert!(reason.contains("file"), "{reason}");
    assert_eq!(places(set, "media_left_out"), ["/methods/set/mediaUpload"]);
    let add = at(&document, "POST", "/pots");
    assert_eq!(add.unsupported, None);
    assert_eq!(places(add, "media_left_out"), ["/methods/add/mediaUpload"]);
    let get = at(&document, "GET", "/pots");
    assert_eq!(get.unsupported, None);
    let download = "/methods/get/supportsMediaDownload";
    assert_eq!(places(get, "media_left_out"), [download]);
}
