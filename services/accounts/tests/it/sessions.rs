//! How long a session lives, and where it leads.

use crate::house::House;

#[tokio::test]
async fn a_session_ends_when_it_is_idle_old_or_signed_out() {
    let endings = [
        "UPDATE session SET last_seen_at = now() - interval '12 hours 1 second'",
        "UPDATE session SET expires_at = now() - interval '1 second'",
        "UPDATE session SET revoked_at = now()",
    ];
    for sql in endings {
        let house = House::open().await;
        let ada = house.owner("ada@example.com", "Acme").await;
        house.age(sql).await;

        assert!(
            house.accounts.session(&ada.token).await.unwrap().is_none(),
            "{sql}"
        );
        let entered = house
            .accounts
            .enter(ada.signed_in.session, &ada.tenant)
            .await;
        assert!(entered.unwrap().is_none(), "{sql}");
    }
    println!("{} ways for a session to end", endings.len());
}

#[tokio::test]
async fn a_session_lives_seven_days_at_most_and_is_kept_alive_by_use() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let days: i32 =
        sqlx::query_scalar("SELECT extract(day FROM expires_at - created_at)::int FROM session")
            .fetch_one(&mut house.database.admin().await)
            .await
            .unwrap();
    assert_eq!(days, 7);

    for (sql, moved) in [
        (
            "UPDATE session SET last_seen_at = now() - interval '11 hours'",
            true,
        ),
        (
            "UPDATE session SET last_seen_at = now() - interval '30 seconds'",
            false,
        ),
    ] {
        house.age(sql).await;
        assert!(house.accounts.session(&ada.token).await.unwrap().is_some());
        let fresh: bool =
            sqlx::query_scalar("SELECT last_seen_at > now() - interval '20 seconds' FROM session")
                .fetch_one(&mut house.database.admin().await)
                .await
                .unwrap();
        assert_eq!(fresh, moved, "{sql}");
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let other = house
        .sign_in("ada@example.com", crate::house::PASSWORD)
        .await
        .unwrap();

    house
        .accounts
        .sign_out(ada.signed_in.session)
        .await
        .unwrap();
    house
        .accounts
        .sign_out(ada.signed_in.session)
        .await
        .unwrap();

    assert!(house.accounts.session(&ada.token).await.unwrap().is_none());
    let still = house.accounts.session(other.token.expose()).await.unwrap();
    assert!(still.is_some());
    assert_eq!(house.records("member.signed_out").await, 1);
}

#[tokio::test]
async fn a_session_leads_only_into_ones_own_tenants() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let eve = house.owner("eve@example.com", "Evil").await;

    let enter = async |slug: &str| {
        let slug = slug.parse().unwrap();
        house
            .accounts
            .enter(eve.signed_in.session, &slug)
            .await
            .unwrap()
    };
    assert!(enter("acme").await.is_none());
    assert!(enter("no-such-tenant").await.is_none());
    assert_eq!(enter("evil").await.unwrap().tenant(), eve.scope.tenant());
    for guess in ["", "x", &"A".repeat(43), &ada.signed_in.session.to_string()] {
        assert!(
            house.accounts.session(guess).await.unwrap().is_none(),
            "{guess}"
        );
    }
}
