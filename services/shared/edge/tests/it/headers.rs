//! Every answer tells the browser what it may do, and tells nobody what broke.

use std::collections::HashSet;

use actix_web::{http::StatusCode, test::TestRequest};

use crate::front::{OWNER, edge, form, routes, send, signed_in};

#[actix_web::test]
async fn every_answer_of_every_route_carries_the_headers() {
    let mut answers = Vec::new();
    let paths = routes();
    let paths = paths
        .table()
        .iter()
        .map(|route| route.path.replace("{tenant}", "acme"));
    for path in paths.chain(["/nowhere".to_owned(), "/number/x".to_owned()]) {
        for session in [OWNER, "nobody"] {
            for request in [
                signed_in(TestRequest::get().uri(&path), session),
                signed_in(TestRequest::get().uri(&path), session)
                    .insert_header(("accept", "text/html")),
                signed_in(TestRequest::delete().uri(&path), session),
                form(&path, session, "name=x"),
            ] {
                answers.push((path.clone(), send(&edge(), request).await));
            }
        }
    }
    let mut nonces = HashSet::new();
    let mut statuses = HashSet::new();
    for (path, answer) in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=63072000"),
            ("cache-control", "no-store"),
            ("server", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none';",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap();
        assert!(
            nonces.insert(nonce.to_owned()),
            "{path}: a nonce was used twice"
        );
        statuses.insert(answer.status.as_u16());
    }
    for status in [200, 303, 401, 403, 404, 405, 500] {
        assert!(statuses.contains(&status), "no answer was a {status}");
    }
    println!(
        "{} answers of {} kinds, all with headers",
        answers.len(),
        statuses.len()
    );
}

#[actix_web::test]
async fn the_nonce_of_the_page_is_the_nonce_of_its_policy() {
    let answer = send(&edge(), TestRequest::get().uri("/nonce")).await;
    let wanted = format!("script-src 'self' 'nonce-{}'", answer.body);
    assert!(answer.header("content-security-policy").contains(&wanted));
}

#[actix_web::test]
async fn only_the_consent_page_sends_forms_elsewhere() {
    let consent = send(
        &edge(),
        signed_in(TestRequest::get().uri("/consent"), OWNER),
    )
    .await;
    let policy = consent.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:3118;"),
        "{policy}"
    );
    let other = send(&edge(), TestRequest::get().uri("/")).await;
    assert!(
        other
            .header("content-security-policy")
            .contains("form-action 'self';")
    );
}

#[actix_web::test]
async fn what_broke_is_told_to_nobody() {
    for path in ["/broken", "/panic"] {
        let answer = send(&edge(), TestRequest::get().uri(path)).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.code(), "internal");
        assert!(!answer.body.contains("secret"), "{}", answer.body);
        assert!(answer.body.contains("request_id"), "{}", answer.body);
    }
}

#[actix_web::test]
async fn a_browser_is_shown_a_page_and_a_program_problem_details() {
    let edge = edge().with_error_page(|problem, _request| {
        format!("<h1>{}</h1><p>{}", problem.title(), problem.detail)
    });
    let page = TestRequest::get()
        .uri("/nowhere")
        .insert_header(("accept", "text/html,*/*"));
    let page = send(&edge, page).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.body, "<h1>Not Found</h1><p>there is no such thing");
    let json = send(&edge, TestRequest::get().uri("/nowhere")).await;
    assert_eq!(
        json.body,
        r#"{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","detail":"there is no such thing"}"#
    );
}
