//! What we say of ourselves (T16): reviewed here, byte for byte.

use actix_web::{http::Method, test::TestRequest};

use crate::house::{House, PUBLIC};

#[actix_web::test]
async fn the_authorization_server_lists_what_it_offers() {
    let house = House::open().await;
    let answer = house.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("content-type"), "application/json");
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "issuer": "http://localhost:8080",
      "authorization_endpoint": "http://localhost:8080/oauth/authorize",
      "token_endpoint": "http://localhost:8080/oauth/token",
      "registration_endpoint": "http://localhost:8080/oauth/register",
      "revocation_endpoint": "http://localhost:8080/oauth/revoke",
      "response_types_supported": [
        "code"
      ],
      "response_modes_supported": [
        "query"
      ],
      "grant_types_supported": [
        "authorization_code",
        "refresh_token"
      ],
      "token_endpoint_auth_methods_supported": [
        "none"
      ],
      "revocation_endpoint_auth_methods_supported": [
        "none"
      ],
      "code_challenge_methods_supported": [
        "S256"
      ],
      "scopes_supported": [
        "tools:read",
        "tools:write",
        "tools:delete",
        "tools:billing",
        "tools:auth",
        "tools:admin"
      ],
      "authorization_response_iss_parameter_supported": true,
      "client_id_metadata_document_supported": false
    }
    "#);
}

#[actix_web::test]
async fn an_endpoint_names_itself_and_its_one_authorization_server() {
    let house = House::open().await;
    let answer = house
        .get("/.well-known/oauth-protected-resource/mcp/acme/support")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "resource": "http://localhost:8080/mcp/acme/support",
      "authorization_servers": [
        "http://localhost:8080"
      ],
      "bearer_methods_supported": [
        "header"
      ],
      "scopes_supported": [
        "tools:read",
        "tools:write",
        "tools:delete",
        "tools:billing",
        "tools:auth",
        "tools:admin"
      ]
    }
    "#);
    let server = house
        .get("/.well-known/oauth-authorization-server")
        .await
        .json();
    assert_eq!(answer.json()["authorization_servers"][0], server["issuer"]);
    assert_eq!(server["issuer"], PUBLIC);
}

#[actix_web::test]
async fn endpoints_that_are_not_there_are_all_the_same_404() {
    let house = House::open().await;
    house
        .sql("UPDATE endpoint SET removed_at = now() WHERE slug = 'empty'")
        .await;
    let mut bodies = Vec::new();
    for path in [
        "acme/nothing",
        "nobody/support",
        "acme/empty",
        "ACME/support",
        "acme/%2e%2e",
        "acme/support%00",
    ] {
        let answer = house
            .get(&format!("/.well-known/oauth-protected-resource/mcp/{path}"))
            .await;
        assert_eq!(answer.status, 404, "{path}");
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("request_id");
        bodies.push(body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}

#[actix_web::test]
async fn clients_in_browsers_may_ask() {
    let house = House::open().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/mcp/acme/support",
        "/oauth/token",
        "/oauth/register",
        "/oauth/revoke",
    ] {
        let request = TestRequest::default().method(Method::OPTIONS).uri(path);
        let answer = house
            .ask(request.insert_header(("origin", "https://inspector.example")))
            .await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(
            answer
                .header("access-control-allow-headers")
                .contains("content-type")
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let refused = house.post_form("/oauth/token", &[]).await;
    assert_eq!(refused.header("access-control-allow-origin"), "*");
}
