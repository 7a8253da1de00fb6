//! Rotation: each call uses exactly the version it says.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use countersign_domain::{
    connection::AuthScheme,
    operation::{Method, Place as In},
    record::Status,
};
use serde_json::json;

use crate::{
    house::{House, bind, operation},
    upstream::Upstream,
};

#[tokio::test]
async fn the_version_that_was_asked_for_is_the_one_that_is_used() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(AuthScheme::Bearer, "first").await;
    let before = house.facts().await;
    house.store(AuthScheme::Bearer, "second").await;
    let after = house.facts().await;
    let list = operation(Method::Get, "/items");

    for (facts, secret, version) in [(&before, "first", "/1"), (&after, "second", "/2")] {
        let outcome = house.call_over(facts, &list, &json!({})).await;
        let arrived = upstream.arrived().pop().unwrap();
        assert_eq!(
            arrived.header("authorization"),
            Some(&*format!("Bearer {secret}"))
        );
        assert!(outcome.credential.unwrap().ends_with(version));
    }
}

#[tokio::test]
async fn calls_during_a_rotation_use_one_version_each_and_say_which() {
    const LAST: u32 = 6;
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(AuthScheme::Bearer, "secret-1").await;
    let mut get = operation(Method::Get, "/items/{id}");
    get.binds = vec![bind(In::Path, "id")];

    let is_rotated = AtomicBool::new(false);
    let calls = async {
        let mut labels = Vec::new();
        let mut is_last = false;
        while !is_last {
            is_last = is_rotated.load(Ordering::SeqCst);
            let outcome = house.call(&get, &json!({"id": labels.len()})).await;
            assert_eq!(outcome.status(), Status::Ok);
            labels.push(outcome.credential.unwrap());
        }
        labels
    };
    let rotations = async {
        for version in 2..=LAST {
            let secret = format!("secret-{version}");
            house.store(AuthScheme::Bearer, &secret).await;
            // Until some call has been sent with it.
            let bearer = format!("Bearer {secret}");
            let is_sent = || {
                let last = upstream.arrived().pop();
                last.is_some_and(|request| request.header("authorization") == Some(&*bearer))
            };
            while !is_sent() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        is_rotated.store(true, Ordering::SeqCst);
    };
    let (labels, ()) = tokio::join!(calls, rotations);

    let arrived = upstream.arrived();
    assert_eq!(arrived.len(), labels.len());
    for request in &arrived {
        let id: usize = request
            .line
            .trim_start_matches("GET /items/")
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let (_, version) = labels[id].split_once('/').unwrap();
        let used = request.header("authorization").unwrap();
        assert_eq!(used, format!("Bearer secret-{version}"));
    }
    assert!(labels.last().unwrap().ends_with(&format!("/{LAST}")));
    println!(
        "{} calls during {} rotations, each with the version it says",
        labels.len(),
        LAST - 1
    );
}
