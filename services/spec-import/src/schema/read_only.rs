//! Properties of the other side: nobody is asked for what only the server sets, or shown what is
//! only ever sent.

use std::{iter, ptr};

use serde_json::{Map, Value};

use super::{definitions::Side, normalise::Walk};
use crate::reference::{self, member};

/// More schemas of one value than this are not searched.
const SCHEMAS: usize = 100;

impl<'d> Walk<'_, 'd> {
    /// The properties declared here, in what this builds on, and by neighbours.
    pub(super) fn beside<'v>(
        &self,
        source: &'v Map<String, Value>,
        inherited: &[&'v Map<String, Value>],
    ) -> Vec<&'v Map<String, Value>>
    where
        'd: 'v,
    {
        let declared = iter::once(source).chain(self.behind(source));
        let declared = declared.filter_map(|schema| member(schema, "properties")?.as_object());
        let inherited = inherited.iter().take(SCHEMAS).copied();
        inherited.chain(declared).collect()
    }

    pub(super) fn is_hidden(&self, name: &str, beside: &[&Map<String, Value>]) -> bool {
        beside
            .iter()
            .filter_map(|all| all.get(name))
            .any(|property| self.is_of_the_other_side(property))
    }

    /// Of the other side by itself, or through what it refers to or builds on.
    pub(super) fn is_of_the_other_side(&self, property: &Value) -> bool {
        let keyword = match self.definitions.side {
            Side::Request => "readOnly",
            Side::Answer => "writeOnly",
        };
        property.as_object().is_some_and(|property| {
            let is_said = |schema| member(schema, keyword) == Some(&Value::Bool(true));
            is_said(property) || self.behind(property).into_iter().any(is_said)
        })
    }

    /// All that a schema refers to or builds on, each once, the nearest first. Most stand by
    /// themselves.
    pub(super) fn behind<'v>(&self, schema: &'v Map<String, Value>) -> Vec<&'v Map<String, Value>>
    where
        'd: 'v,
    {
        let mut found = Vec::new();
        let (mut open, mut next) = (Some(schema), 0);
        while let Some(one) = open {
            let branches = member(one, "allOf").and_then(Value::as_array);
            let branches = branches.into_iter().flatten().filter_map(Value::as_object);
            for other in branches.chain(self.referred(one)) {
                let mut known = iter::once(schema).chain(found.iter().copied());
                let is_known = known.any(|known| ptr::eq(known, other));
                if !is_known && found.len() + 1 < SCHEMAS {
                    found.push(other);
                }
            }
            open = found.get(next).copied();
            next += 1;
        }
        found
    }

    /// What the reference of a schema leads to.
    fn referred(&self, schema: &Map<String, Value>) -> Option<&'d Map<String, Value>> {
        let pointer = reference::pointer_of(member(schema, "$ref")?.as_str()?).ok()?;
        reference::at(self.definitions.root, &pointer)?.as_object()
    }
}
