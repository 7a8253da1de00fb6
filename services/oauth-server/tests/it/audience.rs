//! A token is good at the one endpoint it was issued for (T08, T09).

use countersign_access::{ActionName, Actor};
use countersign_domain::risk::RiskClass;

use crate::house::House;

#[actix_web::test]
async fn a_token_speaks_only_at_its_own_endpoint() {
    let house = House::open().await;
    let endpoints = [
        (&house.acme, "support"),
        (&house.acme, "empty"),
        (&house.globex, "support"),
        (&house.globex, "empty"),
    ];
    let mut agents = Vec::new();
    for (place, endpoint) in endpoints {
        agents.push(house.connect(place.owner, &place.resource(endpoint)).await);
    }
    let mut tried = 0;
    for agent in &agents {
        for (place, endpoint) in endpoints {
            let here = place.resource(endpoint);
            let found = house.speaks_for(&agent.access, &here).await;
            assert_eq!(found.is_some(), here == agent.resource, "{here}");
            assert!(found.is_none_or(|scope| scope.tenant() == place.tenant));
            tried += 1;
        }
        for elsewhere in [
            "",
            "http://localhost:8080",
            "http://localhost:8080/mcp/acme",
        ] {
            let found = house.speaks_for(&agent.access, elsewhere).await;
            assert!(found.is_none());
            tried += 1;
        }
    }
    println!(
        "{tried} pairs of token and endpoint, {} of them good",
        agents.len()
    );
}

#[actix_web::test]
async fn a_token_is_an_agent_that_may_call_tools_within_its_scopes() {
    let house = House::open().await;
    let agent = house
        .connect(house.acme.owner, &house.acme.resource("support"))
        .await;

    let found = house.speaks_for(&agent.access, &agent.resource).await;

    let scope = found.unwrap();

    assert!(scope.may(ActionName::CallTool));
    assert!(!scope.may(ActionName::ReadTenant));
    assert_eq!(scope.person(), Some(house.acme.owner));
    let Actor::Agent {
        scopes,
        client,
        label,
        ..
    } = scope.actor()
    else {
        panic!("not an agent");
    };
    assert_eq!(scopes, &[RiskClass::Read, RiskClass::Write]);
    assert_eq!(
        (client.to_string(), label.as_str()),
        (agent.client, "Test agent")
    );
}

#[actix_web::test]
async fn a_token_ends_with_anything_it_rests_on() {
    let house = House::open().await;
    let agent = house
        .connect(house.acme.owner, &house.acme.resource("support"))
        .await;
    let changes = [
        (
            "UPDATE oauth_access_token SET expires_at = now()",
            "UPDATE oauth_access_token SET expires_at = now() + interval '1 minute'",
        ),
        (
            "UPDATE oauth_access_token SET revoked_at = now()",
            "UPDATE oauth_access_token SET revoked_at = NULL",
        ),
        (
            "UPDATE oauth_grant SET revoked_at = now()",
            "UPDATE oauth_grant SET revoked_at = NULL",
        ),
        (
            "UPDATE oauth_client SET disabled_at = now()",
            "UPDATE oauth_client SET disabled_at = NULL",
        ),
        (
            "UPDATE member SET removed_at = now()",
            "UPDATE member SET removed_at = NULL",
        ),
        (
            "UPDATE endpoint SET removed_at = now()",
            "UPDATE endpoint SET removed_at = NULL",
        ),
    ];
    for (change, back) in changes {
        house.sql(change).await;
        assert!(!house.is_alive(&agent).await, "{change}");
        house.sql(back).await;
        assert!(house.is_alive(&agent).await, "{back}");
    }
    println!("{} changes, each ends a token at once", changes.len());
}
