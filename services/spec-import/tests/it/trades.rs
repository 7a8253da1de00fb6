//! Operations of trades that nobody tuned to, with the traps in which classifiers are caught.

use countersign_domain::operation::Method;
use countersign_spec_import::risk::{Evidence, classify};

const TRADES: &str = include_str!("../fixtures/risk/trades.txt");

/// Class and, after a `!`, that a human must look first.
fn said(method: Method, path: &str, name: &str) -> String {
    let risk = classify(&Evidence {
        operation_id: Some(name).filter(|name| *name != "-"),
        ..Evidence::of(method, path)
    });
    let high = if risk.high_risk { "!" } else { "" };
    format!("{}{high}", risk.class.as_str())
}

#[test]
fn operations_of_unseen_trades_are_told() {
    let written = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let mut told = 0;
    for line in TRADES.lines().filter(written) {
        let [method, path, name, expected] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("not four words: {line}");
        };
        let method: Method = serde_json::from_value(method.into()).unwrap();
        assert_eq!(said(method, path, name), expected, "{line}");
        told += 1;
    }
    assert!(told >= 190, "{told}");
    println!("{told} operations of unseen trades");
}
