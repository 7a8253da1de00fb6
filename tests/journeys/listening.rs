//! T80, list-changed: which agents hear that their tools have changed, and which hear nothing.

use std::time::Duration;

use chrono::TimeDelta;
use countersign_oauth_server::Grants;
use countersign_tests::{Agent, House, Person, Shop, Stream, Upstream, document};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};

const LEGACY: [(&str, &str); 1] = [("mcp-protocol-version", "2025-11-25")];
const HIDE_TOKENS: &str = "ALTER TABLE oauth_access_token RENAME TO hidden";
const SHOW_TOKENS: &str = "ALTER TABLE hidden RENAME TO oauth_access_token";
const LOCK_TOKENS: &str = "LOCK TABLE oauth_access_token IN ACCESS EXCLUSIVE MODE";
const CHANGED: &str = "notifications/tools/list_changed";

struct Tenant {
    owner: Person,
    shop: Shop,
    agent: Agent,
    document: Value,
}

impl Tenant {
    async fn open(house: &House, upstream: &Upstream, name: &str) -> Self {
        let owner = house.owner_of(name).await;
        let shop = house.shop(&owner, &upstream.base).await;
        let agent = house.agent_of(&owner, &shop).await;
        Self {
            owner,
            shop,
            agent,
            document: serde_json::from_str(&document(&upstream.base)).unwrap(),
        }
    }

    /// Imports the shop again with one change more.
    async fn again(&mut self, house: &House, change: impl FnOnce(&mut Value)) {
        change(&mut self.document);
        let document = self.document.to_string();
        house.shop_again(&self.owner, &self.shop, document).await;
    }

    /// Revokes the agent, and gives the gateway its second.
    async fn revoke(&self, house: &House) {
        let grants = Grants::new(house.store.clone(), house.world.clone());
        for grant in grants.list(&self.owner.scope).await.unwrap() {
            grants.revoke(&self.owner.scope, grant.id).await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// A request of 2026-07-28 to be told of this.
fn asks(notifications: &Value) -> Value {
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    json!({"jsonrpc": "2.0", "id": "l-1", "method": "subscriptions/listen",
        "params": {"_meta": meta, "notifications": notifications}})
}

/// A stream of the older era, which begins with what may have been missed before.
async fn legacy(agent: &Agent) -> Stream {
    let mut stream = Stream::get(agent, &LEGACY).await.unwrap();
    assert_eq!(stream.next().await.unwrap()["method"], CHANGED);
    stream
}

async fn modern(agent: &Agent) -> Stream {
    let asks = asks(&json!({"toolsListChanged": true, "promptsListChanged": true}));
    let mut stream = Stream::post(agent, &asks).await.unwrap();
    let first = stream.next().await.unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    let honoured = &first["params"]["notifications"];
    assert_eq!(*honoured, json!({"toolsListChanged": true}));
    assert_eq!(subscription(&first["params"]), "l-1");
    stream
}

/// A tenant whose agent listens in both eras.
async fn listening(house: &House, upstream: &Upstream) -> (Tenant, Stream, Stream) {
    let acme = Tenant::open(house, upstream, "acme").await;
    let (old, new) = (legacy(&acme.agent).await, modern(&acme.agent).await);
    (acme, old, new)
}

fn subscription(of: &Value) -> &Value {
    &of["_meta"]["io.modelcontextprotocol/subscriptionId"]
}

fn remove_labels(document: &mut Value) {
    let paths = document["paths"].as_object_mut().unwrap();
    paths.remove("/orders/{order_id}/labels");
}

fn needs_review(document: &mut Value) {
    let refund = &mut document["paths"]["/orders/{order_id}/refunds"]["post"];
    let body = &mut refund["requestBody"]["content"]["application/json"]["schema"];
    body["required"] = json!(["amount_cents", "note"]);
}

/// A new tool is off, so no agent sees anything of it.
fn add_one(document: &mut Value) {
    let ok = json!({"200": {"description": "ok"}});
    document["paths"]["/stock"]["get"] =
        json!({"operationId": "listStock", "summary": "List the stock", "responses": ok});
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_agents_of_both_eras_are_told_when_a_tool_goes_or_is_put_back_to_review() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let (mut acme, mut old, mut new) = listening(&house, &upstream).await;

    let mut told = 0;
    acme.again(&house, add_one).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    for change in [remove_labels, needs_review] {
        acme.again(&house, change).await;
        let (legacy, modern) = (old.next().await.unwrap(), new.next().await.unwrap());
        let plain = json!({"jsonrpc": "2.0", "method": CHANGED, "params": {}});
        assert_eq!(legacy, plain);
        assert_eq!(modern["method"], CHANGED);
        assert_eq!(subscription(&modern["params"]), "l-1");
        told += 2;
    }
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let listed = house.post(&acme.agent, &list).await.body.to_string();
    for gone in ["set_order_labels", "create_refund", "list_stock"] {
        assert!(!listed.contains(gone), "{listed}");
    }

    // Nothing but these was told, or it would be read now instead of the end.
    house.stop_streams();
    assert_eq!(old.next().await, None);
    let end = new.next().await.unwrap();
    assert_eq!(
        (&end["id"], &end["result"]["resultType"]),
        (&json!("l-1"), &json!("complete"))
    );
    assert_eq!(subscription(&end["result"]), "l-1");
    assert_eq!(new.next().await, None);
    println!(
        "N = {told} notifications for 2 imports in 2 eras; 0 for an import that agents see nothing of"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_agents_of_other_tenants_and_revoked_ones_are_told_nothing() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let mut acme = Tenant::open(&house, &upstream, "acme").await;
    let mut evil = Tenant::open(&house, &upstream, "evil").await;
    let mut streams = [legacy(&evil.agent).await, modern(&evil.agent).await];
    let mut own = legacy(&acme.agent).await;

    acme.again(&house, remove_labels).await;
    assert_eq!(own.next().await.unwrap()["method"], CHANGED);
    tokio::time::sleep(Duration::from_secs(1)).await;
    evil.revoke(&house).await;
    evil.again(&house, remove_labels).await;

    let [old, new] = &mut streams;
    assert_eq!(old.next().await, None);
    assert!(new.next().await.unwrap()["result"].is_object());
    assert_eq!(new.next().await, None);
    println!("N = 2 streams of another tenant, revoked then: 0 notifications");
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_what_changed_while_a_legacy_client_was_not_listening_is_told_when_it_listens_again() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let mut acme = Tenant::open(&house, &upstream, "acme").await;
    drop(legacy(&acme.agent).await);
    acme.again(&house, remove_labels).await;
    let mut again = Stream::get(&acme.agent, &LEGACY).await.unwrap();
    let told = json!({"jsonrpc": "2.0", "method": CHANGED, "params": {}});
    assert_eq!(again.next().await.unwrap(), told);

    // Once: what comes next is the end.
    beats().await;
    house.stop_streams();
    assert_eq!(again.next().await, None);
    println!("N = 1 change between two streams, told once");
}

/// Gives streams the time for some beats, so that a look that fails has failed.
async fn beats() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}

async fn ends(old: &mut Stream, new: &mut Stream) {
    assert_eq!(old.next().await, None);
    assert!(new.next().await.unwrap()["result"].is_object());
    assert_eq!(new.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_token_that_cannot_be_looked_up_keeps_its_streams_for_a_while_and_no_longer() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let (mut acme, mut old, mut new) = listening(&house, &upstream).await;
    let mut admin = house.database.admin().await;
    beats().await;

    admin.execute(HIDE_TOKENS).await.unwrap();
    house.clock.advance(TimeDelta::seconds(29));
    beats().await;
    admin.execute(SHOW_TOKENS).await.unwrap();
    acme.again(&house, remove_labels).await;
    assert_eq!(old.next().await.unwrap()["method"], CHANGED);
    assert_eq!(new.next().await.unwrap()["method"], CHANGED);
    beats().await;

    admin.execute(HIDE_TOKENS).await.unwrap();
    for _ in 0..2 {
        house.clock.advance(TimeDelta::seconds(15));
        // On a slow machine, too, one of them falls into each.
        beats().await;
        beats().await;
    }
    ends(&mut old, &mut new).await;
    println!("N = 2 streams stayed for 29 seconds and were gone after 30");
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_revoked_token_loses_its_streams_though_nothing_changes() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let (acme, mut old, mut new) = listening(&house, &upstream).await;
    acme.revoke(&house).await;
    let mut admin = house.database.admin().await;

    // That it could not be looked up when it was due buys it no time.
    admin.execute(HIDE_TOKENS).await.unwrap();
    house.clock.advance(TimeDelta::seconds(15));
    beats().await;
    admin.execute(SHOW_TOKENS).await.unwrap();
    ends(&mut old, &mut new).await;
    println!("N = 2 streams of a revoked token ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_clock_that_jumps_buys_a_revoked_token_no_time_and_ends_no_good_stream() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let (mut acme, mut old, mut new) = listening(&house, &upstream).await;
    let mut admin = house.database.admin().await;
    beats().await;

    admin.execute(HIDE_TOKENS).await.unwrap();
    house.clock.advance(TimeDelta::hours(1));
    beats().await;
    admin.execute(SHOW_TOKENS).await.unwrap();
    acme.again(&house, remove_labels).await;
    assert_eq!(old.next().await.unwrap()["method"], CHANGED);
    assert_eq!(new.next().await.unwrap()["method"], CHANGED);

    acme.revoke(&house).await;
    house.clock.advance(TimeDelta::hours(-1));
    ends(&mut old, &mut new).await;
    println!("N = 2 streams stayed over a jump ahead; a jump back ended them when revoked");
}

/// One change makes all of a tenant's streams look up their tokens, for which the house of the tests
/// has two connections, and for people who sign up.
#[tokio::test(flavor = "multi_thread")]
async fn streams_that_all_look_at_once_leave_the_database_to_others() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let mut acme = Tenant::open(&house, &upstream, "acme").await;
    let mut streams = Vec::new();
    for _ in 0..6 {
        let agent = house.agent_of(&acme.owner, &acme.shop).await;
        streams.push(legacy(&agent).await);
    }
    beats().await;
    let mut admin = house.database.admin().await;
    let mut watch = house.database.admin().await;
    let mut hold = admin.begin().await.unwrap();
    hold.execute(LOCK_TOKENS).await.unwrap();
    acme.again(&house, remove_labels).await;
    while waiting(&mut watch).await == 0 {}
    beats().await;

    let looking = waiting(&mut watch).await;
    assert_eq!(looking, 1);
    house.owner_of("newcomer").await;

    hold.rollback().await.unwrap();
    for stream in &mut streams {
        assert_eq!(stream.next().await.unwrap()["method"], CHANGED);
    }
    println!("N = {looking} of {} streams looked at once", streams.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_waits_for_its_turn_stays_however_long_it_waits() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let mut acme = Tenant::open(&house, &upstream, "acme").await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let agent = house.agent_of(&acme.owner, &acme.shop).await;
        streams.push(legacy(&agent).await);
    }
    beats().await;
    let mut admin = house.database.admin().await;
    let mut watch = house.database.admin().await;
    let mut hold = admin.begin().await.unwrap();
    hold.execute(LOCK_TOKENS).await.unwrap();
    house.clock.advance(TimeDelta::seconds(15));
    while waiting(&mut watch).await == 0 {}
    for _ in 0..2 {
        house.clock.advance(TimeDelta::seconds(15));
        beats().await;
    }
    assert_eq!(waiting(&mut watch).await, 1);
    hold.rollback().await.unwrap();

    acme.again(&house, remove_labels).await;
    for stream in &mut streams {
        assert_eq!(stream.next().await.unwrap()["method"], CHANGED);
    }
    println!("N = {} streams stayed, one turn for all", streams.len());
}

/// A burst of requests by nobody we know, each for another endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_ask_for_many_endpoints_leave_the_database_to_others() {
    const BURST: usize = 6;
    let (house, upstream) = (House::open().await, Upstream::start());
    let acme = Tenant::open(&house, &upstream, "acme").await;
    let mut admin = house.database.admin().await;
    let mut watch = house.database.admin().await;
    let mut hold = admin.begin().await.unwrap();
    hold.execute("LOCK TABLE endpoint IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let asked: Vec<_> = (0..BURST)
        .map(|n| Agent {
            url: format!("{}-{n}", acme.agent.url),
            token: "none".to_owned(),
        })
        .map(|nobody| tokio::spawn(async move { Stream::get(&nobody, &LEGACY).await.err() }))
        .collect();
    while waiting(&mut watch).await == 0 {}
    beats().await;

    let loading = waiting(&mut watch).await;
    assert_eq!(loading, 1);
    house.owner_of("newcomer").await;

    hold.rollback().await.unwrap();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), Some(401));
    }
    println!("N = {loading} of {BURST} strangers asked the database at once");
}

/// Queries that wait for the lock.
async fn waiting(admin: &mut PgConnection) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(admin).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_for_an_agent_that_speaks_the_protocol_and_has_not_too_many() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let acme = Tenant::open(&house, &upstream, "acme").await;
    let evil = Tenant::open(&house, &upstream, "evil").await;
    let nobody = Agent {
        token: "csa_none".to_owned(),
        ..acme.agent.clone()
    };
    let foreign = Agent {
        token: evil.agent.token.clone(),
        ..acme.agent.clone()
    };
    let refused = [
        (&nobody, ("mcp-protocol-version", "2025-11-25"), 401),
        (&foreign, ("mcp-protocol-version", "2025-11-25"), 401),
        (&acme.agent, ("mcp-protocol-version", "2026-07-28"), 405),
        (&acme.agent, ("mcp-protocol-version", "2024-11-05"), 405),
        (&acme.agent, ("origin", "https://evil.example"), 403),
    ];
    for (agent, header, status) in &refused {
        let answer = Stream::get(agent, &[*header]).await;
        assert_eq!(answer.err(), Some(*status), "{header:?}");
    }
    assert_eq!(
        Stream::post(&foreign, &asks(&json!({}))).await.err(),
        Some(401)
    );

    // Who asks for what we have none of is told so, and that is the end.
    let mut nothing = Stream::post(&acme.agent, &asks(&json!({"promptsListChanged": true})))
        .await
        .unwrap();
    let first = nothing.next().await.unwrap();
    assert_eq!(first["params"]["notifications"], json!({}));
    assert!(nothing.next().await.unwrap()["result"].is_object());

    let mut open = Vec::new();
    let last = loop {
        match Stream::get(&acme.agent, &LEGACY).await {
            Ok(stream) => open.push(stream),
            Err(status) => break status,
        }
    };
    assert_eq!((last, open.len()), (429, 8));
    assert!(Stream::get(&evil.agent, &LEGACY).await.is_ok());
    println!("N = {} refused", refused.len() + 2);
}
