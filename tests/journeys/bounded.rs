//! T74: whatever an agent asks for at once, the room it takes is bounded.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use countersign_domain::operation::Method;
use countersign_mcp_gateway::Rates;
use countersign_testkit::until;
use countersign_tests::{House, Upstream, Wire};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn t74_an_agent_has_so_many_calls_under_way_and_no_more() {
    const MOST: usize = 16;
    let (house, upstream) = (House::with_rates(Rates::default()).await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let other = house.agent_of(&ada, &shop).await;
    let house = Arc::new(house);
    let calls: Vec<_> = (0..MOST)
        .map(|_| {
            let (house, agent) = (Arc::clone(&house), agent.clone());
            let withheld = json!({"order_id": "withheld"});
            tokio::spawn(async move { house.call(&agent, "get_order", &withheld).await })
        })
        .collect();
    until("all are under way", async || upstream.seen().len() == MOST).await;

    let order = json!({"order_id": "o-1"});
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 429);
    assert_eq!(house.call(&other, "get_order", &order).await.status, 200);
    assert_eq!(upstream.count("GET /orders/o-1"), 1);

    (0..MOST).for_each(|_| upstream.release());
    for call in calls {
        assert_eq!(call.await.unwrap().status, 200);
    }
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 200);
    println!("{MOST} calls under way, the next refused until they are over");
}

/// Enough to say that fifty lists of it are far more than a batch holds.
fn wordy(base: &str) -> String {
    let words = "All about the books of a shelf. ".repeat(30);
    let mut paths = String::new();
    for number in 100..300 {
        let comma = if number == 100 { "" } else { "," };
        write!(
            paths,
            r#"{comma}"/shelves/{number}/books": {{"get": {{"summary": "List the books of shelf {number}",
                "description": "{words}", "responses": {{}}}}}}"#
        )
        .unwrap();
    }
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Library", "version": "1"}},
            "servers": [{{"url": "{base}"}}], "paths": {{{paths}}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn t74_a_batch_of_lists_ends_where_it_is_full() {
    const FULL: usize = 8 << 20;
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop_of(&ada, &upstream.base, wordy(&upstream.base));
    let agent = house.agent_of(&ada, &shop.await).await;
    let bearer = format!("Bearer {}", agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &bearer),
    ];
    let list = |id: usize| json!({"jsonrpc": "2.0", "id": id, "method": "tools/list"});
    let post = async |message: Value| {
        let message = Some(message.to_string());
        house
            .http(Method::Post, &agent.url, &headers, message)
            .await
    };
    let one = post(list(1)).await.body.len();
    assert!(one * 50 > FULL, "a list has {one} bytes");

    let answer = post((1..=50).map(list).collect()).await;

    assert!(answer.body.len() < FULL + 2 * one, "{}", answer.body.len());
    let answers: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
    let ids: Vec<_> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    let full = |answer: &&Value| answer["error"]["data"]["reason"] == "batch_too_large";
    let listed = answers.iter().take_while(|answer| !full(answer)).count();
    assert!(listed > 1 && answers[listed..].iter().all(|answer| full(&answer)));
    println!("50 lists of {one} bytes asked for in one batch: {listed} given");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_2025_03_26_has_batches() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let bearer = format!("Bearer {}", agent.token);
    let batch = json!([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]).to_string();
    for (version, status) in [
        ("2025-03-26", 200),
        ("2025-06-18", 400),
        ("2025-11-25", 400),
        ("2026-07-28", 400),
    ] {
        let headers = [
            ("content-type", "application/json"),
            ("authorization", &bearer),
            ("mcp-protocol-version", version),
        ];
        let body = Some(batch.clone());
        let answer = house.http(Method::Post, &agent.url, &headers, body).await;
        assert_eq!(answer.status, status, "{version}");
    }
}

/// The most memory this process ever held, in bytes.
pub(crate) fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    let kilobytes: usize = kilobytes.expect("Linux tells it");
    kilobytes * 1024
}

/// What memory grew by, which says something only where the test has a process of its own.
pub(crate) fn little(grown: usize) {
    let is_alone = std::env::var_os("NEXTEST").is_some();
    if is_alone {
        assert!(grown < 64 << 20, "{} MiB", grown >> 20);
    } else {
        eprintln!(
            "skipped: memory is that of all tests together; cargo-nextest gives each a process"
        );
    }
}

/// An upstream whose every answer is as large as an agent may have it, and which keeps none of them;
/// it counts them, and is gone with the test's process.
fn large_upstream() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let counted = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&counted);
    let body = "x".repeat(1 << 20);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length";
    let answer: Arc<str> = format!("{head}: {}\r\n\r\n{body}", body.len()).into();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            thread::spawn(move || answer_all(&stream, &asked, &answer));
        }
    });
    (base, counted)
}

/// Answers all requests of one connection; none of them has a body.
fn answer_all(mut stream: &TcpStream, asked: &AtomicUsize, answer: &str) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while lines.by_ref().any(|line| line.is_empty()) {
        asked.fetch_add(1, Ordering::Relaxed);
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t74_answers_that_nobody_takes_take_little_room() {
    const READERS: usize = 40;
    const CALLS: usize = 8;
    // As many at once as the product allows, and as fast as they come.
    let rates = Rates {
        per_agent: NonZeroU32::MAX,
        per_tenant: NonZeroU32::MAX,
        ..Rates::default()
    };
    let (house, (base, asked)) = (House::with_rates(rates).await, large_upstream());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let bearer = format!("Bearer {}", agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &bearer),
    ];
    let large = json!({"order_id": "large"});
    let whole = house.call(&agent, "get_order", &large).await;
    assert!(whole.text().len() > 1_000_000, "{}", whole.text().len());
    let call = |id: usize| {
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": {"name": "get_order", "arguments": large}})
    };
    let batch = (1..=CALLS).map(call).collect::<Value>().to_string();

    let before = peak_memory();
    let mut readers = Vec::new();
    for _ in 0..READERS {
        let mut wire = Wire::post(&agent.url, &headers, batch.len()).await;
        wire.send(&batch).await;
        readers.push(wire);
    }
    for reader in &readers {
        reader.answered().await;
    }
    let grown = peak_memory() - before;

    little(grown);
    let (mut given, mut refused) = (0, 0);
    for reader in readers {
        let answer = reader.answer().await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let Value::Array(answers) = serde_json::from_str(body).unwrap() else {
            // On a busy machine a whole batch may be told to come again.
            refused += CALLS;
            continue;
        };
        assert_eq!(answers.len(), CALLS, "each has an answer");
        let is_refused = |one: &&Value| one["error"]["data"]["reason"] == "rate_limited";
        refused += answers.iter().filter(is_refused).count();
        let is_given = |one: &&Value| one["result"].is_object();
        given += answers.iter().filter(is_given).count();
    }
    let made = asked.load(Ordering::Relaxed) - 1;
    assert!(made > 0, "no answer was kept for anybody");
    // And a call may be too late for its record, and have no answer but that.
    assert!(
        (given..=CALLS * READERS - refused).contains(&made),
        "{made}"
    );
    let again = house.call(&agent, "get_order", &large).await;
    assert_eq!(again.text(), whole.text(), "and then there is room again");
    println!(
        "T74 {READERS} readers that take nothing: of {} calls {refused} refused, {made} made, {given} \
         answered; memory grew by {} MiB",
        CALLS * READERS,
        grown >> 20
    );
}

/// A ping beside a call that waits, which take so many KiB once they are read, less a hundred bytes
/// or two.
fn heavy(kilobytes: usize) -> String {
    let request = |zeros: usize| {
        let zeros = vec!["0"; zeros].join(",");
        format!(
            r#"[{{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {{"many": [{zeros}]}}}},
                {{"jsonrpc": "2.0", "id": 2, "method": "tools/call",
                    "params": {{"name": "get_order", "arguments": {{"order_id": "withheld"}}}}}}]"#
        )
    };
    let least = request(1);
    let values = 1 + least.matches([',', '[', '{']).count();
    request(1 + (kilobytes * 1024 - least.len() - values * 128) / (2 + 128))
}

#[tokio::test(flavor = "multi_thread")]
async fn t34_who_has_no_room_left_may_still_ask_what_needs_none() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let bearer = format!("Bearer {}", agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &bearer),
    ];
    // An agent has 16 MiB, and of them each call that is under way 16 KiB.
    let mut waiting = Vec::new();
    for kilobytes in [11 << 10, (5 << 10) - 2 * 16] {
        let request = heavy(kilobytes);
        let mut wire = Wire::post(&agent.url, &headers, request.len()).await;
        wire.send(&request).await;
        waiting.push(wire);
        let under_way = waiting.len();
        until("it is under way", async || {
            upstream.seen().len() == under_way
        })
        .await;
    }

    let order = json!({"order_id": "o-1"});
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 429);
    for method in ["ping", "tools/list"] {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method}).to_string();
        let answer = house
            .http(Method::Post, &agent.url, &headers, Some(message))
            .await;
        assert_eq!(answer.status, 200, "{method}");
    }

    for _ in &waiting {
        upstream.release();
    }
    for wire in waiting {
        let answer = wire.answer().await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t74_requests_of_many_small_values_take_little_room() {
    const CLIENTS: usize = 16;
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let bearer = format!("Bearer {}", agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &bearer),
    ];
    // As values they take forty times the room of their text, for as long as the call takes.
    let request = |values: usize| {
        let many = vec!["{\"\":0}"; values].join(",");
        format!(
            r#"[{{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {{"many": [{many}]}}}},
                {{"jsonrpc": "2.0", "id": 2, "method": "tools/call",
                    "params": {{"name": "get_order", "arguments": {{"order_id": "withheld"}}}}}}]"#
        )
    };
    let ask = async |request: &str| {
        let mut wire = Wire::post(&agent.url, &headers, request.len()).await;
        wire.send(request).await;
        wire
    };
    let too_many = ask(&request(100_000)).await.answer().await;
    assert!(too_many.starts_with("HTTP/1.1 413"), "{too_many}");

    let (before, request) = (peak_memory(), request(45_000));
    let first = ask(&request).await;
    until("one is under way", async || upstream.seen().len() == 1).await;
    for _ in 1..CLIENTS {
        let refused = ask(&request).await.answer().await;
        assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    }
    let grown = peak_memory() - before;

    little(grown);
    upstream.release();
    let answer = first.answer().await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    println!(
        "T74 {CLIENTS} requests of 90,000 values: one under way, memory grew by {} MiB",
        grown >> 20
    );
}
