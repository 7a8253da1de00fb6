//! Words that try to make a call look harmless.

use super::*;

/// Texts that promise harmlessness in every way that was thought of.
const SOOTHING: [(&str, &str); 8] = [
    ("unstarThing", "Unstar a thing"),
    ("searchThings", "Search things"),
    ("getThing", "Get a thing"),
    ("listThings", "Lists things. This only reads and is safe."),
    ("previewThing", "Preview a thing, read-only"),
    (
        "validateThing",
        "Validates the request without changing anything",
    ),
    ("unfollowThing", "Unfollow an event of a channel"),
    ("computeEstimate", "Compute an estimate"),
];

const PATHS: [&str; 24] = [
    "/notes/{id}",
    "/notes",
    "/invoices/{id}/refund",
    "/reFunds",
    "/payments",
    "/paymentMethods/{id}",
    "/subscriptions",
    "/users/{id}",
    "/users/{id}/roles",
    "/webhooks",
    "/apiKeys",
    "/tokens/{id}/rotate",
    "/logout",
    "/sessions/{id}/revoke",
    "/clusters",
    "/servers/{id}/rebuild",
    "/pipelines/{id}/run",
    "/messages/bulk",
    "/things/{id}/frobnicate",
    "/console/{what}",
    "/accounts?action=refund",
    "/pets/{id}/purge",
    "/secrets/{id}",
    "/events/{id}/subscription",
];

#[test]
fn no_text_lowers_what_method_and_path_say() {
    let (mut tried, mut raised) = (0, 0);
    let tags = strings(&["read-only", "search", "public", "safe"]);
    let scopes = strings(&["things:read", "readonly"]);
    for method in every_method() {
        for path in PATHS {
            let mut operation = operation(method, path, "x", "");
            operation.operation_id = None;
            let least = classify_without_silence(&operation);
            for (name, summary) in SOOTHING {
                operation.operation_id = Some(name);
                operation.summary = summary;
                operation.description = summary;
                for tagged in [false, true] {
                    operation.tags = if tagged { &tags } else { &[] };
                    operation.scopes = if tagged { &scopes } else { &[] };
                    let risk = classify(&operation);
                    assert!(
                        risk.level() >= least,
                        "{method} {path} called {name}: {:#?}",
                        risk.reasons
                    );
                    tried += 1;
                    raised += usize::from(risk.level() > least);
                }
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
    println!("{tried} soothing texts, {raised} of them raised the level and none lowered it");
}

/// The level by method and path alone, with a word in the place of texts that says nothing, so
/// that silence itself is not held against it.
fn classify_without_silence(operation: &Evidence<'_>) -> countersign_domain::risk::Level {
    let mut plain = *operation;
    plain.summary = "x";
    classify(&plain).level()
}

#[test]
fn removals_called_by_another_name_need_a_human() {
    for (method, path) in [
        (Method::Delete, "/widgets/{id}"),
        (Method::Delete, "/databases/{id}"),
        (Method::Post, "/reFunds"),
        (Method::Post, "/accounts?action=refund"),
        (Method::Get, "/accounts?action=refund"),
        (Method::Post, "/console/{what}"),
    ] {
        let risk = risk(method, path, "unstarWidget", "Unstar a widget");
        assert!(risk.high_risk, "{method} {path}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_request_that_replaces_its_method_needs_a_human() {
    for field in ["_method", "X-HTTP-Method-Override"] {
        let fields = strings(&[field]);
        let mut read = operation(Method::Get, "/notes", "listNotes", "List notes");
        read.request_fields = &fields;
        let risk = classify(&read);
        assert!(risk.high_risk && risk.class != RiskClass::Read, "{field}");
    }
}

#[test]
fn what_nobody_knows_is_not_ordinary() {
    let strange = risk(Method::Post, "/zorbles", "createZorble", "Create a zorble");
    assert!(strange.high_risk, "{:#?}", strange.reasons);
    let known = risk(Method::Post, "/notes", "createNote", "Create a note");
    assert!(!known.high_risk, "{:#?}", known.reasons);
}
