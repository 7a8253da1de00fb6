//! JSON-RPC 2.0 as MCP uses it: one request or notification, read strictly.
//!
//! Own types and not an SDK's: the gateway has to decide HTTP statuses, compare headers with the
//! tenant's own tools and answer `401`/`403` with a challenge, before any dispatch.

use countersign_domain::json;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The id of a request: MCP allows a string or an integer, never null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    Integer(i64),
    Text(String),
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(number) => writer.serialize_i64(*number),
            Self::Text(text) => writer.serialize_str(text),
        }
    }
}

/// One thing a client says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    Request {
        id: Id,
        method: String,
        params: Map<String, Value>,
    },
    Notification {
        method: String,
        params: Map<String, Value>,
    },
    /// An answer to something we never asked.
    Response,
}

impl Message {
    pub(crate) const fn params(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Request { params, .. } | Self::Notification { params, .. } => Some(params),
            Self::Response => None,
        }
    }

    /// The protocol version that the message itself claims (2026-07-28, "_meta").
    pub(crate) fn claim(&self) -> Option<&Value> {
        self.params()?.get("_meta")?.get(VERSION_KEY)
    }
}

/// The `_meta` key under which a modern request names its protocol version.
pub(crate) const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
/// The `_meta` key under which a modern request says what its client can do.
pub(crate) const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

/// What one POST holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    One(Message),
    /// Only 2025-03-26 has batches.
    Batch(Vec<Message>),
}

/// The body is not a JSON-RPC message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Not JSON, or JSON that can be read in two ways.
    Json(String),
    /// JSON, but no request and no notification. Keeps the id where there is a good one.
    Message(Option<Id>, &'static str),
}

/// What one value takes once it is read, with its name and its place among others.
const VALUE_BYTES: usize = 128;

/// How much memory a body takes once it is read: far more than its text where it has many small
/// values.
pub(crate) fn weight(bytes: &[u8]) -> usize {
    let (mut values, mut in_text, mut is_escaped) = (1_usize, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    bytes.len() + values * VALUE_BYTES
}

/// The most messages in one batch.
const BATCH: usize = 50;

pub(crate) fn parse(bytes: &[u8]) -> Result<Body, Malformed> {
    let value = json::parse(bytes).map_err(|error| Malformed::Json(error.to_string()))?;
    if json::loses_an_integer(bytes) {
        let why = "an integer is beyond ±(2^53 − 1)";
        return Err(Malformed::Json(why.to_owned()));
    }
    let Value::Array(items) = value else {
        return message(value).map(Body::One);
    };
    match items.len() {
        0 => Err(Malformed::Message(None, "an empty batch")),
        1..=BATCH => items
            .into_iter()
            .map(message)
            .collect::<Result<_, _>>()
            .map(Body::Batch),
        _ => Err(Malformed::Message(None, "a batch of more than 50")),
    }
}

fn message(value: Value) -> Result<Message, Malformed> {
    let Value::Object(mut members) = value else {
        return Err(Malformed::Message(None, "a message is an object"));
    };
    let id = match members.remove("id") {
        None => None,
        Some(Value::String(text)) if text.len() <= 256 => Some(Id::Text(text)),
        Some(Value::Number(number)) if number.as_i64().is_some() => {
            number.as_i64().map(Id::Integer)
        }
        Some(_) => return Err(Malformed::Message(None, "an id is a string or an integer")),
    };
    if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(Malformed::Message(id, "jsonrpc is \"2.0\""));
    }
    let params = match members.remove("params") {
        None => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => return Err(Malformed::Message(id, "params is an object")),
    };
    match (members.remove("method"), id) {
        (Some(Value::String(method)), Some(id)) => Ok(Message::Request { id, method, params }),
        (Some(Value::String(method)), None) => Ok(Message::Notification { method, params }),
        (Some(_), id) => Err(Malformed::Message(id, "method is a string")),
        (None, Some(_)) if members.contains_key("result") || members.contains_key("error") => {
            Ok(Message::Response)
        }
        (None, id) => Err(Malformed::Message(id, "a message has a method")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_malformed(text: &str) -> bool {
        parse(text.as_bytes()).is_err()
    }

    #[test]
    fn a_message_is_read_in_one_way_or_not_at_all() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let cases = [
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":9223372036854775808,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            r#"{"id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e400}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":123456789012345678901234567890}}"#,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\0ng\"}",
            "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
            r#"{"jsonrpc":"2.0","id":"\ud800","method":"ping"}"#,
            "[]",
            "7",
            "",
            &deep,
        ];
        for case in cases {
            assert!(is_malformed(case), "{}", &case[..case.len().min(80)]);
        }
        println!("{} malformed messages refused", cases.len());
    }

    #[test]
    fn a_body_weighs_what_its_values_take_and_not_what_its_texts_look_like() {
        assert_eq!(weight(br#"{"a":[1,{"b":""}]}"#), 18 + 5 * VALUE_BYTES);
        assert_eq!(weight(br#""[,\",{\\""#), 10 + VALUE_BYTES);
        assert_eq!(weight("[\"\u{e9},\"]".as_bytes()), 7 + 2 * VALUE_BYTES);
    }

    #[test]
    fn a_refused_message_keeps_its_id() {
        let error = parse(br#"{"jsonrpc":"2.0","id":"a7","method":false}"#).unwrap_err();
        assert_eq!(
            error,
            Malformed::Message(Some(Id::Text("a7".to_owned())), "method is a string")
        );
    }

    #[test]
    fn absent_params_are_no_params() {
        let body = parse(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).unwrap();
        let request = Message::Request {
            id: Id::Integer(1),
            method: "ping".to_owned(),
            params: Map::new(),
        };
        assert_eq!(body, Body::One(request));
    }
}
