//! Whether an API calls an address that the request gives it.

use serde_json::{Map, Value};

use super::Outlines;
use crate::reference;

/// The first expression of a callback that is filled in from the request.
pub(crate) fn calls_back<'d>(outlines: &Outlines<'d>, operation: &'d Value) -> Option<&'d str> {
    let callbacks = operation.get("callbacks")?.as_object()?;
    let callbacks = callbacks
        .values()
        .filter_map(|one| reference::end(outlines.root, one));
    let mut addresses = callbacks.filter_map(Value::as_object).flat_map(Map::keys);
    let is_given = |address: &&String| address.contains("$request") || address.contains("$url");
    addresses.find(is_given).map(String::as_str)
}
