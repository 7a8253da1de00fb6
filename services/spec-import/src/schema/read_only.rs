//! Properties of the other side: nobody is asked for what only the server sets, or shown what is
//! only ever sent.

use serde_json::{Map, Value};

use super::{definitions::Side, normalise::Walk};
use crate::reference::{self, member};

/// More neighbours than this are not searched.
const BRANCHES: usize = 50;

impl<'d> Walk<'_, 'd> {
    /// The properties declared here, in the branches of `allOf`, and by neighbours.
    pub(super) fn beside<'v>(
        &self,
        source: &'v Map<String, Value>,
        inherited: &[&'v Map<String, Value>],
    ) -> Vec<&'v Map<String, Value>>
    where
        'd: 'v,
    {
        let branches = member(source, "allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let declared = branches
            .take(BRANCHES)
            .map(|branch| self.hop(branch).get("properties"))
            .chain([member(source, "properties")])
            .filter_map(|properties| properties.and_then(Value::as_object));
        inherited
            .iter()
            .take(BRANCHES)
            .copied()
            .chain(declared)
            .collect()
    }

    pub(super) fn is_hidden(&self, name: &str, beside: &[&Map<String, Value>]) -> bool {
        beside
            .iter()
            .filter_map(|all| all.get(name))
            .any(|property| self.is_of_the_other_side(property))
    }

    /// Of the other side by itself, through its reference, or through a branch of `allOf`.
    pub(super) fn is_of_the_other_side(&self, property: &Value) -> bool {
        let keyword = match self.definitions.side {
            Side::Request => "readOnly",
            Side::Answer => "writeOnly",
        };
        let says = |value: &Value| of(value, keyword) == Some(&Value::Bool(true));
        says(property)
            || says(self.hop(property))
            || of(property, "allOf")
                .and_then(Value::as_array)
                .is_some_and(|all| {
                    all.iter()
                        .any(|branch| says(branch) || says(self.hop(branch)))
                })
    }

    /// What a reference leads to, or the value itself.
    pub(super) fn hop<'v>(&self, value: &'v Value) -> &'v Value
    where
        'd: 'v,
    {
        of(value, "$ref")
            .and_then(Value::as_str)
            .and_then(|text| reference::pointer_of(text).ok())
            .and_then(|pointer| reference::at(self.definitions.root, &pointer))
            .unwrap_or(value)
    }
}

/// A member of a value that may be an object.
fn of<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    member(value.as_object()?, key)
}
