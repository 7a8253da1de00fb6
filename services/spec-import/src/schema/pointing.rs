//! `$ref` and its relatives become references into `$defs`.

use countersign_domain::text;
use serde_json::{Map, Value};

use super::{
    keyword::{self, Keyword},
    normalise::{DESCRIPTION, Walk},
    older::nullable,
};
use crate::{
    notes::At,
    reference::{self, BadReference},
};

impl Walk<'_, '_> {
    /// Rewrites `$ref` and its recursive relatives; false when there is none.
    pub(super) fn reference(
        &mut self,
        source: &Map<String, Value>,
        at: &At<'_>,
        (same, builds_on): (bool, bool),
        out: &mut Map<String, Value>,
    ) -> bool {
        let Some((name, target)) = ["$ref", "$recursiveRef", "$dynamicRef"]
            .into_iter()
            .find_map(|name| reference::member(source, name).map(|target| (name, target)))
        else {
            return false;
        };
        let found = match target.as_str() {
            Some(text) => self.target(name, text),
            None => Err(BadReference::Unread(target.to_string())),
        };
        match found {
            Ok(mut id) => {
                let anchor = target.as_str().unwrap_or_default().trim_start_matches('#');
                if name == "$dynamicRef" && self.definitions.identities().is_shared(anchor) {
                    let text = "who refers to this schema may mean another one with the same \
                                anchor; the one that it stands in is used";
                    self.notes
                        .warning("dynamic_reference_ignored", &at.key(name), text);
                }
                if builds_on && name == "$ref" {
                    id = self.definitions.taken_over(id, self.base);
                }
                self.links.add(id, same);
                let key = format!("#/$defs/{}", self.definitions.name(id));
                out.insert("$ref".to_owned(), key.into());
            }
            // Which schema it means depends on who refers to the one it stands in. Where nothing else
            // stands, any value at all would be sent.
            Err(bad) if name != "$ref" && !(is_bare(source) && at.to_string() == self.base) => {
                let text = format!("{}; any value is allowed", bad.reason());
                self.notes
                    .warning("dynamic_reference_ignored", &at.key(name), &text);
                return false;
            }
            Err(bad) => {
                let place = at.key(name);
                self.notes.error(bad.code(), &place, &bad.reason());
                self.links.broken.get_or_insert_with(|| bad.reason());
            }
        }
        true
    }

    fn target(&mut self, keyword: &str, text: &str) -> Result<usize, BadReference> {
        if keyword != "$ref" {
            let anchor = text.strip_prefix('#').unwrap_or(text);
            let base = self.definitions.root.pointer(self.base);
            let named = base
                .and_then(|base| base.get("$dynamicAnchor"))
                .and_then(Value::as_str);
            if anchor.is_empty() || named == Some(anchor) {
                return self.definitions.at(self.base, text);
            }
            // From outside it means the only schema that is called so.
            let only = self.definitions.identities().dynamic(anchor);
            let only = only.filter(|place| !place.starts_with(&format!("{}/", self.base)));
            if let Some(place) = only.map(str::to_owned) {
                return self.definitions.at(&place, text);
            }
            return Err(BadReference::Unread(text.to_owned()));
        }
        let pointer = match reference::pointer_of(text) {
            Err(BadReference::Outside(_)) => {
                let named = self.definitions.called(text);
                return named.or_else(|bad| self.definitions.named(text).ok_or(bad));
            }
            other => other?,
        };
        match self.definitions.at(&pointer, text) {
            // A schema written for itself counts from its own beginning.
            Err(_) if pointer.starts_with("/$defs/") || pointer.starts_with("/definitions/") => {
                self.definitions
                    .at(&format!("{}{pointer}", self.base), text)
            }
            other => other,
        }
    }

    /// In 3.0 nothing beside a reference counts. Its description is kept for the reader, and null
    /// is allowed where that is said, since everybody who writes it means it.
    pub(super) fn reference_alone(
        &mut self,
        source: &Map<String, Value>,
        at: &At<'_>,
        mut out: Map<String, Value>,
    ) -> Value {
        if let Some(Value::String(words)) = source.get("description") {
            let (marks, shown) = self.definitions.texts.read(words);
            self.links.marks = self.links.marks.and(marks);
            let shown = text::strip(&shown, DESCRIPTION);
            out.insert("description".to_owned(), shown.into());
        }
        let lost: Vec<&str> = source
            .keys()
            .map(String::as_str)
            .filter(|name| {
                !matches!(
                    *name,
                    "$ref" | "description" | "summary" | "title" | "readOnly" | "nullable"
                ) && !matches!(keyword::kind(name), Keyword::Dropped)
            })
            .collect();
        if !lost.is_empty() {
            let text = format!(
                "in OpenAPI 3.0 nothing beside $ref counts; left out: {}",
                lost.join(", ")
            );
            self.notes.info("reference_siblings", at, &text);
        }
        if source.get("nullable") == Some(&Value::Bool(true)) {
            return nullable(out);
        }
        Value::Object(out)
    }
}

/// Whether a schema says nothing about the value but what it refers to.
fn is_bare(source: &Map<String, Value>) -> bool {
    let says_nothing = |kind| matches!(kind, Keyword::Dropped | Keyword::Text);
    let mut names = source.keys().map(String::as_str);
    names.all(|name| {
        ["$recursiveRef", "$dynamicRef"].contains(&name) || says_nothing(keyword::kind(name))
    })
}
