//! T74: what upstreams answer slowly takes room while it is read, and that is bounded.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Barrier},
    thread,
};

use countersign_mcp_gateway::Rates;
use countersign_tests::House;
use serde_json::json;

use crate::bounded::{little, peak_memory};

const CALLS: usize = 16;
const ANNOUNCED: usize = 8 << 20;
const SENT: usize = 7 << 20;

/// An upstream whose answers halt before their end until all of them have come so far or were given
/// up, and which then goes away: it has seen as many calls as there are. It is gone with the test's
/// process.
fn halting_upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let all = Arc::new(Barrier::new(CALLS));
    let body: Arc<[u8]> = vec![b'x'; SENT].into();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (all, body) = (Arc::clone(&all), Arc::clone(&body));
            thread::spawn(move || answer(&stream, &all, &body));
        }
    });
    base
}

/// Answers the one request of a connection. Whoever has no room for the answer is gone before all of
/// it was written.
fn answer(mut stream: &TcpStream, all: &Barrier, body: &[u8]) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    if lines.any(|line| line.is_empty()) {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length";
        let head = format!("{head}: {ANNOUNCED}\r\n\r\n");
        let written = stream.write_all(head.as_bytes());
        written.and_then(|()| stream.write_all(body)).ok();
        all.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t74_large_answers_that_come_slowly_take_little_room() {
    let house = House::with_rates(Rates::default()).await;
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &halting_upstream()).await;
    let agent = house.agent_of(&ada, &shop).await;
    let house = Arc::new(house);
    let before = peak_memory();

    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let (house, agent) = (Arc::clone(&house), agent.clone());
            let large = json!({"order_id": "large"});
            tokio::spawn(async move { house.call(&agent, "get_order", &large).await })
        })
        .collect();
    let (mut begun, mut broken, mut unrecorded, mut unmade) = (0, 0, 0, 0);
    for call in calls {
        let answer = call.await.unwrap();
        let text = answer.text();
        if answer.code().starts_with("upstream_") {
            broken += 1;
        } else if answer.body["error"]["data"]["reason"] == "outcome_unrecorded" {
            // On a busy machine a call may be too late for its record.
            unrecorded += 1;
        } else if answer.code() == "credential_unavailable" {
            // Nor does every one get its secret in time; then none is sent, and nothing read.
            unmade += 1;
        } else {
            assert!(text.starts_with("xxxx"), "{:.300}", answer.body.to_string());
            assert!(text.ends_with("[cut: there was no room for more of this answer]"));
            begun += 1;
        }
    }
    let grown = peak_memory() - before;

    little(grown);
    assert!(begun > 0, "{broken}, {unrecorded} and {unmade}");
    println!(
        "T74 {CALLS} answers of {} MiB that come slowly: of {begun} the first words, {broken} read until \
         they broke off, {unrecorded} not recorded, {unmade} not made; memory grew by {} MiB",
        ANNOUNCED >> 20,
        grown >> 20
    );
}
