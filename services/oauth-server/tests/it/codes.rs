//! Codes: redeemed once, by whom and for what they were given (T01 to T04).

use futures_util::future::join_all;

use crate::house::{House, one_winner, tally};

#[actix_web::test]
async fn of_many_redemptions_of_one_code_exactly_one_succeeds() {
    const CODES: usize = 20;
    const AT_ONCE: usize = 50;
    let house = House::open().await;
    let resource = house.acme.resource("support");
    for _ in 0..CODES {
        let code = house.code(house.acme.owner, &resource).await;
        let form = code.form();
        let answers = join_all((0..AT_ONCE).map(|_| house.insist(&form))).await;

        assert_eq!(tally(&answers), one_winner(AT_ONCE));
    }
    let families = house
        .count("SELECT count(*) FROM oauth_refresh_token")
        .await;
    assert_eq!(families, i64::try_from(CODES).unwrap());
    assert_eq!(house.records("token.code_reused").await, families);
    println!("{CODES} codes redeemed {AT_ONCE} times at once: {families} families of tokens");
}

#[actix_web::test]
async fn a_valid_replay_ends_the_grant_and_an_invalid_one_does_not() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let code = house.code(house.acme.owner, &resource).await;
    let victim = crate::house::agent(&code.client, &resource, &house.token(&code.form()).await);
    let other = house.register().await;

    for (field, value) in [
        ("code_verifier", "a".repeat(43)),
        ("client_id", other),
        ("redirect_uri", "http://127.0.0.1:6276/other".to_owned()),
        ("resource", house.acme.resource("empty")),
    ] {
        let answer = house.token(&code.form_but(field, Some(&value))).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (400, "invalid_grant"),
            "{field}"
        );
        assert!(house.is_alive(&victim).await, "{field}");
    }
    assert_eq!(house.records("token.code_reused").await, 0);

    let replay = house.token(&code.form()).await;
    assert_eq!(
        (replay.status.as_u16(), replay.error().as_str()),
        (400, "invalid_grant")
    );
    assert!(!house.is_alive(&victim).await);
    assert_eq!(
        house.token(&victim.refresh_form()).await.error(),
        "invalid_grant"
    );
    assert_eq!(house.records("token.code_reused").await, 1);
    let told = "SELECT count(*) FROM event WHERE payload->>'event' = 'grant_revoked'";
    assert_eq!(house.count(told).await, 1);
}

#[actix_web::test]
async fn a_code_is_good_only_for_all_it_was_given_for_and_survives_other_attempts() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let code = house.code(house.acme.owner, &resource).await;
    let other = house.register().await;
    let wrong_verifier = "b".repeat(64);
    let mixed_case = resource.replace("support", "Support");
    let (sibling, foreign) = (
        house.acme.resource("empty"),
        house.globex.resource("support"),
    );
    let attempts = [
        ("client_id", Some(other.as_str()), 400, "invalid_grant"),
        (
            "client_id",
            Some("client_00000000000000000000000000000000"),
            401,
            "invalid_client",
        ),
        ("client_id", Some("x"), 401, "invalid_client"),
        ("client_id", None, 401, "invalid_client"),
        (
            "redirect_uri",
            Some("http://127.0.0.1:6277/oauth/callback"),
            400,
            "invalid_grant",
        ),
        (
            "redirect_uri",
            Some("http://127.0.0.1:6276/oauth/callback/"),
            400,
            "invalid_grant",
        ),
        ("redirect_uri", None, 400, "invalid_grant"),
        ("resource", Some(sibling.as_str()), 400, "invalid_grant"),
        ("resource", Some(foreign.as_str()), 400, "invalid_grant"),
        (
            "resource",
            Some("https://elsewhere.example/mcp/acme/support"),
            400,
            "invalid_target",
        ),
        ("resource", Some(mixed_case.as_str()), 400, "invalid_target"),
        ("resource", None, 400, "invalid_target"),
        (
            "code_verifier",
            Some(wrong_verifier.as_str()),
            400,
            "invalid_grant",
        ),
        ("code_verifier", Some("short"), 400, "invalid_grant"),
        ("code_verifier", None, 400, "invalid_grant"),
        (
            "code",
            Some("csc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            400,
            "invalid_grant",
        ),
        ("code", None, 400, "invalid_request"),
        (
            "grant_type",
            Some("password"),
            400,
            "unsupported_grant_type",
        ),
        ("grant_type", None, 400, "invalid_request"),
    ];
    for (field, value, status, error) in attempts {
        let answer = house.token(&code.form_but(field, value)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (status, error),
            "{field}: {value:?}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let mut twice = code.form();
    twice.push(("code_verifier", crate::house::VERIFIER));
    assert_eq!(house.token(&twice).await.error(), "invalid_request");

    let answer = house.token(&code.form()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    println!(
        "{} wrong redemptions, and the code still good",
        attempts.len() + 1
    );
    assert!(house.records("token.refused").await >= 8);
}

#[actix_web::test]
async fn a_code_ends_by_database_time_and_with_its_grant() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let late = house.code(house.acme.owner, &resource).await;
    house
        .sql("UPDATE oauth_code SET expires_at = now() - interval '1 second'")
        .await;
    assert_eq!(house.token(&late.form()).await.error(), "invalid_grant");

    let orphan = house.code(house.acme.owner, &resource).await;
    house
        .sql("UPDATE member SET role = 'auditor' WHERE role = 'owner'")
        .await;
    assert_eq!(house.token(&orphan.form()).await.error(), "invalid_grant");
    assert_eq!(
        house.count("SELECT count(*) FROM oauth_access_token").await,
        0
    );
    assert_eq!(house.records("token.code_reused").await, 0);
}

#[actix_web::test]
async fn tokens_are_short_lived_bearer_tokens_that_only_their_digests_remember() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let code = house.code(house.acme.owner, &resource).await;
    let answer = house.token(&code.form()).await;
    let json = answer.json();

    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 600);
    assert_eq!(json["scope"], "tools:read tools:write");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut secrets = vec![code.text.as_str()];
    secrets.extend(["access_token", "refresh_token"].map(|name| json[name].as_str().unwrap()));
    let dump = "SELECT string_agg(t::text, ' ') FROM (
        SELECT to_jsonb(x)::text FROM oauth_code x UNION ALL SELECT to_jsonb(x)::text FROM oauth_access_token x
        UNION ALL SELECT to_jsonb(x)::text FROM oauth_refresh_token x UNION ALL SELECT to_jsonb(x)::text FROM record x
        UNION ALL SELECT to_jsonb(x)::text FROM event x UNION ALL SELECT to_jsonb(x)::text FROM oauth_grant x) AS t";
    let mut admin = house.database.admin().await;
    let dump: String = sqlx::query_scalar(dump)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    for secret in secrets {
        assert_eq!(secret.len(), 47);
        assert!(!dump.contains(&secret[4..]));
    }
}
