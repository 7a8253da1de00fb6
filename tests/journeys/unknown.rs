//! Calls of which nobody knows what became, as the request went out and no answer came; and calls
//! that are none of these, although their client or the database was away for a moment.

use std::{
    io::Read as _,
    net::{TcpListener, TcpStream},
    thread,
};

use countersign_domain::{hold::Answer, role::Role};
use countersign_testkit::until;
use countersign_tests::{Agent, House, Upstream, Wire};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::locks::waited_for;

/// An upstream that hangs up as soon as it has heard of a request; gone with the test's process.
fn hangs_up() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hang_up = |mut one: TcpStream| drop(one.read(&mut [0; 4_096]));
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(hang_up));
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_its_words_call_a_read_is_not_simply_made_again() {
    let house = House::open().await;
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let ok = json!({"200": {"description": "ok"}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Corner shop", "version": "1"},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Shop-Key"}}},
        "paths": {
            "/orders": {"post": {"operationId": "listOrders", "summary": "List orders", "responses": ok}},
            "/orders/{id}": {"get": {"operationId": "getOrder", "summary": "Get an order", "responses": ok,
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]}},
        },
    });
    let shop = house
        .shop_of(&owner, &hangs_up(), document.to_string())
        .await;
    let agent = house.agent_of(&owner, &shop).await;
    let warning = "may have taken effect";

    let read = house.call(&agent, "get_order", &json!({"id": "1"})).await;
    assert!(read.is_error() && !read.text().contains(warning));

    assert_eq!(
        house.call(&agent, "list_orders", &json!({})).await.code(),
        "held"
    );
    let hold = house.waiting(&reviewer).await.remove(0);
    let decided = house.decide(&reviewer, &hold, Answer::Countersign).await;
    assert_eq!(decided.unwrap().held.class.as_str(), "READ");
    let sent = house.call(&agent, "list_orders", &json!({})).await;
    assert!(sent.text().contains(warning), "{}", sent.text());
}

const LOCK_RECORDS: &str = "LOCK TABLE record IN ACCESS EXCLUSIVE MODE";
/// How the calls ended that were announced; nothing where nobody has said so.
const ENDS: &str = "SELECT COALESCE(min(f.status), '') FROM record i LEFT JOIN record f
    ON f.tenant_id = i.tenant_id AND f.call_id = i.call_id AND f.act = 'call.finished'
    WHERE i.act = 'call.intended' GROUP BY i.call_id";

async fn ends(watch: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(ENDS).fetch_all(watch).await.unwrap()
}

/// How so many announced calls ended, once all have.
async fn all_ended(watch: &mut PgConnection, calls: usize) -> Vec<String> {
    until("each has an end", async || {
        let ends = ends(watch).await;
        ends.len() == calls && !ends.contains(&String::new())
    })
    .await;
    ends(watch).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_announced_too_late_is_on_record_as_not_made() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let (mut admin, mut watch) = (house.database.admin().await, house.database.admin().await);
    let mut frozen = admin.begin().await.unwrap();
    frozen.execute(LOCK_RECORDS).await.unwrap();

    let order = json!({"order_id": "o-1"});
    let call = house.call(&agent, "set_order_labels", &order);
    let (answer, ()) = tokio::join!(call, waited_for(&mut watch, "record"));
    assert_eq!(answer.body["error"]["data"]["reason"], "record_unavailable");
    frozen.rollback().await.unwrap();

    assert_eq!(all_ended(&mut watch, 1).await, ["refused"]);
    assert_eq!(upstream.count("PUT"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_leaves_only_after_its_record_is_committed() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let mut admin = house.database.admin().await;
    let order = json!({"order_id": "withheld"});
    // The shop repeats the line that it was asked with.
    let repeated = "/orders/withheld";

    for (tool, method) in [("get_order", "GET"), ("set_order_labels", "PUT")] {
        let mut frozen = admin.begin().await.unwrap();
        let meanwhile = async {
            until("the call", async || upstream.count(method) == 1).await;
            frozen.execute(LOCK_RECORDS).await.unwrap();
            upstream.release();
        };
        let (answer, ()) = tokio::join!(house.call(&agent, tool, &order), meanwhile);
        frozen.rollback().await.unwrap();

        let reason = &answer.body["error"]["data"]["reason"];
        assert_eq!(reason, "outcome_unrecorded", "{tool}: {}", answer.body);
        assert!(!answer.body.to_string().contains(repeated), "{tool}");

        upstream.release();
        let recorded = house.call(&agent, tool, &order).await;
        assert!(recorded.text().contains(repeated), "{}", recorded.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_breaks_off_leaves_no_call_of_which_nobody_knows() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    let labels = json!({"order_id": "o-1"});
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 100}});
    let asked = house.call(&agent, "create_refund", &refund).await;
    assert_eq!(asked.code(), "held", "{}", asked.body);
    let hold = house.waiting(&reviewer).await.remove(0);
    let decided = house.decide(&reviewer, &hold, Answer::Countersign).await;
    decided.unwrap();

    let (mut admin, mut watch) = (house.database.admin().await, house.database.admin().await);
    for (calls, tool, arguments) in [
        (1, "set_order_labels", labels),
        (2, "create_refund", refund),
    ] {
        let mut frozen = admin.begin().await.unwrap();
        frozen.execute(LOCK_RECORDS).await.unwrap();
        let client = calling(&agent, tool, &arguments).await;
        waited_for(&mut watch, "record").await;
        client.break_off();
        // So that the house has seen it.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        frozen.rollback().await.unwrap();

        let ended = all_ended(&mut watch, calls).await;
        let made = ended.iter().filter(|end| *end == "ok").count();
        assert_eq!(upstream.count("P"), made, "{tool}: {ended:?}");
    }
}

/// A client that has asked for a call, and listens for no answer.
async fn calling(agent: &Agent, tool: &str, arguments: &Value) -> Wire {
    let bearer = format!("Bearer {}", agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &bearer),
    ];
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments}});
    let message = message.to_string();
    let mut wire = Wire::post(&agent.url, &headers, message.len()).await;
    wire.send(&message).await;
    wire
}
