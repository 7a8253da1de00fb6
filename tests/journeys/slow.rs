//! T26: a connection whose request does not come to its end is not kept, whichever door it is at.

use countersign_tests::{House, Upstream, Wire};

use crate::front::Front;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[tokio::test(flavor = "multi_thread")]
async fn t26_nobody_holds_a_connection_by_withholding_a_body() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let front = Front::open(&house, "slow").await;
    let at = |path: &str| format!("{}{path}", front.origin);
    let bearer = format!("Bearer {}", agent.token);
    let doors = [
        (at("/oauth/token"), FORM),
        (at("/oauth/revoke"), FORM),
        (at("/oauth/register"), JSON),
        (at("/sign-in"), FORM),
        (at("/sign-up"), FORM),
        (agent.url.clone(), JSON),
    ];

    // All at once: each waits as long as the product does.
    let mut waiting = Vec::new();
    for (url, kind) in doors {
        let headers = [
            ("content-type", kind),
            ("sec-fetch-site", "same-origin"),
            ("authorization", bearer.as_str()),
        ];
        let mut wire = Wire::post(&url, &headers, 10).await;
        wire.send("x").await;
        waiting.push((url, tokio::spawn(wire.answer())));
    }
    let doors = waiting.len();
    for (url, answer) in waiting {
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{url}: {answer}");
    }
    println!("{doors} doors, 0 connections kept");
    front.close().await;
}
