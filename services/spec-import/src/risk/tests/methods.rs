//! QUERY, and methods that only a document and its server know.

use super::*;

const TEXTS: [(&str, &str); 4] = [
    ("", ""),
    ("getBook", "Get a book"),
    ("safeListBooks", "List books (safe, read-only)"),
    ("books", "Books"),
];

fn other(name: &str) -> Method {
    Method::as_written(name).unwrap()
}

#[test]
fn a_method_by_its_own_name_is_never_read_and_needs_a_human() {
    let names = [
        "PROPFIND", "SEARCH", "REPORT", "VIEW", "READ", "LIST", "FETCH", "GETALL", "COPY", "purge",
    ];
    for name in names {
        for (id, summary) in TEXTS {
            let risk = risk(other(name), "/books/{id}", id, summary);
            assert_ne!(risk.class, RiskClass::Read, "{name} {id}: {risk:#?}");
            assert!(!risk.read_only && risk.high_risk, "{name} {id}: {risk:#?}");
            assert_eq!(risk.confidence, Confidence::Low, "{name} {id}");
            let said = |reason: &countersign_domain::risk::Reason| {
                reason.code == "method_unknown" && reason.evidence == name
            };
            assert!(risk.reasons.iter().any(said), "{name} {id}: {risk:#?}");
        }
    }
    println!("N = {} methods, none of them read", names.len());
}

#[test]
fn what_a_method_is_called_may_raise_its_class() {
    for name in ["PURGE", "purge", "DESTROY", "DELETE-ALL"] {
        assert_class(
            other(name),
            "/books/{id}",
            "getBook",
            "Get a book",
            RiskClass::Delete,
        );
    }
    assert_class(
        other("COPY"),
        "/invoices/{id}/payments",
        "",
        "Pay",
        RiskClass::Billing,
    );
}

#[test]
fn a_query_reads_as_long_as_no_word_acts() {
    for (path, name, summary) in [
        ("/books", "queryBooks", "Query books"),
        ("/shelves", "shelves", "Shelves by room"),
        ("/books/search", "searchBooks", "Search for books"),
        ("/books/{id}", "findBook", "Find a book"),
    ] {
        let risk = assert_class(Method::Query, path, name, summary, RiskClass::Read);
        assert!(!risk.high_risk, "{path} {name}: {risk:#?}");
    }
}

#[test]
fn a_query_with_a_word_that_acts_is_not_read() {
    let acting = [
        ("/books/{id}/delete", "queryBook", "Query a book"),
        ("/books", "deleteBooks", "Query books"),
        ("/books", "queryBooks", "Deletes books that match"),
        ("/payments", "createPayment", "Create a payment"),
        ("/users/{id}/disable", "", ""),
        ("/books/import", "importBooks", "Import books"),
        ("/machines/{id}/vnc", "vncMachine", "The VNC screen"),
        ("/machines/{id}/console/stream", "stream", "The stream"),
        ("/machines/{id}/sftp", "sftp", "Files"),
        ("/auth/google", "google", "By Google"),
        ("/mails/optout", "mails", "Mails"),
    ];
    for (path, name, summary) in acting {
        let risk = risk(Method::Query, path, name, summary);
        assert_ne!(risk.class, RiskClass::Read, "{path} {name}: {risk:#?}");
        assert!(
            risk.high_risk && !risk.read_only,
            "{path} {name}: {risk:#?}"
        );
    }
    println!("N = {} queries that act", acting.len());
}

#[test]
fn a_query_that_says_nothing_or_carries_code_or_an_order_needs_a_human() {
    for (path, name, summary) in [
        ("/books", "", ""),
        ("/sql", "querySql", "Run an SQL query"),
        ("/api-keys", "queryKeys", "Query API keys"),
        ("/refunds", "queryRefunds", "Query refunds"),
        ("/orders", "queryOrders", "Query orders"),
        ("/console/{order}", "ask", "Ask"),
    ] {
        let risk = risk(Method::Query, path, name, summary);
        assert!(risk.high_risk, "{path} {name}: {risk:#?}");
    }
    let fields = strings(&["action"]);
    let mut decides = operation(Method::Query, "/books", "queryBooks", "Query books");
    decides.request_fields = &fields;
    assert!(classify(&decides).high_risk);
}
