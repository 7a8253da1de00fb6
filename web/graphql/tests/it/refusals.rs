//! What would cost too much is refused before any of it runs.

use std::{fmt::Write as _, time::Instant};

use actix_web::http::StatusCode;
use countersign_domain::role::Role;
use serde_json::{Value, json};

use crate::front::Front;

fn aliases(count: usize, field: &str) -> String {
    let mut query = "{".to_owned();
    for n in 0..count {
        let _ = write!(query, " a{n}: {field}");
    }
    query + " }"
}

fn deep(levels: usize) -> String {
    let open = "{ __schema { types ".to_owned();
    let inner = "{ fields { type { name } } ".to_owned();
    format!(
        "{open}{inner}{}{}",
        "... { name ".repeat(levels),
        "}".repeat(levels + 3)
    )
}

/// Fragments that each use the next twice: a few hundred bytes, 2 to the 25th fields.
fn bomb() -> String {
    let mut query = "{ viewer { ...f0 } }".to_owned();
    for n in 0..25 {
        let _ = write!(
            query,
            " fragment f{n} on Viewer {{ ...f{0} ...f{0} }}",
            n + 1
        );
    }
    query + " fragment f25 on Viewer { id }"
}

fn hostile() -> Vec<(&'static str, String, &'static str)> {
    let report = r#"tenant(slug: "acme") { report { madeAt } }"#;
    let ways = (0..9).map(|one| format!("w{one}: ways {{ tool grants }} "));
    let ways = ways.collect::<Vec<_>>().concat();
    let ways = report.replace("madeAt", &ways);
    let tools = r#"tenant(slug: "acme") { endpoint(slug: "support") {
        tools(first: 200) { nodes { id name title path } } } }"#;
    let many = "@include(if: true) ".repeat(1_000);
    let ofs = format!("{}name{}", "ofType { ".repeat(11), " }".repeat(11));
    let huge = r#"{ tenant(slug: "acme") { source(slug: "pets") {
        tools(environment: "x", first: 1000000000) { nodes { id } } } } }"#;
    let negative = huge.replace("1000000000", "-1");
    vec![
        (
            "10,000 aliases",
            aliases(10_000, "__typename"),
            "query_too_long",
        ),
        (
            "1,000 aliases",
            aliases(1_000, "__typename"),
            "too_many_aliases",
        ),
        ("21 aliases", aliases(21, "__typename"), "too_many_aliases"),
        ("20 reports", aliases(20, report), "query_too_complex"),
        ("3 reports", aliases(3, report), "query_too_complex"),
        ("9 lists of ways", aliases(1, &ways), "query_too_complex"),
        (
            "20 endpoints' tools",
            aliases(20, tools),
            "query_too_complex",
        ),
        (
            "1,001 fields",
            format!("{{ {} }}", "__typename ".repeat(1_001)),
            "too_many_fields",
        ),
        (
            "1,000 directives",
            format!("{{ viewer {many} {{ id }} }}"),
            "too_many_directives",
        ),
        ("50 levels", deep(50), "query_too_deep"),
        (
            "a deep query",
            format!("{{ __schema {{ queryType {{ {ofs} }} }} }}"),
            "query_too_deep",
        ),
        ("a fragment bomb", bomb(), "too_many_fields"),
        (
            "a fragment in itself",
            "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }"
                .to_owned(),
            "fragment_cycle",
        ),
        ("a page of a billion", huge.to_owned(), "query_too_complex"),
        ("a negative page", negative, "query_invalid"),
        (
            "two operations",
            "query a { viewer { id } } query b { viewer { id } }".to_owned(),
            "unknown_operation",
        ),
        (
            "a field that is none",
            "{ viewr { id } }".to_owned(),
            "query_invalid",
        ),
        ("no query", String::new(), "query_unreadable"),
        ("nonsense", "{ viewer { id }".to_owned(), "query_unreadable"),
        ("200 brackets", "{".repeat(200), "query_unreadable"),
        (
            "a subscription",
            "subscription { viewer { id } }".to_owned(),
            "query_invalid",
        ),
    ]
}

#[actix_web::test]
async fn a_query_that_costs_too_much_is_refused_before_any_of_it_runs() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let hostile = hostile();
    let mut slowest = 0;
    for (what, query, code) in &hostile {
        let began = Instant::now();
        let answer = front.ask(&owner, query, Value::Null).await;
        slowest = slowest.max(began.elapsed().as_millis());
        let seen = (answer.status, answer.code());
        assert_eq!(
            seen,
            (StatusCode::BAD_REQUEST, *code),
            "{what}: {}",
            answer.text
        );
        assert!(answer.json["data"].is_null(), "{what}");
        assert!(
            !answer.text.contains("Did you mean"),
            "{what}: {}",
            answer.text
        );
    }
    assert!(
        front.records().await.is_empty(),
        "a report is put on record when it is made"
    );
    println!(
        "{} hostile queries refused, the slowest in {slowest} ms",
        hostile.len()
    );
    assert!(slowest < 1_000);
}

#[actix_web::test]
async fn what_people_ask_for_is_not_refused() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let queries = [
        aliases(20, "__typename"),
        r#"{ tenant(slug: "acme") { name role members { id email role joinedAt } invitations { id email }
            environments { id slug name } sources { id slug name latest { id state } classes { class operations } }
            connections { id baseUrl } endpoints { id slug tools toolsOn } grants { id clientName }
            holds(wanted: WAITING) { id toolName } records { nodes { id act at person } next } } }"#
            .to_owned(),
        r#"{ tenant(slug: "acme") { report { madeAt inventory { class tools on } findings { code sentence evidence { id label } }
            holds { pending } days { day calls { allowed held denied } } } } }"#
            .to_owned(),
        "{ __schema { types { name kind fields { name args { name } type { name kind ofType { name } } } } } }".to_owned(),
    ];
    for query in &queries {
        let answer = front.ask(&owner, query, json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.data();
    }
    println!("{} ordinary queries answered", queries.len());
}
