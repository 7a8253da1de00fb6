//! The address that a document gives itself since `OpenAPI` 3.2 (`$self`): references by it lead back
//! into the document. It is only ever compared, never opened.

use serde_json::Value;
use url::Url;

use crate::bundle::tree::FILES;

/// What a relative `$self` is relative to; no document is there.
const NOWHERE: &str = "https://document.invalid/";

/// Makes references to the document's own address references inside it. Other files of a bundle
/// have addresses of their own, so there it has to be written out.
pub(crate) fn settle(root: &mut Value) {
    let own = root.get("$self").and_then(Value::as_str);
    let Some(own) = own.filter(|own| !own.is_empty()) else {
        return;
    };
    let own = Url::parse(NOWHERE).and_then(|nowhere| nowhere.join(own));
    let (Ok(mut own), Value::Object(members)) = (own, root) else {
        return;
    };
    own.set_fragment(None);
    for (key, member) in members {
        let base = (key != FILES).then_some(&own);
        shorten(member, &own, base);
    }
}

fn shorten(value: &mut Value, own: &Url, base: Option<&Url>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && !target.starts_with('#')
                && let Some(fragment) = inside(target, own, base)
            {
                *target = fragment;
            }
            for member in members.values_mut() {
                shorten(member, own, base);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, own, base)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The reference without the address, where that is the document's own.
fn inside(target: &str, own: &Url, base: Option<&Url>) -> Option<String> {
    let mut whole = Url::options().base_url(base).parse(target).ok()?;
    let fragment = format!("#{}", whole.fragment().unwrap_or_default());
    whole.set_fragment(None);
    (whole == *own).then_some(fragment)
}
