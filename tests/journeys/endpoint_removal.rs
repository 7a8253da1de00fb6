//! Endpoints and APIs get other names, and endpoints go: what agents and people meet then.

use std::time::Duration;

use countersign_domain::{
    Fault as _,
    hold::{Answer as Judged, HoldState},
    operation::Method,
    role::Role,
};
use countersign_tests::{House, Person, Upstream};
use countersign_tool_registry::{CreateEndpoint, RemoveEndpoint, RenameEndpoint, RenameSource};
use serde_json::json;

use crate::front::Front;

async fn remove(house: &House, person: &Person) -> Result<(), String> {
    let command = RemoveEndpoint {
        endpoint: "support".parse().unwrap(),
        reason: "not needed any more".parse().unwrap(),
    };
    let removed = house.registry.remove_endpoint(&person.scope, command).await;
    removed.map_err(|error| error.code().to_owned())
}

async fn number(house: &House, sql: &'static str) -> i64 {
    let mut admin = house.database.admin().await;
    sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_endpoint_lets_nobody_in_and_its_holds_are_stale() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    let ask = || house.call(&agent, "create_refund", &refund);
    assert_eq!(ask().await.code(), "held");
    let hold = house.waiting(&reviewer).await.remove(0);
    let yes = house.decide(&reviewer, &hold, Judged::Countersign);
    yes.await.unwrap();

    remove(&house, &owner).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;

    assert_eq!(ask().await.status, 401);
    assert_eq!(upstream.seen().len(), 0, "nothing was sent");
    let now = house.approvals.hold(&reviewer.scope, hold.id).await;
    assert_eq!(now.unwrap().state, HoldState::Stale);
    let live = "SELECT count(*) FROM oauth_grant WHERE revoked_at IS NULL";
    assert_eq!(number(&house, live).await, 0);
    let told = "SELECT count(*) FROM record WHERE act = 'endpoint.removed'
        AND detail ->> 'endpoint' = 'support' AND detail ->> 'agents_disconnected' = '1'
        AND detail ->> 'holds_ended' = '1' AND detail ->> 'reason' = 'not needed any more'";
    assert_eq!(number(&house, told).await, 1);
    let endpoints = house.registry.endpoints(&owner.scope).await.unwrap();
    assert!(endpoints.is_empty(), "{endpoints:?}");
    let tools = house.tools(&owner, shop.source, shop.environment).await;
    assert_eq!(tools.len(), 5, "its tools are there");
    let again = CreateEndpoint {
        name: "Support".parse().unwrap(),
        slug: None,
        environment: shop.environment,
        tools: Vec::new(),
    };
    let again = house.registry.create_endpoint(&owner.scope, again).await;
    assert_eq!(again.unwrap_err().code(), "endpoint_slug_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_removed_by_owners_and_admins_of_its_tenant() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let stranger = house.owner_of("globex").await;
    house.shop(&owner, &upstream.base).await;
    for role in [Role::Reviewer, Role::Developer, Role::Auditor] {
        let member = house.member_of(&owner, role, role.as_str()).await;
        let refused = remove(&house, &member).await;
        assert_eq!(refused.unwrap_err(), "forbidden", "{role:?}");
    }
    assert_eq!(remove(&house, &stranger).await.unwrap_err(), "not_found");
    let endpoints = house.registry.endpoints(&owner.scope).await.unwrap();
    assert_eq!(endpoints.len(), 1, "it is there");
    let admin = house.member_of(&owner, Role::Admin, "adm").await;
    remove(&house, &admin).await.unwrap();
    assert_eq!(remove(&house, &owner).await.unwrap_err(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_changes_no_address_and_no_tool() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    let front = Front::open(&house, "names").await;
    let browser = front.browser(&house, &owner).await;
    let post = async |path: &str, name: &str| {
        let form = format!("csrf={}&name={name}", browser.csrf);
        let path = format!("/t/acme/{path}");
        browser.ask(Method::Post, &path, Some(form)).await
    };
    for path in ["sources/corner-shop/rename", "endpoints/support/rename"] {
        let (status, page) = post(path, "+").await;
        assert_eq!(status, 400, "{page}");
        let (status, to) = post(path, "Market+hall").await;
        assert_eq!(status, 303, "{to}");
    }

    for path in ["sources/corner-shop", "endpoints/support"] {
        let (status, page) = browser
            .ask(Method::Get, &format!("/t/acme/{path}"), None)
            .await;
        assert_eq!(status, 200);
        assert!(page.contains("<h1>Market hall</h1>"), "{page}");
    }
    let listed = house.call(&agent, "list_orders", &json!({})).await;
    assert!(!listed.is_error(), "{}", listed.body);
    let told = "SELECT count(*) FROM record WHERE act IN ('source.renamed', 'endpoint.renamed')
        AND detail ->> 'name' = 'Market hall' AND detail ->> 'name_before' IN ('Corner shop', 'Support')";
    assert_eq!(number(&house, told).await, 2);
    let stranger = house.owner_of("globex").await;
    let (registry, name) = (&house.registry, "Mine".parse().unwrap());
    let source = RenameSource {
        source: shop.source,
        name,
    };
    let refused = registry.rename_source(&stranger.scope, source).await;
    assert_eq!(refused.unwrap_err().code(), "not_found");
    let endpoint = RenameEndpoint {
        endpoint: shop.endpoint,
        name: "Mine".parse().unwrap(),
    };
    let refused = registry.rename_endpoint(&stranger.scope, endpoint).await;
    assert_eq!(refused.unwrap_err().code(), "not_found");
    front.close().await;
}
