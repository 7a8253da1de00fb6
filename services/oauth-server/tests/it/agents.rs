//! The agents page: whose agents are seen, and who disconnects them.

use countersign_domain::{Fault as _, risk::RiskClass, role::Role};
use serde_json::json;

use crate::house::House;

#[actix_web::test]
async fn members_see_their_tenants_agents_and_no_other_tenants() {
    let house = House::open().await;
    let agent = house
        .connect(
            house.acme.person(Role::Developer),
            &house.acme.resource("support"),
        )
        .await;

    let seen = house
        .grants
        .list(&house.acme.scope(Role::Auditor))
        .await
        .unwrap();
    assert_eq!(seen.len(), 1);
    let grant = &seen[0];
    assert_eq!(
        (grant.client.to_string(), grant.client_name.as_str()),
        (agent.client, "Test agent")
    );
    assert_eq!(
        (grant.client_host.as_str(), grant.endpoint_slug.as_str()),
        ("127.0.0.1:6276", "support")
    );
    assert_eq!(grant.member_label, "developer@acme.example");
    assert_eq!(grant.scopes, [RiskClass::Read, RiskClass::Write]);
    assert!(grant.last_token_at.is_some() && !grant.may_revoke);

    let other = house.globex.scope(Role::Owner);
    assert!(house.grants.list(&other).await.unwrap().is_empty());
    assert_eq!(
        house
            .grants
            .revoke(&other, grant.id)
            .await
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[actix_web::test]
async fn the_list_names_the_host_that_the_code_went_to() {
    let house = House::open().await;
    let uris = ["https://trusted.example/cb", "https://other.example/cb"];
    let wish = json!({"client_name": "Two-faced", "redirect_uris": uris});
    let registered = house.post_json("/oauth/register", &wish).await.json();
    let resource = house.acme.resource("support");
    let client = registered["client_id"].as_str().unwrap();
    let mut request = House::request(client, &resource);
    request.insert("redirect_uri", uris[1].to_owned());
    let (browser, id) = house.begin(&request).await;
    let person = house.acme.person(Role::Developer);
    let consents = &house.server.authorizations;
    consents.pending(person, &browser, id).await.unwrap();
    consents.approve(person, &browser, id).await.unwrap();

    let seen = house.grants.list(&house.acme.scope(Role::Owner)).await;
    assert_eq!(seen.unwrap()[0].client_host, "other.example");
}

#[actix_web::test]
async fn anybody_disconnects_their_own_agent_and_some_roles_disconnect_any() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    for (role, any) in [
        (Role::Owner, true),
        (Role::Admin, true),
        (Role::Reviewer, true),
        (Role::Developer, false),
        (Role::Auditor, false),
    ] {
        let theirs = if role == Role::Developer {
            Role::Owner
        } else {
            Role::Developer
        };
        let agent = house.connect(house.acme.person(theirs), &resource).await;
        let scope = house.acme.scope(role);
        let grant = house.grants.list(&scope).await.unwrap().remove(0);
        assert_eq!(grant.may_revoke, any, "{role:?}");
        let revoked = house.grants.revoke(&scope, grant.id).await;
        assert_eq!(revoked.is_ok(), any, "{role:?}");
        assert_eq!(house.is_alive(&agent).await, !any);
        if !any {
            house
                .grants
                .revoke(&house.acme.scope(theirs), grant.id)
                .await
                .unwrap();
            assert!(!house.is_alive(&agent).await);
        }
        let again = house
            .grants
            .revoke(&house.acme.scope(Role::Owner), grant.id)
            .await;
        assert_eq!(again.unwrap_err().code(), "not_found");
    }
    assert_eq!(house.records("agent.revoked").await, 5);
    let told = "SELECT count(*) FROM event WHERE payload->>'event' = 'grant_revoked'";
    assert_eq!(house.count(told).await, 5);
}
