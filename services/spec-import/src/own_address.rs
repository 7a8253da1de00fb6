//! The address that a document gives itself since `OpenAPI` 3.2 (`$self`): references by it lead back
//! into the document. It is only ever compared, never opened.

use serde_json::Value;
use url::Url;

/// What a relative `$self` is relative to; no document is there.
const NOWHERE: &str = "https://document.invalid/";

/// Makes references to the document's own address references inside it.
pub(crate) fn settle(root: &mut Value) {
    let own = root.get("$self").and_then(Value::as_str);
    let base = Url::parse(NOWHERE).and_then(|nowhere| nowhere.join(own.unwrap_or_default()));
    if let Some(own) = base.ok().filter(|_| own.is_some_and(|own| !own.is_empty())) {
        shorten(root, &own);
    }
}

fn shorten(value: &mut Value, own: &Url) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && !target.starts_with('#')
                && let Some(fragment) = inside(target, own)
            {
                *target = fragment;
            }
            members.values_mut().for_each(|one| shorten(one, own));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, own)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The reference without the address, where that is the document's own.
fn inside(target: &str, own: &Url) -> Option<String> {
    let mut whole = own.join(target).ok()?;
    let fragment = format!("#{}", whole.fragment().unwrap_or_default());
    whole.set_fragment(None);
    let mut own = own.clone();
    own.set_fragment(None);
    (whole == own).then_some(fragment)
}
