//! The promises of the classifier, one by one, on operations of no real API.

use std::path::Path;

use countersign_domain::{
    operation::Method,
    risk::{Confidence, Risk, RiskClass, Sensitivity},
};

use super::{Evidence, classify, score};

mod changes;
mod guarded;
mod handed_out;
mod methods;
mod named_calls;
mod open_paths;
mod reads;
mod talk_down;

/// An operation as a document would describe it.
fn operation<'a>(method: Method, path: &'a str, name: &'a str, summary: &'a str) -> Evidence<'a> {
    Evidence {
        operation_id: (!name.is_empty()).then_some(name),
        summary,
        ..Evidence::of(method, path)
    }
}

fn risk(method: Method, path: &str, name: &str, summary: &str) -> Risk {
    classify(&operation(method, path, name, summary))
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// Those with a field in a document, and some by their own names.
fn every_method() -> impl Iterator<Item = Method> {
    let others = ["COPY", "PURGE", "PROPFIND", "SEARCH", "GETALL"];
    let others = others.map(|name| Method::as_written(name).unwrap());
    Method::FIELDS.into_iter().chain(others)
}

/// `POST /books | createBook | Create a book`: method and path, name, summary.
fn described(row: &str) -> Evidence<'_> {
    let mut parts = row.split('|').map(str::trim);
    let mut part = || parts.next().unwrap_or_default();
    let (method, path) = part().split_once(' ').unwrap();
    operation(Method::as_written(method).unwrap(), path, part(), part())
}

#[track_caller]
fn assert_row(row: &str, class: RiskClass) -> Risk {
    let risk = classify(&described(row));
    assert_eq!(risk.class, class, "{row}: {:#?}", risk.reasons);
    risk
}

#[track_caller]
fn assert_class(method: Method, path: &str, name: &str, summary: &str, class: RiskClass) -> Risk {
    let risk = risk(method, path, name, summary);
    assert_eq!(risk.class, class, "{method} {path}: {:#?}", risk.reasons);
    risk
}

#[test]
fn silence_is_low_confidence_and_never_waved_through() {
    let change = risk(Method::Post, "/things", "", "");
    assert_eq!(
        (change.confidence, change.high_risk),
        (Confidence::Low, true)
    );
    let search = risk(Method::Post, "/things/search", "", "");
    assert_eq!(
        (search.confidence, search.high_risk),
        (Confidence::Low, true)
    );
    let unknown = risk(Method::Get, "/things/{id}/frobnicate", "", "");
    assert_eq!(
        (unknown.confidence, unknown.high_risk),
        (Confidence::Low, true)
    );
    let bare = risk(Method::Get, "/things/{id}", "", "");
    assert_eq!(
        (bare.class, bare.confidence, bare.high_risk),
        (RiskClass::Read, Confidence::Low, false)
    );
}

#[test]
fn scattered_hints_of_a_guarded_matter_ask_for_a_human() {
    let risk = risk(
        Method::Post,
        "/organization/projects",
        "createProject",
        "Create a project",
    );
    assert_eq!(
        (risk.class, risk.confidence, risk.high_risk),
        (RiskClass::Write, Confidence::Low, true)
    );
}

#[test]
fn request_fields_tell_what_the_name_hides() {
    let fields = strings(&["amount", "card_number", "cvc"]);
    let mut hidden = operation(Method::Post, "/submit", "submit", "Submit");
    hidden.request_fields = &fields;
    let risk = classify(&hidden);
    assert_eq!(risk.class, RiskClass::Billing);
    assert!(risk.sensitivity.contains(&Sensitivity::Financial));

    let fields = strings(&["grant_type", "code"]);
    hidden.request_fields = &fields;
    assert_eq!(classify(&hidden).class, RiskClass::Auth);
}

#[test]
fn sensitive_data_is_named() {
    let fields = strings(&["date_of_birth", "diagnosis", "iban"]);
    let mut read = operation(Method::Get, "/records/{id}", "getRecord", "Get a record");
    read.response_fields = &fields;
    assert_eq!(
        classify(&read).sensitivity,
        [
            Sensitivity::Personal,
            Sensitivity::Financial,
            Sensitivity::Health
        ]
    );
}

#[test]
fn every_answer_has_reasons_with_evidence_and_is_the_same_again() {
    for method in every_method() {
        for path in [
            "",
            "/",
            "/{id}",
            "/users",
            "/ü/{",
            "/a.b:c(d)",
            "/invoices/{id}/pay",
        ] {
            let once = risk(method, path, "", "");
            assert!(!once.reasons.is_empty(), "{method} {path}");
            assert_eq!(once, risk(method, path, "", ""), "{method} {path}");
            assert_eq!(
                once.read_only,
                once.class == RiskClass::Read || once.read_only,
                "{method} {path}"
            );
        }
    }
}

#[test]
fn labels_that_are_no_labels_are_refused() {
    assert!(matches!(score::score(""), Err(score::ScoreError::Empty)));
    assert!(matches!(
        score::score("\n{}"),
        Err(score::ScoreError::Malformed { line: 2, .. })
    ));
}

#[test]
fn the_labelled_operations_are_found() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/risk/dev.jsonl");
    let Ok(labels) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: no labelled operations at {}", file.display());
        return;
    };
    let scores = score::score(&labels).unwrap();
    println!("{scores}");
    let score = scores.whole;
    assert_eq!(
        score.all.high_risk_called_read, 0,
        "high-risk calls called READ"
    );
    assert!(score.all.high_risk_recall() >= 0.97, "high-risk recall");
    assert!(score.all.accuracy() >= 0.90, "accuracy");
    assert!(score.all.read_recall() >= 0.88, "READ recall");
    let left_out = scores.left_out.all;
    assert!(
        left_out.high_risk_recall() >= 0.95,
        "recall with an API left out"
    );
}
