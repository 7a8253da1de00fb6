//! T80, through the doors: what agents meet when an API was imported again.

use std::time::Duration;

use countersign_domain::{
    Fault as _,
    decision::Handling,
    hold::{Answer as Judged, HoldState},
    role::Role,
};
use countersign_secret_injection::{ConfirmCredential, StoreCredential};
use countersign_tests::{Agent, House, KEY, Person, Shop, Upstream};
use countersign_tool_registry::{Seen, TurnOn};
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
        let (house, document) = (&self.house, document.to_string());
        house.shop_again(&self.owner, &self.shop, document).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    async fn list(&self) -> countersign_tests::Answer {
        self.house
            .call(&self.agent, "list_orders", &json!({}))
            .await
    }

    /// Accepts a tool as it is now.
    async fn turn_on_again(&self, name: &str) {
        let (owner, place) = (&self.owner, (self.shop.source, self.shop.environment));
        let tools = self.house.tools(owner, place.0, place.1).await;
        let tool = tools.into_iter().find(|view| view.tool.name == name);
        let tool = tool.unwrap().tool;
        let command = TurnOn {
            tool: tool.id,
            version: tool.version,
            seen: Seen::Unsaid,
            environment: place.1,
            handling: Handling::Hold,
            reason: "looked at again".parse().unwrap(),
        };
        let registry = &self.house.registry;
        registry.turn_on(&owner.scope, command).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    async fn stale_records(&self) -> i64 {
        let mut admin = self.house.database.admin().await;
        sqlx::query_scalar("SELECT count(*) FROM record WHERE act = 'hold.stale'")
            .fetch_one(&mut admin)
            .await
            .unwrap()
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

/// A refund needs a note now.
fn needs_note(document: &mut Value) {
    let refund = &mut document["paths"]["/orders/{order_id}/refunds"]["post"];
    let body = &mut refund["requestBody"]["content"]["application/json"]["schema"];
    body["required"] = json!(["amount_cents", "note"]);
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
            base_url: scene.upstream.base.parse().unwrap(),
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

#[tokio::test(flavor = "multi_thread")]
async fn t80_open_holds_of_what_an_import_changed_go_stale_and_what_is_in_review_is_unknown() {
    let scene = scene().await;
    let owner = &scene.owner;
    let reviewer = scene.house.member_of(owner, Role::Reviewer, "rev").await;
    let refund = async |cents: u32| {
        let arguments = json!({"order_id": "o-1", "body": {"amount_cents": cents, "note": "n"}});
        let (house, agent) = (&scene.house, &scene.agent);
        house.call(agent, "create_refund", &arguments).await
    };
    for cents in [500, 600] {
        assert_eq!(refund(cents).await.code(), "held");
    }
    let waiting = scene.house.waiting(&reviewer).await;
    let yes = scene
        .house
        .decide(&reviewer, &waiting[0], Judged::Countersign);
    yes.await.unwrap();
    let delete = json!({"order_id": "o-1"});
    let delete = || scene.house.call(&scene.agent, "delete_order", &delete);
    assert_eq!(delete().await.code(), "held");

    scene.again(needs_note).await;

    let (approvals, scope) = (&scene.house.approvals, &reviewer.scope);
    for hold in &waiting {
        let now = approvals.hold(scope, hold.id).await.unwrap();
        assert_eq!(now.state, HoldState::Stale);
    }
    assert!(
        scene
            .house
            .decide(&reviewer, &waiting[1], Judged::Countersign)
            .await
            .is_err()
    );
    let left = scene.house.waiting(&reviewer).await;
    let [untouched] = left.as_slice() else {
        panic!("{left:?}");
    };
    assert_eq!(untouched.held.tool_name, "delete_order");
    let in_review = refund(500).await;
    let never = scene
        .house
        .call(&scene.agent, "create_refunds", &json!({}))
        .await;
    assert_eq!(in_review.status, never.status);
    assert_eq!(
        in_review.body.to_string().replace("create_refund", "x"),
        never.body.to_string().replace("create_refunds", "x")
    );

    scene.turn_on_again("create_refund").await;
    for cents in [500, 600] {
        assert_eq!(refund(cents).await.code(), "approval_stale");
        assert_eq!(refund(cents).await.code(), "held", "asked anew");
    }
    scene
        .again(|document| {
            needs_note(document);
            let order = document["paths"]["/orders/{order_id}"].as_object_mut();
            order.unwrap().remove("delete");
        })
        .await;
    let gone = approvals.hold(scope, untouched.id).await.unwrap();
    assert_eq!(gone.state, HoldState::Stale);
    assert_eq!(delete().await.body["error"]["code"], -32602);
    assert_eq!(
        scene.house.waiting(&reviewer).await.len(),
        2,
        "of the same refund"
    );
    assert_eq!(scene.stale_records().await, 3);
    assert_eq!(scene.upstream.seen().len(), 0, "nothing was sent");
    println!("N = 3 open holds went stale by two imports, one of them countersigned; 0 ran");
}
