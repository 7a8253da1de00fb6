//! Only our own pages get in, with a session, by POST, with JSON.

use actix_web::{http::StatusCode, test::TestRequest};
use countersign_domain::role::Role;
use serde_json::json;

use crate::front::{Front, request};

const CHANGE: &str = r#"mutation { inviteMember(tenant: "acme", input: {email: "eve@example.com", role: OWNER}) { path } }"#;

#[actix_web::test]
async fn nothing_is_executed_that_another_site_could_have_sent() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let body = json!({ "query": CHANGE }).to_string();
    let good = || request(&owner, &body);
    let cases: [(&str, TestRequest, u16); 9] = [
        (
            "text/plain",
            good().insert_header(("content-type", "text/plain")),
            415,
        ),
        (
            "a form",
            good().insert_header(("content-type", "application/x-www-form-urlencoded")),
            415,
        ),
        (
            "multipart",
            good().insert_header(("content-type", "multipart/form-data; boundary=x")),
            415,
        ),
        ("no token", good().insert_header(("x-csrf-token", "")), 403),
        (
            "a wrong token",
            good().insert_header(("x-csrf-token", "A".repeat(43))),
            403,
        ),
        (
            "another site",
            good().insert_header(("sec-fetch-site", "cross-site")),
            403,
        ),
        (
            "a sister site",
            good().insert_header(("sec-fetch-site", "same-site")),
            403,
        ),
        ("a batch", good().set_payload(format!("[{body}]")), 400),
        (
            "too large",
            good().set_payload("x".repeat(countersign_graphql::BODY_LIMIT + 1)),
            413,
        ),
    ];
    let refused = cases.len();
    for (what, request, status) in cases {
        let answer = front.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
    }
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let query = "/graphql?query=%7Bviewer%7Bemail%7D%7D";
        let request = good().uri(query).method(method.parse().unwrap());
        let answer = front.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert!(front.records().await.is_empty(), "nothing was executed");
    println!("{} ways in that are none, 0 executed", refused + 4);
    assert_eq!(front.send(good()).await.status, StatusCode::OK);
    assert_eq!(front.records().await.len(), 1);
}

#[actix_web::test]
async fn without_a_session_not_even_the_schema_can_be_read() {
    let front = Front::open().await;
    let body = r#"{"query":"{ __schema { types { name } } }"}"#;
    let anonymous = TestRequest::post()
        .uri("/graphql")
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "application/json"))
        .set_payload(body);
    let answer = front.send(anonymous).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::UNAUTHORIZED, "sign_in_required")
    );
    let member = front.person(&front.acme, Role::Auditor).await;
    let answer = front.post(&member, body).await;
    assert!(answer.data()["__schema"]["types"].as_array().unwrap().len() > 30);
}
