//! Which answers are successes, and which of them is described.

use std::{collections::BTreeMap, fmt::Write as _};

use countersign_domain::{media_type, text};
use serde_json::Value;

use super::Answers;
use crate::{
    body,
    notes::{At, Notes},
    reference,
    schema::discriminator,
};

impl<'d> Answers<'d> {
    /// The successes but for one, in words, by status.
    pub(super) fn others(
        &mut self,
        operation: &'d Value,
        pointer: &str,
        described: Option<&str>,
    ) -> BTreeMap<String, String> {
        let mut others = BTreeMap::new();
        for (status, value) in successes(operation.get("responses")) {
            let name = text::strip(status, 20);
            if described == Some(&name) {
                continue;
            }
            let place = format!("{pointer}/responses/{status}");
            if let Ok((value, place)) = reference::follow(self.definitions.root, value, place) {
                others.insert(name, self.words(value, &place));
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
            let (at, mut unheard) = (At::Pointer(place), Notes::of_operation());
            let at = at.key("content");
            let at = at.key(media);
            let given = self
                .definitions
                .inline(schema, &at.key("schema"), &mut unheard);
            let root = given.0;
            let whole = self.definitions.whole(&root).to_string();
            let _ = write!(words, "; schema {}", &whole[..12]);
        }
        discriminator::cut(&words, discriminator::WORDS)
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
