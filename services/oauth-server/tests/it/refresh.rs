//! Refresh tokens: used once, and only while what they rest on still stands (T06, T07).

use futures_util::future::join_all;

use crate::house::{House, agent, one_winner, tally};

#[actix_web::test]
async fn of_many_uses_of_one_refresh_token_exactly_one_succeeds() {
    const TOKENS: usize = 10;
    const AT_ONCE: usize = 50;
    let house = House::open().await;
    let resource = house.acme.resource("support");
    for round in 1..=TOKENS {
        let connected = house.connect(house.acme.owner, &resource).await;
        let form = connected.refresh_form();
        let answers = join_all((0..AT_ONCE).map(|_| house.insist(&form))).await;

        assert_eq!(tally(&answers), one_winner(AT_ONCE));
        let won = answers.iter().find(|answer| answer.status == 200).unwrap();
        // Whoever came second had the token from somewhere: all of it ends.
        assert!(
            !house
                .is_alive(&agent(&connected.client, &resource, won))
                .await
        );
        assert!(!house.is_alive(&connected).await);
        assert_eq!(
            house.records("token.refresh_reused").await,
            i64::try_from(round).unwrap()
        );
    }
    println!("{TOKENS} refresh tokens used {AT_ONCE} times at once: one success each");
}

#[actix_web::test]
async fn a_rotated_token_used_again_ends_the_whole_family() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let bystander = house.connect(house.acme.owner, &resource).await;
    let first = house.connect(house.acme.owner, &resource).await;
    let second = agent(
        &first.client,
        &resource,
        &house.token(&first.refresh_form()).await,
    );
    let third = agent(
        &first.client,
        &resource,
        &house.token(&second.refresh_form()).await,
    );
    assert!(house.is_alive(&third).await);

    let reuse = house.token(&first.refresh_form()).await;

    assert_eq!(
        (reuse.status.as_u16(), reuse.error().as_str()),
        (400, "invalid_grant")
    );
    for dead in [&first, &second, &third] {
        assert!(!house.is_alive(dead).await);
        assert_eq!(
            house.token(&dead.refresh_form()).await.error(),
            "invalid_grant"
        );
    }
    assert!(house.is_alive(&bystander).await);
    assert_eq!(house.records("token.refresh_reused").await, 1);
}

#[actix_web::test]
async fn another_client_or_resource_neither_uses_nor_ends_a_token() {
    let house = House::open().await;
    let connected = house
        .connect(house.acme.owner, &house.acme.resource("support"))
        .await;
    let other = house.register().await;
    let sibling = house.acme.resource("empty");
    for (field, value, error) in [
        ("client_id", other.as_str(), "invalid_grant"),
        ("resource", sibling.as_str(), "invalid_grant"),
        ("resource", "https://elsewhere.example/", "invalid_target"),
        ("scope", "tools:admin", "invalid_scope"),
        ("scope", "everything", "invalid_scope"),
    ] {
        let mut form = connected.refresh_form();
        form.retain(|(name, _)| *name != field);
        form.push((field, value));
        assert_eq!(house.token(&form).await.error(), error, "{field}={value}");
    }
    let mut narrower = connected.refresh_form();
    narrower.push(("scope", "tools:read"));
    let answer = house.token(&narrower).await;
    let next = agent(&connected.client, &connected.resource, &answer);
    assert_eq!(next.scope, "tools:read");
    let again = house.token(&next.refresh_form()).await;
    assert_eq!(again.json()["scope"], "tools:read tools:write");
}

#[actix_web::test]
async fn no_token_is_issued_that_consent_would_not_give_today() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let changes = [
        (
            "UPDATE member SET role = 'auditor' WHERE role = 'owner'",
            "UPDATE member SET role = 'owner' WHERE id::text LIKE '%0000000b'",
        ),
        (
            "UPDATE member SET removed_at = now() WHERE role = 'owner'",
            "UPDATE member SET removed_at = NULL",
        ),
        (
            "UPDATE oauth_client SET disabled_at = now()",
            "UPDATE oauth_client SET disabled_at = NULL",
        ),
        (
            "UPDATE endpoint SET removed_at = now()",
            "UPDATE endpoint SET removed_at = NULL",
        ),
        (
            "UPDATE oauth_grant SET revoked_at = now()",
            "UPDATE oauth_grant SET revoked_at = NULL",
        ),
        (
            "UPDATE oauth_grant SET expires_at = now()",
            "UPDATE oauth_grant SET expires_at = now() + interval '1 day'",
        ),
        (
            "UPDATE oauth_grant SET scopes = '{}'",
            "UPDATE oauth_grant SET scopes = '{tools:read}'",
        ),
        (
            "UPDATE oauth_refresh_token SET expires_at = now()",
            "UPDATE oauth_refresh_token SET expires_at = now() + interval '1 day'",
        ),
    ];
    let mut connected = house.connect(house.acme.owner, &resource).await;
    for (change, back) in changes {
        house.sql(change).await;
        let refused = house.token(&connected.refresh_form()).await;
        assert!(
            ["invalid_grant", "invalid_client"].contains(&refused.error().as_str()),
            "{change}"
        );
        house.sql(back).await;
        let answer = house.token(&connected.refresh_form()).await;
        assert_eq!(answer.status, 200, "after {back}: {}", answer.body);
        connected = agent(&connected.client, &resource, &answer);
    }
    // What was withdrawn stays withdrawn: the grant now covers less than the token did.
    assert_eq!(connected.scope, "tools:read");
    println!("{} changes, each stops the next token", changes.len());
}
