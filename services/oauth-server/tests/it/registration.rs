//! Anybody may register, and it gives them nothing (T13).

use actix_web::test::TestRequest;
use countersign_oauth_server::{AddressQuota, Limits};
use countersign_store::oauth_clients::UnusedClients;
use serde_json::json;

use crate::house::{House, generous};

#[actix_web::test]
async fn what_real_clients_send_is_registered_and_only_what_we_understood_comes_back() {
    let house = House::open().await;
    let sent = json!({
        "client_name": "MCP CLI Proxy",
        "redirect_uris": ["http://localhost:3334/oauth/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_post",
        "application_type": "native",
        "client_secret": "hunter2",
        "client_id": "mine",
        "jwks_uri": "http://169.254.169.254/",
        "logo_uri": "http://10.0.0.1/x.png",
        "software_id": "x",
        "scope": "tools:admin",
    });
    let answer = house.post_json("/oauth/register", &sent).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut registered = answer.json();
    assert!(
        registered["client_id"]
            .as_str()
            .unwrap()
            .starts_with("client_")
    );
    registered["client_id"] = "[id]".into();
    registered["client_id_issued_at"] = "[seconds]".into();
    insta::assert_json_snapshot!(registered, @r#"
    {
      "client_id": "[id]",
      "client_id_issued_at": "[seconds]",
      "client_name": "MCP CLI Proxy",
      "redirect_uris": [
        "http://localhost:3334/oauth/callback"
      ],
      "grant_types": [
        "authorization_code",
        "refresh_token"
      ],
      "response_types": [
        "code"
      ],
      "token_endpoint_auth_method": "none"
    }
    "#);
}

#[actix_web::test]
async fn what_cannot_be_registered_is_refused_with_the_right_word() {
    let house = House::open().await;
    let good = "https://app.example/cb";
    let many: Vec<_> = (0..11).map(|n| format!("{good}/{n}")).collect();
    let refused = [
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": many}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": [good, "javascript:alert(1)"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://*.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["http://app.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://app.example/cb#x"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [good], "client_name": ""}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "client_name": "x".repeat(81)}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "client_name": "Claude\u{202e}"}),
            "invalid_client_metadata",
        ),
        (json!({"redirect_uris": good}), "invalid_client_metadata"),
        (json!({"redirect_uris": [1]}), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
    ];
    for (body, error) in &refused {
        let answer = house.post_json("/oauth/register", body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (400, *error),
            "{body}"
        );
    }
    let doubled =
        format!(r#"{{"redirect_uris":["{good}"],"redirect_uris":["https://evil.example/cb"]}}"#);
    let request = TestRequest::post()
        .uri("/oauth/register")
        .set_payload(doubled);
    assert_eq!(house.ask(request).await.error(), "invalid_client_metadata");
    assert_eq!(house.count("SELECT count(*) FROM oauth_client").await, 0);
    println!("{} registrations refused", refused.len() + 1);
}

#[actix_web::test]
async fn one_address_cannot_flood() {
    let few = AddressQuota::new(3, 1);
    let house = House::with(Limits {
        register: few,
        authorize: few,
        token: few,
        ..generous()
    })
    .await;
    let body = json!({"redirect_uris": ["https://app.example/cb"]});
    for _ in 0..3 {
        assert_eq!(house.post_json("/oauth/register", &body).await.status, 201);
        assert_ne!(house.get("/oauth/authorize").await.status, 429);
        assert_ne!(house.post_form("/oauth/token", &[]).await.status, 429);
    }
    let refused = [
        house.post_json("/oauth/register", &body).await,
        house.get("/oauth/authorize").await,
        house.post_form("/oauth/token", &[]).await,
        house.post_form("/oauth/revoke", &[]).await,
    ];
    for answer in refused {
        assert_eq!(answer.status, 429);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
}

#[actix_web::test]
async fn all_together_cannot_fill_the_house_and_unused_clients_are_forgotten() {
    let unused_clients = UnusedClients {
        most: 5,
        kept_hours: 24,
    };
    let house = House::with(Limits {
        unused_clients,
        ..generous()
    })
    .await;
    let resource = house.acme.resource("support");
    let agent = house.connect(house.acme.owner, &resource).await;
    let asked = house.register().await;
    house.begin(&House::request(&asked, &resource)).await;
    for _ in 0..4 {
        house.register().await;
    }
    let body = json!({"redirect_uris": ["https://app.example/cb"]});
    let full = house.post_json("/oauth/register", &body).await;
    assert_eq!(full.status, 429);
    assert_eq!(full.header("retry-after"), "3600");

    house
        .sql("UPDATE oauth_client SET created_at = now() - interval '25 hours'")
        .await;
    assert_eq!(house.server.clients.forget_unused().await.unwrap(), 5);
    assert_eq!(house.post_json("/oauth/register", &body).await.status, 201);
    assert!(house.is_alive(&agent).await);
}
