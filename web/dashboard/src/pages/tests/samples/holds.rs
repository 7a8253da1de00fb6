//! A call that waits, and what somebody decided about it.

use countersign_approvals::{HeldCall, Hold};
use countersign_domain::{
    digest::Digest,
    hold::{HoldState, Judgement, ShownCredential, ShownRequest},
    risk::RiskClass,
};
use serde_json::json;

use super::{at, id};

pub(in crate::pages::tests) fn hold(number: u128, state: HoldState, text: &str) -> Hold {
    let arguments =
        json!({"id": "ord_1042", "body": {"amount": 4200, "currency": "EUR", "reason": text}});
    Hold {
        id: id("hold", number),
        held: HeldCall {
            call_key: Digest::of(b"key"),
            digest: Digest::of(b"digest"),
            nonce: "00".to_owned(),
            environment: id("env", 1),
            endpoint: id("end", 1),
            tool: id("tool", 1),
            version: id("ver", 1),
            tool_name: format!("create_refund{text}"),
            class: RiskClass::Billing,
            high_risk: true,
            policy: id("enb", 1),
            credential: Some(format!("cred_1/3{text}")),
            arguments: arguments.as_object().unwrap().clone(),
            method: "POST".to_owned(),
            base_url: "https://api.orders.example/v1".to_owned(),
            url: format!("https://api.orders.example/v1/orders/ord_1042/refunds?{text}"),
            request: shown_request(text),
            why: format!("the tool is high-risk: it moves money {text}"),
            requester: id("per", 1),
            requester_label: format!("ada@example.com {text}"),
            member: id("mem", 1),
            grant: id("grant", 1),
            client: id("client", 1),
            client_label: format!("Claude Code {text}"),
            expires_at: at(25),
        },
        state,
        decided_label: Some(format!("grace@example.com {text}")),
        created_at: at(10),
        consumed_at: None,
    }
}

fn shown_request(text: &str) -> ShownRequest {
    ShownRequest {
        method: "POST".to_owned(),
        url: format!("https://api.orders.example/v1/orders/ord_1042/refunds?{text}"),
        headers: [("content-type", "application/json"), ("x-note", text)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        body: Some(format!(
            "{{\"amount\":4200,\"currency\":\"EUR\",\"reason\":\"{text}\"}}"
        )),
        content_type: Some("application/json".to_owned()),
        body_bytes: 64,
        credential: Some(ShownCredential {
            label: "cred_1/3".to_owned(),
            place: format!("header x-api-key {text}"),
        }),
        digest: Digest::of(b"request"),
    }
}

pub(in crate::pages::tests) fn judgement(text: &str) -> Judgement {
    Judgement {
        by: id("per", 2),
        at: at(14),
        reason: text.to_owned(),
    }
}
