//! Who gets in, and what everybody else is told.

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};
use countersign_access::ActionName;
use countersign_domain::secret::Secret;
use countersign_edge::{Edge, NoSessions, WhoMay};
use countersign_testkit::world;

use crate::front::{
    AUDITOR, OWNER, SESSION_COOKIE, csrf_token, edge, form, routes, send, signed_in,
};

const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

#[actix_web::test]
async fn a_tenant_that_is_not_there_and_one_that_is_not_yours_are_the_same() {
    let ask = async |tenant: &str| {
        let path = format!("/t/{tenant}/home");
        let answer = send(&edge(), signed_in(TestRequest::get().uri(&path), OWNER)).await;
        (
            answer.status,
            answer.header("content-type").to_owned(),
            answer.body,
        )
    };
    assert_eq!(ask("acme").await.2, "Acme Ltd.");
    let foreign = ask("another-tenant").await;
    assert_eq!(foreign.0, StatusCode::NOT_FOUND);
    let others = [
        "no-such", "ACME", "acme%2f", "%2e%2e", "a%00b", "-", "acme-",
    ];
    for other in others {
        assert_eq!(ask(other).await, foreign, "{other}");
    }
    // And so is a path that no route has.
    let nowhere = send(&edge(), TestRequest::get().uri("/no/such/path")).await;
    assert_eq!(nowhere.body, foreign.2);
    println!("{} paths, one answer", others.len() + 2);
}

#[actix_web::test]
async fn without_a_session_a_page_leads_to_sign_in_and_an_api_says_401() {
    for route in routes().table() {
        let cookie_route = matches!(route.who, WhoMay::SignedIn | WhoMay::Member(_));
        if !cookie_route {
            continue;
        }
        let path = route.path.replace("{tenant}", "acme");
        let request = || {
            TestRequest::with_uri(&path)
                .method(route.method.clone())
                .insert_header(("sec-fetch-site", "same-origin"))
        };
        for token in [None, Some("x".repeat(43)), Some(String::new())] {
            let with = |request: TestRequest| match &token {
                Some(token) => signed_in(request, token),
                None => request,
            };
            let api = send(&edge(), with(request())).await;
            assert_eq!(api.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(api.code(), "sign_in_required");
            let page = send(&edge(), with(request().insert_header(PAGE))).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
            assert!(page.header("location").starts_with("/sign-in"));
        }
    }
    let query = "/oauth/authorize?client_id=x&state=a%26b";
    let answer = send(&edge(), TestRequest::get().uri(query).insert_header(PAGE)).await;
    assert_eq!(
        answer.header("location"),
        "/sign-in?next=%2Foauth%2Fauthorize%3Fclient_id%3Dx%26state%3Da%2526b"
    );
}

#[actix_web::test]
async fn a_role_that_may_not_is_told_so_before_the_handler_runs() {
    let token = csrf_token(AUDITOR).await;
    let fields = format!("name=x&csrf={token}");
    let answer = send(&edge(), form("/t/acme/members", AUDITOR, &fields)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::FORBIDDEN, "forbidden")
    );
    let read = send(
        &edge(),
        signed_in(TestRequest::get().uri("/t/acme/home"), AUDITOR),
    )
    .await;
    assert_eq!(read.status, StatusCode::OK);
    // A change is not to be had by reading.
    let got = send(
        &edge(),
        signed_in(TestRequest::get().uri("/t/acme/members"), OWNER),
    )
    .await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(got.code(), "method_not_allowed");
}

#[actix_web::test]
async fn the_table_says_who_may_call_what() {
    let routes = routes();
    let table = routes.table();
    assert_eq!(table.len(), 14);
    let members = table
        .iter()
        .find(|route| route.path == "/t/{tenant}/members")
        .unwrap();
    assert_eq!(members.method, Method::POST);
    assert_eq!(members.who, WhoMay::Member(ActionName::ManageMembers));
    assert_eq!(members.who.to_string(), "member: ManageMembers");
}

#[actix_web::test]
async fn what_a_client_says_of_its_address_is_believed_only_of_configured_proxies() {
    let ask = async |hops: u8, forwarded: Option<&str>| {
        let request = TestRequest::get()
            .uri("/address")
            .peer_addr("198.51.100.7:4000".parse().unwrap());
        let request = match forwarded {
            Some(value) => request.insert_header(("x-forwarded-for", value)),
            None => request,
        };
        send(&edge().with_proxy_hops(hops), request).await.body
    };
    let said = Some("10.0.0.1, 203.0.113.5, 192.0.2.9");
    assert_eq!(ask(0, said).await, "198.51.100.7");
    assert_eq!(ask(1, said).await, "192.0.2.9");
    assert_eq!(ask(2, said).await, "203.0.113.5");
    assert_eq!(ask(4, said).await, "198.51.100.7");
    assert_eq!(ask(1, Some("nonsense")).await, "198.51.100.7");
    assert_eq!(ask(1, None).await, "198.51.100.7");
    assert_eq!(ask(1, Some("::ffff:192.0.2.9")).await, "192.0.2.9");
}

#[actix_web::test]
async fn cookies_are_for_us_alone() {
    let cookie = edge().session_cookie(&Secret::new(OWNER.to_owned()));
    assert_eq!(
        cookie.to_string(),
        format!("{SESSION_COOKIE}={OWNER}; HttpOnly; SameSite=Lax; Secure; Path=/")
    );
    let local = "http://localhost:8080".parse().unwrap();
    let local = Edge::new(local, world(), std::sync::Arc::new(NoSessions));
    let cookie = local.session_cookie(&Secret::new(OWNER.to_owned()));
    assert_eq!(
        cookie.to_string(),
        format!("countersign={OWNER}; HttpOnly; SameSite=Lax; Path=/")
    );
    assert!(local.no_session_cookie().to_string().contains("Max-Age=0"));
}
