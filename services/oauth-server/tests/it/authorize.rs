//! Authorization requests: what is refused, and who is told (T04, T08, T16, T17).

use actix_web::test::TestRequest;
use serde_json::json;

use crate::house::{House, PUBLIC, session};

#[actix_web::test]
async fn a_wrong_request_is_told_to_the_client_with_its_state_and_our_name() {
    let house = House::open().await;
    let client = house.register().await;
    let long = "s".repeat(2_001);
    let foreign = "https://elsewhere.example/mcp/acme/support".to_owned();
    let right = house.acme.resource("support");
    let wrong: [(&str, Option<String>, &str); 22] = [
        ("response_type", None, "invalid_request"),
        (
            "response_type",
            Some("token".to_owned()),
            "unsupported_response_type",
        ),
        (
            "response_type",
            Some("code token".to_owned()),
            "unsupported_response_type",
        ),
        (
            "response_mode",
            Some("fragment".to_owned()),
            "invalid_request",
        ),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some(String::new()), "invalid_request"),
        (
            "code_challenge",
            Some("short".to_owned()),
            "invalid_request",
        ),
        ("code_challenge", Some("=".repeat(43)), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        (
            "code_challenge_method",
            Some("plain".to_owned()),
            "invalid_request",
        ),
        (
            "code_challenge_method",
            Some("s256".to_owned()),
            "invalid_request",
        ),
        ("resource", None, "invalid_target"),
        ("resource", Some(PUBLIC.to_owned()), "invalid_target"),
        ("resource", Some(foreign), "invalid_target"),
        (
            "resource",
            Some(house.acme.resource("nothing")),
            "invalid_target",
        ),
        (
            "resource",
            Some(right.replace("acme", "nobody")),
            "invalid_target",
        ),
        ("resource", Some(format!("{right}/")), "invalid_target"),
        ("resource", Some(format!("{right}#part")), "invalid_target"),
        (
            "scope",
            Some("tools:everything".to_owned()),
            "invalid_scope",
        ),
        ("scope", Some("tools:*".to_owned()), "invalid_scope"),
        ("prompt", Some("none".to_owned()), "interaction_required"),
        ("state", Some(long), "invalid_request"),
    ];
    for (field, value, error) in &wrong {
        let mut request = House::request(&client, &right);
        match value {
            Some(value) => request.insert(field, value.clone()),
            None => request.remove(field),
        };
        let answer = house.authorize(&request).await;
        assert_eq!(answer.status, 303, "{field}: {value:?}");
        assert!(
            answer
                .header("location")
                .starts_with(crate::house::REDIRECT_URI)
        );
        let told = answer.location();
        assert_eq!(told["error"], *error, "{field}: {value:?}");
        assert_eq!(told["iss"], PUBLIC);
        assert!(!told.contains_key("code"));
        assert_eq!(
            told.get("state").map_or("", String::as_str),
            if *field == "state" { "" } else { "st&te=1" }
        );
    }
    println!("{} wrong requests, each told to the client", wrong.len());
    assert_eq!(
        house
            .count("SELECT count(*) FROM oauth_authorization")
            .await,
        0
    );
}

#[actix_web::test]
async fn a_refusal_sends_nobody_to_a_host_that_anybody_could_register() {
    let house = House::open().await;
    let callback = "https://evil.example/sign-in?a=1&b=%27";
    let body = json!({"client_name": "Countersign", "redirect_uris": [callback]});
    let client = house.post_json("/oauth/register", &body).await.json()["client_id"].clone();
    let mut request = House::request(client.as_str().unwrap(), &house.acme.resource("support"));
    request.insert("redirect_uri", callback.to_owned());
    let right = request.clone();
    for (field, value) in [
        ("scope", "everything"),
        ("prompt", "none"),
        ("resource", "https://elsewhere.example"),
        ("response_type", "token"),
    ] {
        request.insert(field, value.to_owned());
        let member = session(house.acme.owner);
        let signed_in = house.ask(House::visit(&request).cookie(member)).await;
        for answer in [house.authorize(&request).await, signed_in] {
            let led_to = (answer.status.as_u16(), answer.header("location"));
            assert_eq!(led_to, (400, ""), "{field}");
            assert!(answer.body.contains("Back to evil.example</a>"), "{field}");
            let link = "href=\"https://evil.example/sign-in?a=1&amp;b=%27&amp;error=";
            assert!(answer.body.contains(link), "{}", answer.body);
            assert!(answer.body.contains("&amp;state=st%26te%3D1&amp;iss="));
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        request.clone_from(&right);
    }
    let answer = house.authorize(&right).await;
    assert!(answer.header("location").starts_with("/sign-in"));
}

#[actix_web::test]
async fn a_parameter_given_twice_is_refused() {
    let house = House::open().await;
    let client = house.register().await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(House::request(&client, &house.acme.resource("support")))
        .finish();
    for name in [
        "response_type",
        "code_challenge",
        "code_challenge_method",
        "resource",
        "state",
        "scope",
        "anything",
    ] {
        let answer = house
            .get(&format!("/oauth/authorize?{query}&{name}=a&{name}=b"))
            .await;
        assert_eq!(answer.location()["error"], "invalid_request", "{name}");
    }
    for name in ["client_id", "redirect_uri"] {
        let answer = house
            .get(&format!("/oauth/authorize?{query}&{name}=a"))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (400, ""),
            "{name}"
        );
    }
}

#[actix_web::test]
async fn a_right_request_goes_to_consent_by_way_of_sign_in() {
    let house = House::open().await;
    let client = house.register().await;
    let mut request = House::request(&client, &house.acme.resource("support"));
    request.insert("scope", "tools:read offline_access".to_owned());
    request.insert("prompt", "consent".to_owned());

    let stranger = house.authorize(&request).await;
    assert_eq!(stranger.status, 303);
    assert!(
        stranger
            .header("location")
            .starts_with("/sign-in?next=%2Foauth%2Fconsent%3Frequest%3Dauthz_")
    );

    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request)
        .finish();
    let known = TestRequest::get().uri(&format!("/oauth/authorize?{query}"));
    let known = house.ask(known.cookie(session(house.acme.owner))).await;
    assert_eq!(known.status, 303);
    assert!(
        known
            .header("location")
            .starts_with("/oauth/consent?request=authz_")
    );

    for answer in [stranger, known] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        let cookie = &answer.cookies[0];
        assert_eq!(cookie.name(), "countersign-authorize");
        assert!(cookie.http_only().unwrap());
        assert_eq!(cookie.path(), Some("/"));
        assert_eq!(cookie.same_site().unwrap().to_string(), "Lax");
    }
}

#[actix_web::test]
async fn the_host_may_be_spelled_in_capitals() {
    let house = House::open().await;
    let client = house.register().await;
    let shouted = house
        .acme
        .resource("support")
        .replace("http://localhost", "HTTP://LOCALHOST");
    let answer = house.authorize(&House::request(&client, &shouted)).await;
    assert!(
        answer.header("location").starts_with("/sign-in"),
        "{}",
        answer.header("location")
    );
}
