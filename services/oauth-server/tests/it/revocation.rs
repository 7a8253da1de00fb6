//! A client gives its tokens back, and only its own (T18).

use crate::house::House;

#[actix_web::test]
async fn a_returned_token_ends_the_grant_and_a_foreign_one_nothing() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let other = house.register().await;
    for give_back_access in [true, false] {
        let agent = house.connect(house.acme.owner, &resource).await;
        let token = if give_back_access {
            &agent.access
        } else {
            &agent.refresh
        };
        for (client, token) in [
            (other.as_str(), token.as_str()),
            (
                &agent.client,
                "csa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            (&agent.client, "nonsense"),
        ] {
            let answer = house
                .post_form("/oauth/revoke", &[("client_id", client), ("token", token)])
                .await;
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
            assert!(house.is_alive(&agent).await);
        }
        let form = [
            ("client_id", agent.client.as_str()),
            ("token", token),
            ("token_type_hint", "nonsense"),
        ];
        let answer = house.post_form("/oauth/revoke", &form).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
        assert!(!house.is_alive(&agent).await);
        assert_eq!(
            house.token(&agent.refresh_form()).await.error(),
            "invalid_grant"
        );
        assert_eq!(house.post_form("/oauth/revoke", &form).await.status, 200);
    }
    assert_eq!(house.records("agent.revoked").await, 2);
}

#[actix_web::test]
async fn a_request_must_name_a_client_and_a_token() {
    let house = House::open().await;
    let client = house.register().await;
    let cases = [
        (vec![("client_id", client.as_str())], 400, "invalid_request"),
        (vec![("token", "x")], 401, "invalid_client"),
        (
            vec![("token", "x"), ("client_id", "y")],
            401,
            "invalid_client",
        ),
    ];
    for (form, status, error) in cases {
        let answer = house.post_form("/oauth/revoke", &form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (status, error)
        );
    }
    let json = serde_json::json!({"token": "x", "client_id": client});
    assert_eq!(
        house.post_json("/oauth/revoke", &json).await.error(),
        "invalid_request"
    );
    assert_eq!(
        house.post_json("/oauth/token", &json).await.error(),
        "invalid_request"
    );
}
