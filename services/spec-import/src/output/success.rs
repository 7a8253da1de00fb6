//! Which answers are successes, and which of them is described.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use countersign_domain::{media_type, operation::Output, text};
use serde_json::Value;

use super::Answers;
use crate::{
    body,
    notes::{At, Notes},
    reference,
    schema::discriminator,
    version::{ITEM_SCHEMA, newer},
};

impl<'d> Answers<'d> {
    /// The successes but for one, in words, by status; of that one, the streams that are not
    /// described with it.
    pub(super) fn others(
        &mut self,
        operation: &'d Value,
        pointer: &str,
        described: Option<&Output>,
    ) -> BTreeMap<String, String> {
        let mut others = BTreeMap::new();
        for (status, value) in successes(operation.get("responses")) {
            let name = text::strip(status, 20);
            let described = described.filter(|output| output.status == name);
            let place = format!("{pointer}/responses/{status}");
            let found = reference::follow(self.definitions.root, value, place);
            let Ok((value, place)) = found else { continue };
            let streams = self.streams(value, &place, described);
            let words = match described {
                None => self.words(value, &place) + &streams,
                Some(_) => streams.trim_start_matches("; ").to_owned(),
            };
            if !words.is_empty() {
                others.insert(name, discriminator::cut(&words, discriminator::WORDS));
            }
        }
        discriminator::kept(others)
    }

    /// The media types of an answer, with a digest of its schema where it is JSON.
    fn words(&mut self, answer: &Value, place: &str) -> String {
        let content = answer.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            return "without content".to_owned();
        };
        let mut names: Vec<&str> = content.keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut words = names.join(", ");
        let json = body::prefer_json(content).filter(|(media, _)| media_type::is_json(media));
        let json = json.and_then(|(media, value)| Some((media, value.get("schema")?)));
        if let Some((media, schema)) = json {
            let at = At::Pointer(place);
            let at = at.key("content");
            let at = at.key(media);
            let digest = self.digest(schema, &at.key("schema"));
            let _ = write!(words, "; schema {digest}");
        }
        words
    }

    /// The media types with a schema of each item, and its digest, but for what is described.
    fn streams(&mut self, answer: &'d Value, place: &str, described: Option<&Output>) -> String {
        let content = answer.get("content").and_then(Value::as_object);
        let mut words = BTreeSet::new();
        for (media, value) in content.into_iter().flatten() {
            let place = At::Pointer(place).key("content").key(media).to_string();
            let found = reference::follow(self.definitions.root, value, place);
            let Ok((value, place)) = found else { continue };
            let is_described = described.is_some_and(|output| *media == output.media_type);
            if is_described && value.get("schema").is_none() {
                continue;
            }
            if let Some((name, schema)) = newer(value, ITEM_SCHEMA) {
                let digest = self.digest(schema, &At::Pointer(&place).key(name));
                words.insert(format!("; items of {media} {digest}"));
            }
        }
        words.into_iter().collect()
    }

    /// The digest of a schema and of all that it leads to.
    fn digest(&mut self, schema: &Value, at: &At<'_>) -> String {
        let (root, _) = self
            .definitions
            .inline(schema, at, &mut Notes::of_operation());
        let mut digest = self.definitions.whole(&root).to_string();
        digest.truncate(12);
        digest
    }
}

/// The first success with content.
pub(super) fn described<'d>(
    root: &'d Value,
    operation: &'d Value,
    pointer: &str,
) -> Option<(&'d str, &'d Value, String)> {
    successes(operation.get("responses"))
        .into_iter()
        .find_map(|(status, value)| {
            let place = format!("{pointer}/responses/{status}");
            let (value, pointer) = reference::follow(root, value, place).ok()?;
            let content = value.get("content")?.as_object()?;
            (!content.is_empty()).then_some((status, value, pointer))
        })
}

/// Where a success refers to nothing, and what it says.
pub(super) fn lost(root: &Value, operation: &Value, pointer: &str) -> Option<(String, String)> {
    successes(operation.get("responses"))
        .into_iter()
        .find_map(|(status, value)| {
            let place = format!("{pointer}/responses/{status}");
            let bad = reference::follow(root, value, String::new()).err()?;
            Some((place, format!("the answer is unknown: {}", bad.reason())))
        })
}

/// 200, 201 and the other successes in order; `default` only where the document names none.
pub(crate) fn successes(responses: Option<&Value>) -> Vec<(&str, &Value)> {
    let responses = responses.and_then(Value::as_object).into_iter();
    let mut ranked: Vec<(u8, &str, &Value)> = responses
        .flatten()
        .filter_map(|(status, value)| Some((rank(status)?, status.as_str(), value)))
        .collect();
    ranked.sort_by_key(|(rank, status, _)| (*rank, *status));
    let names_success = ranked.iter().any(|(rank, ..)| *rank < DEFAULT);
    ranked.retain(|(rank, ..)| *rank < DEFAULT || !names_success);
    let told = ranked.into_iter();
    told.map(|(_, status, value)| (status, value)).collect()
}

const DEFAULT: u8 = 4;

pub(crate) fn rank(status: &str) -> Option<u8> {
    match status.to_ascii_lowercase().as_str() {
        "200" => Some(0),
        "201" => Some(1),
        "2xx" => Some(3),
        "default" => Some(DEFAULT),
        other => (other.len() == 3 && other.starts_with('2') && other.parse::<u16>().is_ok())
            .then_some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_come_in_order_and_failures_never() {
        let mut given = [
            "default", "2XX", "204", "404", "201", "200", "x", "2", "5XX",
        ];
        given.sort_by_key(|status| rank(status).unwrap_or(u8::MAX));
        assert_eq!(given[..5], ["200", "201", "204", "2XX", "default"]);
        assert!(given[5..].iter().all(|status| rank(status).is_none()));
    }
}
