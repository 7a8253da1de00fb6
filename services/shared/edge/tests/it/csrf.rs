//! A change comes from our own page, in the browser it was drawn for.

use actix_web::{cookie::Cookie, http::StatusCode, test::TestRequest};

use crate::front::{
    AUDITOR, Answer, BROWSER_COOKIE, ORIGIN, OWNER, csrf_token, edge, form, send, signed_in,
};

/// What a browser says about where a request came from, and whether that is from us.
const ORIGINS: [(Option<&str>, Option<&str>, bool); 14] = [
    (Some("same-origin"), None, true),
    (Some("same-origin"), Some(ORIGIN), true),
    // What browsers send from pages with `Referrer-Policy: no-referrer`, as ours are.
    (Some("same-origin"), Some("null"), true),
    (None, Some(ORIGIN), true),
    (Some("same-origin"), Some("https://evil.example"), false),
    (
        Some("same-site"),
        Some("https://evil.countersign.example"),
        false,
    ),
    (Some("cross-site"), Some("https://evil.example"), false),
    (Some("cross-site"), Some(ORIGIN), false),
    (Some("none"), None, false),
    (Some("none"), Some(ORIGIN), false),
    (None, None, false),
    (None, Some("null"), false),
    (None, Some("https://evil.example"), false),
    (None, Some("http://countersign.example"), false),
];

fn from(request: TestRequest, site: Option<&str>, origin: Option<&str>) -> TestRequest {
    let request = match site {
        Some(site) => request.insert_header(("sec-fetch-site", site)),
        None => request,
    };
    match origin {
        Some(origin) => request.insert_header(("origin", origin)),
        None => request,
    }
}

fn bare(path: &str, content_type: &str, body: &str) -> TestRequest {
    signed_in(TestRequest::post().uri(path), OWNER)
        .insert_header(("content-type", content_type.to_owned()))
        .set_payload(body.to_owned())
}

#[actix_web::test]
async fn both_locks_have_to_be_open() {
    let good = csrf_token(OWNER).await;
    let anothers = csrf_token(AUDITOR).await;
    let tokens = [
        (good.as_str(), true),
        (anothers.as_str(), false),
        ("", false),
        ("AAAA", false),
        (&good[1..], false),
        (OWNER, false),
    ];
    let (mut cells, mut through) = (0, 0);
    for (site, origin, ours) in ORIGINS {
        for (token, right) in tokens {
            let fields = format!("name=x&csrf={token}");
            let posted = bare(
                "/t/acme/members",
                "application/x-www-form-urlencoded",
                &fields,
            );
            let queried = bare("/graphql", "application/json", r#"{"name":"x"}"#)
                .insert_header(("x-csrf-token", token));
            for request in [posted, queried] {
                let answer = send(&edge(), from(request, site, origin)).await;
                let passed = answer.status == StatusCode::OK;
                assert_eq!(
                    passed,
                    ours && right,
                    "{site:?} {origin:?} {token} {}",
                    answer.body
                );
                if !passed {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN);
                    let code = if ours {
                        "csrf_token_wrong"
                    } else {
                        "cross_site_request"
                    };
                    assert_eq!(answer.code(), code);
                }
                cells += 1;
                through += u32::from(passed);
            }
        }
    }
    println!("{cells} cells of the matrix, {through} let through");
    assert_eq!(through, 8);
}

#[actix_web::test]
async fn a_browser_without_a_session_has_a_token_of_its_own() {
    let edge = edge();
    let page = send(&edge, TestRequest::get().uri("/token")).await;
    let cookie = Cookie::parse(page.header("set-cookie").to_owned()).unwrap();
    assert_eq!(cookie.name(), BROWSER_COOKIE);
    assert_eq!(cookie.http_only(), Some(true));
    assert_eq!(cookie.secure(), Some(true));
    let (browser, token) = (cookie.value().to_owned(), page.body);

    let post = async |cookie: Option<&str>| -> Answer {
        let request = TestRequest::post()
            .uri("/sign-in")
            .insert_header(("sec-fetch-site", "same-origin"))
            .insert_header(("content-type", "application/x-www-form-urlencoded"))
            .set_payload(format!("name=ada&csrf={token}"));
        let request = match cookie {
            Some(value) => request.cookie(Cookie::new(BROWSER_COOKIE, value.to_owned())),
            None => request,
        };
        send(&edge, request).await
    };
    assert_eq!(post(Some(&browser)).await.body, "ada");
    assert_eq!(post(None).await.code(), "csrf_token_wrong");
    let another = "b".repeat(43);
    assert_eq!(post(Some(&another)).await.code(), "csrf_token_wrong");
    // The page drawn again for the same browser needs no new cookie.
    let again = TestRequest::get().uri("/token");
    let again = send(&edge, again.cookie(Cookie::new(BROWSER_COOKIE, browser))).await;
    assert_eq!(
        (again.body, again.headers.get("set-cookie").is_none()),
        (token, true)
    );
}

#[actix_web::test]
async fn a_form_is_read_as_it_was_meant_or_not_at_all() {
    let token = csrf_token(OWNER).await;
    let post = async |fields: &str| {
        let request = form("/t/acme/members", OWNER, &format!("{fields}&csrf={token}"));
        send(&edge(), request).await
    };
    assert_eq!(
        post("name=x&tools=a&tools=b").await.body,
        r#"acme x ["a", "b"]"#
    );
    assert_eq!(post("name=Gr%C3%B6%C3%9Fe+1").await.body, "acme Größe 1 []");
    assert_eq!(post("name=x&role=owner").await.code(), "unknown_field");
    assert_eq!(post("name=x&tenant_id=1").await.code(), "unknown_field");
    assert_eq!(post("name=x&name=y").await.code(), "invalid_form");
    assert_eq!(post("tools=a").await.code(), "invalid_form");
    assert_eq!(post("name=x&csrf=y").await.code(), "csrf_token_wrong");
    let large = format!("name={}", "x".repeat(70_000));
    assert_eq!(post(&large).await.status, StatusCode::PAYLOAD_TOO_LARGE);

    let pressed = form("/t/acme/press", OWNER, &format!("csrf={token}"));
    assert_eq!(send(&edge(), pressed).await.body, "pressed");
}

#[actix_web::test]
async fn only_the_content_a_route_takes_reaches_it() {
    let token = csrf_token(OWNER).await;
    for (path, content_type) in [
        ("/graphql", "text/plain"),
        ("/graphql", "multipart/form-data; boundary=x"),
        ("/graphql", "application/x-www-form-urlencoded"),
        ("/graphql", ""),
        ("/t/acme/members", "application/json"),
        ("/t/acme/members", "text/plain"),
    ] {
        let request = bare(path, content_type, r#"{"name":"x"}"#)
            .insert_header(("sec-fetch-site", "same-origin"))
            .insert_header(("x-csrf-token", token.clone()));
        let answer = send(&edge(), request).await;
        assert_eq!(
            answer.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{path} {content_type}"
        );
    }
    let doubled = bare("/graphql", "application/json", r#"{"name":"x","name":"y"}"#)
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("x-csrf-token", token));
    assert_eq!(send(&edge(), doubled).await.code(), "invalid_json");
}
