//! What of a call's arguments stands in the log.

use serde_json::{Map, Value};

/// The largest arguments that a record keeps, as JSON.
pub const KEPT_BYTES: usize = 16 * 1024;

/// Replaces values that should not stand in a log: members whose names speak of secrets, and
/// strings over 256 characters (cut, with their length).
///
/// What is larger than [`KEPT_BYTES`] even so is left out whole, with its size; the digest stands
/// for it. An agent cannot fill the log, or the batch that others wait in.
#[must_use]
pub fn redact(arguments: &Map<String, Value>) -> Map<String, Value> {
    let kept = redact_members(arguments);
    let size = serde_json::to_string(&kept).map_or(usize::MAX, |text| text.len());
    if size <= KEPT_BYTES {
        return kept;
    }
    Map::from_iter([(
        "[omitted]".to_owned(),
        Value::String(format!("{size} bytes")),
    )])
}

fn redact_members(arguments: &Map<String, Value>) -> Map<String, Value> {
    arguments
        .iter()
        .map(|(key, value)| (key.clone(), redact_value(key, value)))
        .collect()
}

fn redact_value(key: &str, value: &Value) -> Value {
    const TELLTALE: [&str; 14] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "api_key",
        "api-key",
        "authorization",
        "credential",
        "private_key",
        "cvc",
        "cvv",
        "card_number",
    ];
    let lower = key.to_lowercase();
    if TELLTALE.iter().any(|word| lower.contains(word)) && !value.is_null() {
        return Value::String("[redacted]".to_owned());
    }
    match value {
        Value::Object(members) => Value::Object(redact_members(members)),
        Value::Array(items) => items.iter().map(|item| redact_value("", item)).collect(),
        Value::String(text) if text.chars().count() > 256 => {
            let kept: String = text.chars().take(256).collect();
            Value::String(format!("{kept}…(+{} bytes)", text.len() - kept.len()))
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_by_name_are_redacted_at_any_depth() {
        let arguments = json!({"id": 1, "body": {"new_password": "x", "list": [{"apiKey": "y"}]}});
        let shown = Value::Object(redact(arguments.as_object().unwrap()));
        let wanted = json!({"id": 1, "body": {"new_password": "[redacted]", "list": [{"apiKey": "[redacted]"}]}});
        assert_eq!(shown, wanted);
    }

    #[test]
    fn arguments_that_would_fill_the_log_are_left_out_with_their_size() {
        let many: Vec<Value> = (0..10_000).map(Value::from).collect();
        let shown = redact(json!({"list": many}).as_object().unwrap());
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["[omitted]"]);
    }
}
