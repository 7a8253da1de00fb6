//! Which protocol a request speaks: the body says so, the headers have to agree.
//!
//! *Modern* is 2026-07-28: every request carries its version in `_meta` and in headers.
//! *Legacy* is 2025-11-25 and before: a handshake by `initialize`, which we answer without a
//! session (a server may).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    reply::Refusal,
    wire::{CAPABILITIES_KEY, Id, Message, VERSION_KEY},
};

/// The modern revision we speak.
pub(crate) const MODERN: &str = "2026-07-28";
/// The legacy revisions we speak, newest first.
pub(crate) const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// The protocol of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    Modern,
    Legacy,
}

/// The MCP headers of a POST, as given: every value of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct McpHeaders {
    pub(crate) version: Vec<String>,
    pub(crate) method: Vec<String>,
    pub(crate) name: Vec<String>,
}

/// Methods that a modern request may have, with the parameter that `Mcp-Name` repeats.
const MODERN_METHODS: [(&str, Option<&str>); 4] = [
    ("server/discover", None),
    ("tools/list", None),
    ("subscriptions/listen", None),
    ("tools/call", Some("name")),
];

/// Decides which era one message belongs to, and refuses what is not a good member of it.
pub(crate) fn classify(message: &Message, headers: &McpHeaders) -> Result<Era, Refusal> {
    let id = match message {
        Message::Request { id, .. } => Some(id.clone()),
        Message::Notification { .. } | Message::Response => None,
    };
    let claim = message.claim();
    let header_is_modern = headers
        .version
        .iter()
        .any(|version| version.as_str() >= MODERN);
    match (message, claim) {
        (Message::Request { method, .. }, None) if method == "initialize" => {
            if header_is_modern {
                return Err(Refusal::header_mismatch(
                    id,
                    "initialize does not go with a modern MCP-Protocol-Version",
                ));
            }
            Ok(Era::Legacy)
        }
        (Message::Request { id, method, .. }, Some(claim)) => {
            modern_request(id, method, claim, message, headers).map(|()| Era::Modern)
        }
        (Message::Request { .. }, None) if header_is_modern => Err(Refusal::bad_envelope(
            id,
            format!("params._meta has no {VERSION_KEY}"),
        )),
        (Message::Request { .. }, None) => legacy_request(id, headers).map(|()| Era::Legacy),
        (Message::Notification { .. } | Message::Response, Some(_)) => Ok(Era::Modern),
        (Message::Notification { .. } | Message::Response, None) if header_is_modern => {
            Ok(Era::Modern)
        }
        (Message::Notification { .. } | Message::Response, None) => Ok(Era::Legacy),
    }
}

/// Says whether the version header, if there is one, is of a legacy revision.
pub(crate) fn speaks_legacy(headers: &McpHeaders) -> bool {
    legacy_request(None, headers).is_ok()
}

/// Absent means 2025-03-26, which has no such header.
fn legacy_request(id: Option<Id>, headers: &McpHeaders) -> Result<(), Refusal> {
    match headers.version.as_slice() {
        [] => Ok(()),
        [version] if LEGACY.contains(&version.as_str()) => Ok(()),
        [version, ..] => Err(Refusal::unsupported_version(id, version)),
    }
}

fn modern_request(
    id: &Id,
    method: &str,
    claim: &Value,
    message: &Message,
    headers: &McpHeaders,
) -> Result<(), Refusal> {
    let id = || Some(id.clone());
    let Some(version) = claim.as_str() else {
        return Err(Refusal::bad_envelope(
            id(),
            format!("{VERSION_KEY} is a string"),
        ));
    };
    let meta = message.params().and_then(|params| params.get("_meta"));
    if !meta
        .and_then(|meta| meta.get(CAPABILITIES_KEY))
        .is_some_and(Value::is_object)
    {
        return Err(Refusal::bad_envelope(
            id(),
            format!("params._meta has no {CAPABILITIES_KEY}"),
        ));
    }
    same(id(), "MCP-Protocol-Version", &headers.version, version)?;
    if version != MODERN {
        return Err(Refusal::unsupported_version(id(), version));
    }
    same(id(), "Mcp-Method", &headers.method, method)?;
    let known = MODERN_METHODS.iter().find(|(name, _)| *name == method);
    if let Some((_, Some(parameter))) = known {
        let value = message
            .params()
            .and_then(|params| params.get(*parameter))
            .and_then(Value::as_str);
        if let Some(value) = value {
            same(id(), "Mcp-Name", &headers.name, value)?;
        }
    }
    if known.is_none() {
        return Err(Refusal::method_not_found(id(), method));
    }
    Ok(())
}

/// The header is there once and says what the body says.
fn same(
    id: Option<Id>,
    header: &'static str,
    given: &[String],
    wanted: &str,
) -> Result<(), Refusal> {
    let [given] = given else {
        let what = if given.is_empty() {
            "is missing"
        } else {
            "is given twice"
        };
        return Err(Refusal::header_mismatch(
            id,
            format!("the header {header} {what}"),
        ));
    };
    match decode(given) {
        Some(value) if value == wanted => Ok(()),
        Some(_) => Err(Refusal::header_mismatch(
            id,
            format!("the header {header} differs from the body"),
        )),
        None => Err(Refusal::header_mismatch(
            id,
            format!("the header {header} is not good base64"),
        )),
    }
}

/// Undoes `=?base64?…?=`; anything else stands for itself.
fn decode(value: &str) -> Option<String> {
    let value = value.trim_matches([' ', '\t']);
    let Some(inner) = value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="))
    else {
        return Some(value.to_owned());
    };
    String::from_utf8(STANDARD.decode(inner).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, parse};
    use serde_json::json;

    fn message(value: &Value) -> Message {
        match parse(value.to_string().as_bytes()).unwrap() {
            Body::One(message) => message,
            Body::Batch(_) => unreachable!("one was given"),
        }
    }

    fn call(version: &Value) -> Value {
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "größe",
            "_meta": {VERSION_KEY: version, CAPABILITIES_KEY: {}}}})
    }

    fn headers(version: &[&str], method: &[&str], name: &[&str]) -> McpHeaders {
        let own = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        McpHeaders {
            version: own(version),
            method: own(method),
            name: own(name),
        }
    }

    fn refused(value: &Value, headers: &McpHeaders) -> (u16, i64) {
        let refusal = classify(&message(value), headers).unwrap_err();
        (refusal.status, refusal.code)
    }

    #[test]
    fn a_modern_call_is_modern_when_its_headers_agree() {
        let encoded = format!("=?base64?{}?=", STANDARD.encode("größe"));
        let good = headers(&[MODERN], &["tools/call"], &[&encoded]);
        assert_eq!(
            classify(&message(&call(&json!(MODERN))), &good),
            Ok(Era::Modern)
        );
    }

    #[test]
    fn headers_that_differ_from_the_body_are_refused() {
        let name = format!("=?base64?{}?=", STANDARD.encode("größe"));
        let cases = [
            headers(&[], &["tools/call"], &[&name]),
            headers(&["2025-11-25"], &["tools/call"], &[&name]),
            headers(&[MODERN, MODERN], &["tools/call"], &[&name]),
            headers(&[MODERN], &[], &[&name]),
            headers(&[MODERN], &["Tools/Call"], &[&name]),
            headers(&[MODERN], &["tools/list"], &[&name]),
            headers(&[MODERN], &["tools/call", "tools/call"], &[&name]),
            headers(&[MODERN], &["tools/call"], &[]),
            headers(&[MODERN], &["tools/call"], &["other"]),
            headers(&[MODERN], &["tools/call"], &["=?base64?####?="]),
            headers(&[MODERN], &["tools/call"], &["=?base64?Z3LDtsOfZQ"]),
            headers(&[MODERN], &["tools/call"], &["=?BASE64?Z3LDtsOfZQ==?="]),
        ];
        for case in &cases {
            assert_eq!(
                refused(&call(&json!(MODERN)), case),
                (400, -32020),
                "{case:?}"
            );
        }
        println!("{} header disagreements refused", cases.len());
    }

    #[test]
    fn an_unknown_version_is_told_the_known_ones() {
        let future = headers(&["2027-01-01"], &["tools/call"], &["x"]);
        assert_eq!(refused(&call(&json!("2027-01-01")), &future), (400, -32022));
        let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
        assert_eq!(
            refused(&ping, &headers(&["2024-11-05"], &[], &[])),
            (400, -32022)
        );
    }

    #[test]
    fn the_envelope_is_whole_or_refused() {
        let modern = headers(&[MODERN], &["tools/call"], &["x"]);
        assert_eq!(refused(&call(&json!(7)), &modern), (400, -32602));
        let bare = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        assert_eq!(refused(&bare, &modern), (400, -32602));
        let no_capabilities = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list",
            "params": {"_meta": {VERSION_KEY: MODERN}}});
        assert_eq!(refused(&no_capabilities, &modern), (400, -32602));
    }

    #[test]
    fn initialize_is_legacy_unless_it_claims_to_be_modern() {
        let plain = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
        assert_eq!(
            classify(&message(&plain), &McpHeaders::default()),
            Ok(Era::Legacy)
        );
        assert_eq!(
            refused(&plain, &headers(&[MODERN], &["initialize"], &[])),
            (400, -32020)
        );
        let claimed = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {"_meta": {VERSION_KEY: MODERN, CAPABILITIES_KEY: {}}}});
        assert_eq!(
            refused(&claimed, &headers(&[MODERN], &["initialize"], &[])),
            (404, -32601)
        );
    }

    #[test]
    fn requests_without_a_claim_are_legacy() {
        let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
        for version in LEGACY {
            assert_eq!(
                classify(&message(&ping), &headers(&[version], &[], &[])),
                Ok(Era::Legacy)
            );
        }
        assert_eq!(
            classify(&message(&ping), &McpHeaders::default()),
            Ok(Era::Legacy)
        );
    }
}
