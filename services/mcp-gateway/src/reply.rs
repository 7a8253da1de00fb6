//! Answers: JSON-RPC results and errors, each with its HTTP status.

use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    era::{Era, LEGACY, MODERN},
    wire::Id,
};

/// A message refused before or instead of dispatch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) id: Option<Id>,
    /// The HTTP status of a modern answer; legacy ones are 200 once the message is understood.
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Box<Value>>,
}

impl Refusal {
    fn new(id: Option<Id>, status: u16, code: i64, message: impl Into<String>) -> Self {
        Self {
            id,
            status,
            code,
            message: message.into(),
            data: None,
        }
    }

    pub(crate) fn parse_error(message: String) -> Self {
        Self::new(None, 400, -32700, message)
    }

    pub(crate) fn invalid_request(id: Option<Id>, message: impl Into<String>) -> Self {
        Self::new(id, 400, -32600, message)
    }

    pub(crate) fn bad_envelope(id: Option<Id>, message: impl Into<String>) -> Self {
        Self::new(id, 400, -32602, message)
    }

    pub(crate) fn header_mismatch(id: Option<Id>, message: impl Into<String>) -> Self {
        Self::new(id, 400, -32020, message)
    }

    pub(crate) fn method_not_found(id: Option<Id>, method: &str) -> Self {
        let shown = countersign_domain::text::strip(method, 64);
        Self::new(id, 404, -32601, format!("Method not found: {shown}"))
    }

    pub(crate) fn unsupported_version(id: Option<Id>, requested: &str) -> Self {
        let mut supported = vec![MODERN];
        supported.extend(LEGACY);
        let requested = countersign_domain::text::strip(requested, 64);
        let data = json!({"supported": supported, "requested": requested});
        Self {
            data: Some(Box::new(data)),
            ..Self::new(id, 400, -32022, "Unsupported protocol version")
        }
    }

    /// In-band: the request was understood and its parameters were not.
    pub(crate) fn invalid_params(id: Id, message: impl Into<String>) -> Self {
        Self::new(Some(id), 200, -32602, message)
    }

    /// In-band: something of ours failed. `reason` is stable; the cause is in the log.
    pub(crate) fn internal(id: Id, reason: &'static str, message: &'static str) -> Self {
        Self {
            data: Some(Box::new(json!({"reason": reason}))),
            ..Self::new(Some(id), 200, -32603, message)
        }
    }

    /// The JSON-RPC object.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(data) = &self.data {
            error["data"] = Value::clone(data);
        }
        let mut body = json!({"jsonrpc": "2.0", "error": error});
        if let Some(id) = &self.id {
            body["id"] = json!(id);
        }
        body
    }

    /// The HTTP answer to a message that came alone.
    pub(crate) fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        HttpResponse::build(status).json(self.body())
    }
}

/// The product, as results name it.
fn server_info() -> Value {
    json!({"name": "countersign", "title": "Countersign", "version": env!("CARGO_PKG_VERSION")})
}

const COMPLETE: &str = "complete";
const META_SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// The body of a successful answer; modern results say that they are complete and who we are.
pub(crate) fn result(era: Era, id: &Id, mut result: Value) -> Value {
    if era == Era::Modern {
        result["resultType"] = json!(COMPLETE);
        result["_meta"][META_SERVER] = server_info();
    }
    json!({"jsonrpc": "2.0", "result": result, "id": id})
}

/// What `initialize` answers: the version asked for if we speak it, else our newest legacy one.
pub(crate) fn initialized(requested: Option<&str>, instructions: &str) -> Value {
    let version = LEGACY
        .into_iter()
        .find(|known| Some(*known) == requested)
        .unwrap_or(LEGACY[0]);
    json!({
        "protocolVersion": version,
        "capabilities": {"tools": {"listChanged": true}},
        "serverInfo": server_info(),
        "instructions": instructions,
    })
}

/// What `server/discover` answers.
pub(crate) fn discovered(instructions: &str) -> Value {
    json!({
        "supportedVersions": [MODERN],
        "capabilities": {"tools": {"listChanged": true}},
        "instructions": instructions,
        "ttlMs": 300_000,
        "cacheScope": "private",
    })
}

/// The result of a tool call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult {
    pub(crate) content: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) structured_content: Option<Value>,
    pub(crate) is_error: bool,
    /// Modern results say that they are complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    #[serde(rename = "_meta")]
    pub(crate) meta: Value,
}

impl ToolResult {
    /// One text.
    pub(crate) fn text(is_error: bool, text: impl Into<String>) -> Self {
        let text: String = text.into();
        Self {
            content: vec![json!({"type": "text", "text": text})],
            structured_content: None,
            is_error,
            result_type: None,
            meta: json!({}),
        }
    }

    /// The body of a successful answer, as [`result`] makes it, without making a value of it: the
    /// result of a call may be large.
    pub(crate) fn written(&mut self, era: Era, id: &Id) -> Vec<u8> {
        #[derive(Serialize)]
        struct Answer<'a> {
            jsonrpc: &'static str,
            result: &'a ToolResult,
            id: &'a Id,
        }
        if era == Era::Modern {
            self.result_type = Some(COMPLETE);
            self.meta[META_SERVER] = server_info();
        }
        let answer = Answer {
            jsonrpc: "2.0",
            result: self,
            id,
        };
        serde_json::to_vec(&answer).expect("texts and JSON are JSON")
    }

    /// A refusal that the model can learn from: a stable code and a sentence.
    pub(crate) fn refusal(code: &str, text: &str) -> Self {
        let mut result = Self::text(true, format!("{code}: {text}"));
        result.meta[META_CODE] = json!(code);
        result
    }
}

/// The `_meta` key of a stable error code.
pub(crate) const META_CODE: &str = "dev.countersign/code";
/// The `_meta` key of the call's id, by which people find its record.
pub(crate) const META_CALL: &str = "dev.countersign/call";
/// The `_meta` key of what a held call waits for.
pub(crate) const META_HOLD: &str = "dev.countersign/hold";
/// The `_meta` key that says why an answer is not what the tool's output schema describes.
pub(crate) const META_OUTPUT: &str = "dev.countersign/output";
