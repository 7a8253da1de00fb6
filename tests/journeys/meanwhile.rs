//! Who was somebody when a request began and is nobody any more when the rest of it comes.

use std::time::Duration;

use countersign_oauth_server::Grants;
use countersign_testkit::until;
use countersign_tests::{Agent, House, Person, Upstream, Wire};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Longer than a token is remembered.
const FORGOTTEN: Duration = Duration::from_secs(1);

struct Scene {
    house: House,
    upstream: Upstream,
    ada: Person,
    agent: Agent,
}

impl Scene {
    async fn open() -> Self {
        let (house, upstream) = (House::open().await, Upstream::start());
        let ada = house.owner_of("acme").await;
        let shop = house.shop(&ada, &upstream.base).await;
        let agent = house.agent_of(&ada, &shop).await;
        Self {
            house,
            upstream,
            ada,
            agent,
        }
    }

    async fn revoke(&self) {
        let grants = Grants::new(self.house.store.clone(), self.house.world.clone());
        let grant = grants.list(&self.ada.scope).await.unwrap().remove(0).id;
        grants.revoke(&self.ada.scope, grant).await.unwrap();
        sleep(FORGOTTEN).await;
    }
}

fn call(id: i64, order: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": {"name": "get_order", "arguments": {"order_id": order}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_agent_makes_no_more_calls_of_a_batch_that_it_began() {
    let scene = Scene::open().await;
    let batch = json!([call(1, "withheld"), call(2, "o-2"), call(3, "o-3")]);
    let revoked_during_the_first = async {
        until("the first call", async || scene.upstream.seen().len() == 1).await;
        scene.revoke().await;
        scene.upstream.release();
    };

    let posted = scene.house.post(&scene.agent, &batch);
    let (answer, ()) = tokio::join!(posted, revoked_during_the_first);

    // What was sent before is answered, so that the agent knows of it.
    assert_eq!(
        answer.body[0]["result"]["isError"], false,
        "{}",
        answer.body
    );
    for refused in [1, 2] {
        let reason = &answer.body[refused]["error"]["data"]["reason"];
        assert_eq!(reason, "invalid_token", "{}", answer.body);
    }
    assert_eq!(scene.upstream.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_last_byte_comes_after_the_revocation_is_nobodys() {
    let scene = Scene::open().await;
    let body = call(1, "o-1").to_string();
    let (most, last) = body.split_at(body.len() - 1);
    let bearer = format!("Bearer {}", scene.agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
    ];
    let mut wire = Wire::post(&scene.agent.url, &headers, body.len()).await;
    wire.send(most).await;
    // Let in by what is known of the token now.
    sleep(FORGOTTEN).await;

    scene.revoke().await;
    wire.send(last).await;

    let answer = wire.answer().await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("error=\"invalid_token\""), "{answer}");
    assert_eq!(scene.upstream.seen().len(), 0);
}
