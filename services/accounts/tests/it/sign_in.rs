//! Signing up and in.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

use countersign_accounts::{SignInError, SignUpError};
use countersign_domain::{Fault, role::Role};

use crate::house::{House, PASSWORD, address};

#[tokio::test]
async fn signing_up_makes_a_person_a_tenant_an_owner_and_an_environment() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Analytical Engines").await;

    assert_eq!(ada.tenant.as_str(), "analytical-engines");
    assert_eq!(ada.scope.role(), Some(Role::Owner));
    let tx = house.database.store().begin(&ada.scope).await.unwrap();
    let environments = tx.environments().await.unwrap();
    assert_eq!(environments.len(), 1);
    assert_eq!(environments[0].slug.as_str(), "production");
    assert_eq!(house.records("member.signed_up").await, 1);
}

#[tokio::test]
async fn tenants_of_one_name_get_numbers_and_an_address_gets_one_account() {
    let house = House::open().await;
    for (email, slug) in [
        ("a@example.com", "acme"),
        ("b@example.com", "acme-2"),
        ("c@example.com", "acme-3"),
    ] {
        assert_eq!(house.owner(email, "Acme").await.tenant.as_str(), slug);
    }
    let taken = house
        .sign_up("  A@Example.com", "Other")
        .await
        .err()
        .unwrap();
    assert!(matches!(taken, SignUpError::EmailTaken), "{taken}");
    assert_eq!(taken.code(), "email_taken");
    // What failed left no tenant behind.
    let tenants: i64 = sqlx::query_scalar("SELECT count(*) FROM tenant")
        .fetch_one(&mut house.database.admin().await)
        .await
        .unwrap();
    assert_eq!(tenants, 3);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let house = House::open().await;
    house.owner("ada@example.com", "Acme").await;

    let mut answers = Vec::new();
    for round in 0..5 {
        for email in ["ada@example.com", "nobody@example.com"] {
            let began = Instant::now();
            let error = house
                .sign_in(email, "not the password")
                .await
                .err()
                .unwrap();
            let took = began.elapsed();
            assert!(matches!(error, SignInError::WrongCredentials));
            // One does not answer sooner than the other: both wait for the same moment.
            assert!(took >= Duration::from_millis(400), "{email}: {took:?}");
            answers.push((round, email, error.code(), error.to_string(), took));
        }
    }
    let mut texts: Vec<_> = answers.iter().map(|a| (a.2, a.3.clone())).collect();
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    println!("{} refusals, one answer: {answers:?}", answers.len());
    // Only the account that exists has a log to write to.
    assert_eq!(house.records("member.sign_in_failed").await, 5);
}

#[tokio::test]
async fn signing_in_begins_a_new_session_each_time() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;

    let one = house.sign_in("ADA@example.com", PASSWORD).await.unwrap();
    let two = house.sign_in("ada@example.com", PASSWORD).await.unwrap();

    assert_ne!(one.token.expose(), two.token.expose());
    assert_ne!(one.token.expose(), ada.token);
    assert_eq!(one.tenant, Some(ada.tenant));
    assert_eq!(house.records("member.signed_in").await, 2);
}

#[tokio::test]
async fn an_account_is_tried_only_so_often() {
    let house = House::open().await;
    let tries = (0..40).map(|_| house.sign_in("nobody@example.com", "guess guess"));
    let answers = futures_util::future::join_all(tries).await;

    let limited = |answer: &Result<_, SignInError>| matches!(answer, Err(SignInError::Limited(_)));
    let refused = answers.iter().filter(|answer| limited(answer)).count();
    println!(
        "{refused} of {} tries were not even looked at",
        answers.len()
    );
    assert!(refused >= 29, "{refused}");
    assert!(answers.iter().all(Result::is_err));
}

#[tokio::test]
async fn one_network_cannot_lock_another_out() {
    let house = House::open().await;
    house.owner("ada@example.com", "Acme").await;

    // A whole /24, so that no single address is stopped for asking too much.
    let guesses = (0..60).map(|n| house.sign_in_from(address(n), "ada@example.com", "guess guess"));
    let answers = futures_util::future::join_all(guesses).await;
    let limited = |answer: &Result<_, SignInError>| matches!(answer, Err(SignInError::Limited(_)));
    let refused = answers.iter().filter(|answer| limited(answer)).count();
    assert!(refused >= 49, "{refused}");
    let there = house.sign_in("ada@example.com", PASSWORD).await;
    assert!(limited(&there), "not even with the password, from there");

    let elsewhere = [
        "198.51.100.7".parse().unwrap(),
        "2001:db8::7".parse().unwrap(),
    ];
    for address in elsewhere {
        house
            .sign_in_from(address, "ada@example.com", PASSWORD)
            .await
            .unwrap_or_else(|error| panic!("{address}: {error}"));
    }
    println!(
        "{refused} guesses refused, {} other networks let in",
        elsewhere.len()
    );
}

#[tokio::test]
async fn a_neighbourhood_of_many_households_tries_eight_times_as_much_as_one_and_leaves_others_alone()
 {
    let house = House::open().await;
    house.owner("ada@example.com", "Acme").await;
    let neighbourhoods: [fn(u8) -> IpAddr; 2] = [
        |n| Ipv6Addr::new(0x2001, 0xdb8, 7, n.into(), 0, 0, 0, 1).into(),
        |n| [198, 51, 100, n].into(),
    ];
    for household in neighbourhoods {
        // Refused before anything is hashed or asked of the database.
        let too_short = ("eve@example.com", "short");
        let mut looked_at = 0;
        for n in (0..=255).chain(0..=255) {
            let answer = house.sign_up_from(household(n), too_short, "Eve").await;
            let limited = matches!(answer, Err(SignUpError::Limited(_)));
            looked_at += usize::from(!limited);
        }
        println!("{looked_at} of 512 tries of one neighbourhood looked at");
        assert!((240..=300).contains(&looked_at), "{looked_at}");
    }
    house.sign_in("ada@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn neither_a_password_nor_a_token_is_in_the_database() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let invitation = house.invitation(&ada, "bob@example.com", Role::Admin).await;

    let mut admin = house.database.admin().await;
    let mut seen = 0;
    for table in [
        "person",
        "session",
        "invitation",
        "record",
        "member",
        "tenant",
        "event",
    ] {
        let sql = format!("SELECT t::text FROM {table} t");
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut admin)
            .await
            .unwrap();
        for row in &rows {
            for secret in [PASSWORD, ada.token.as_str(), invitation.as_str()] {
                assert!(!row.contains(secret), "{table}");
            }
        }
        seen += rows.len();
    }
    println!("{seen} rows without a secret");
    assert!(seen >= 7);
}
