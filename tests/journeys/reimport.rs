//! T80, through the doors: what agents meet when an API was imported again.

use std::time::Duration;

use countersign_domain::{Fault as _, hold::Answer as Judged, role::Role};
use countersign_secret_injection::{ConfirmCredential, StoreCredential};
use countersign_spec_import::{Given, ImportAgain};
use countersign_tests::{Agent, House, KEY, Person, Shop, Upstream};
use serde_json::{Value, json};

struct Scene {
    house: House,
    upstream: Upstream,
    owner: Person,
    shop: Shop,
    agent: Agent,
}

async fn scene() -> Scene {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    Scene {
        house,
        upstream,
        owner,
        shop,
        agent,
    }
}

impl Scene {
    /// Imports the shop again, as `change` makes it, and gives the gateway its second.
    async fn again(&self, change: impl FnOnce(&mut Value)) {
        let text = countersign_tests::document(&self.upstream.base);
        let mut document: Value = serde_json::from_str(&text).unwrap();
        change(&mut document);
        let again = ImportAgain {
            source: self.shop.source,
            given: Given::Paste(document.to_string()),
        };
        let imports = &self.house.imports;
        imports.start_again(&self.owner.scope, again).await.unwrap();
        self.house.work().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    async fn list(&self) -> countersign_tests::Answer {
        self.house
            .call(&self.agent, "list_orders", &json!({}))
            .await
    }

    async fn confirm(&self) -> Result<(), String> {
        let connections = &self.house.connections;
        let suspended = connections.suspended(&self.owner.scope).await.unwrap();
        let command = ConfirmCredential {
            source: self.shop.source,
            environment: self.shop.environment,
            seen: suspended.last().unwrap().revision,
            reason: "the old address is still ours".parse().unwrap(),
        };
        let confirmed = connections.confirm_credential(&self.owner.scope, command);
        confirmed
            .await
            .map(drop)
            .map_err(|error| error.code().to_owned())
    }
}

/// One operation lets anybody in now; the others are as they were, and on.
fn open_one(document: &mut Value) {
    document["paths"]["/orders/{order_id}"]["get"]["security"] = json!([]);
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_no_call_is_sent_with_a_suspended_credential_until_a_member_confirms_it() {
    let scene = scene().await;
    assert!(!scene.list().await.is_error());
    let before = scene.upstream.seen().len();
    scene.again(open_one).await;

    let refused = scene.list().await;
    assert_eq!(refused.code(), "credential_suspended", "{}", refused.body);
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    let held = scene
        .house
        .call(&scene.agent, "create_refund", &refund)
        .await;
    assert_eq!(held.code(), "credential_suspended", "{}", held.body);
    let label = json!({"order_id": "o-1"});
    let write = scene
        .house
        .call(&scene.agent, "set_order_labels", &label)
        .await;
    assert_eq!(write.code(), "credential_suspended", "{}", write.body);
    assert_eq!(scene.upstream.seen().len(), before, "nothing was sent");

    scene.confirm().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sent = scene.list().await;
    assert!(!sent.is_error(), "{}", sent.body);
    let seen = scene.upstream.seen();
    let key = seen.last().unwrap().headers.iter();
    assert!(
        key.into_iter()
            .any(|(name, value)| name == "x-shop-key" && value == KEY)
    );
    let acts: Vec<(String, String)> = sqlx::query_as(
        "SELECT act, person_label FROM record WHERE act LIKE 'credential.%' ORDER BY committed_at",
    )
    .fetch_all(&mut scene.house.database.admin().await)
    .await
    .unwrap();
    let acts: Vec<&str> = acts.iter().map(|(act, _)| act.as_str()).collect();
    assert_eq!(
        acts,
        [
            "credential.stored",
            "credential.suspended",
            "credential.confirmed"
        ]
    );
    println!("N = 3 kinds of call, 0 sent with a suspended credential");
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_call_that_was_countersigned_before_is_not_sent_with_a_suspended_credential() {
    let scene = scene().await;
    let reviewer = scene
        .house
        .member_of(&scene.owner, Role::Reviewer, "rev")
        .await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    let ask = || scene.house.call(&scene.agent, "create_refund", &refund);
    assert_eq!(ask().await.code(), "held");
    let hold = scene.house.waiting(&reviewer).await.remove(0);
    let decided = scene.house.decide(&reviewer, &hold, Judged::Countersign);
    decided.await.unwrap();
    let before = scene.upstream.seen().len();
    scene.again(open_one).await;
    assert_eq!(ask().await.code(), "credential_suspended");
    assert_eq!(scene.upstream.seen().len(), before, "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_confirmation_is_of_what_was_seen_and_by_who_may() {
    let scene = scene().await;
    scene.again(open_one).await;
    let connections = &scene.house.connections;
    let first = connections.suspended(&scene.owner.scope).await.unwrap();
    scene
        .again(|document| {
            open_one(document);
            document["paths"]["/orders"]["get"]["security"] = json!([]);
        })
        .await;
    let both = connections.suspended(&scene.owner.scope).await.unwrap();
    assert_eq!((first.len(), both.len()), (1, 2));

    let command = |seen| ConfirmCredential {
        source: scene.shop.source,
        environment: scene.shop.environment,
        seen,
        reason: "looked at it".parse().unwrap(),
    };
    for role in [Role::Reviewer, Role::Auditor] {
        let name = role.as_str();
        let member = scene.house.member_of(&scene.owner, role, name).await;
        let refused = connections
            .confirm_credential(&member.scope, command(both[1].revision))
            .await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");
    }
    let owner = &scene.owner.scope;
    let half = connections.confirm_credential(owner, command(first[0].revision));
    assert!(half.await.unwrap().credential.unwrap().suspended);
    let again = connections.confirm_credential(owner, command(first[0].revision));
    let again = again.await.unwrap_err();
    assert_eq!(again.code(), "credential_not_suspended");
    let whole = connections.confirm_credential(owner, command(both[1].revision));
    assert!(!whole.await.unwrap().credential.unwrap().suspended);
    println!("N = 2 roles that may not confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_credential_that_is_stored_afterwards_is_not_suspended() {
    let scene = scene().await;
    scene.again(open_one).await;
    let stored = scene.house.connections.store_credential(
        &scene.owner.scope,
        StoreCredential {
            source: scene.shop.source,
            environment: scene.shop.environment,
            scheme: countersign_domain::connection::AuthScheme::ApiKeyHeader {
                name: "X-Shop-Key".to_owned(),
            },
            secret: countersign_domain::secret::Secret::new(KEY.to_owned()),
        },
    );
    assert!(!stored.await.unwrap().credential.unwrap().suspended);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!scene.list().await.is_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn t80_a_tool_that_is_gone_answers_like_one_that_never_was() {
    let scene = scene().await;
    let arguments = json!({"order_id": "o-1"});
    let label = || {
        scene
            .house
            .call(&scene.agent, "set_order_labels", &arguments)
    };
    assert!(!label().await.is_error());
    scene
        .again(|document| {
            let paths = document["paths"].as_object_mut().unwrap();
            paths.remove("/orders/{order_id}/labels");
        })
        .await;
    let gone = label().await;
    let never = scene
        .house
        .call(&scene.agent, "set_order_lapels", &arguments)
        .await;
    assert_eq!(gone.body["error"]["code"], -32602);
    assert_eq!(gone.status, never.status);
    assert_eq!(
        gone.body.to_string().replace("set_order_labels", "x"),
        never.body.to_string().replace("set_order_lapels", "x")
    );
    assert!(!scene.list().await.is_error(), "the others go on");
}
