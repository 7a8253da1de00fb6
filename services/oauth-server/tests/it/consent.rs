//! A human sees and answers a request, once, in the browser that began it (T14, T15).

use actix_web::cookie::Cookie;
use countersign_domain::{Fault as _, decision::Handling, risk::RiskClass, role::Role};
use countersign_oauth_server::ConsentError;

use crate::house::{House, location_query};

#[actix_web::test]
async fn the_page_says_who_asks_for_what_and_where_it_leads() {
    let house = House::open().await;
    let client = house.register().await;
    let (browser, id) = house
        .begin(&House::request(&client, &house.acme.resource("support")))
        .await;

    let view = house
        .server
        .authorizations
        .pending(house.acme.owner, &browser, id)
        .await
        .unwrap();

    assert_eq!(view.client_name, "Test agent");
    assert_eq!(
        (view.redirect_host.as_str(), view.loopback),
        ("127.0.0.1:6276", true)
    );
    assert_eq!(
        (view.tenant_name.as_str(), view.tenant_slug.as_str()),
        ("The acme", "acme")
    );
    assert_eq!(
        (view.endpoint_name.as_str(), view.environment_name.as_str()),
        ("Support", "Production")
    );
    let tools = view.tools.iter();
    let classes: Vec<_> = tools.map(|tool| (tool.class, tool.handling)).collect();
    let read = (RiskClass::Read, Handling::Run);
    assert_eq!(classes, [read, read, (RiskClass::Write, Handling::Run)]);
    assert_eq!(view.scopes, [RiskClass::Read, RiskClass::Write]);
    assert_eq!(
        (view.access_seconds, view.refresh_seconds),
        (600, 2_592_000)
    );
    assert!(view.may_approve);
}

#[actix_web::test]
async fn what_is_approved_is_what_was_shown() {
    let house = House::open().await;
    let client = house.register().await;
    let (browser, id) = house
        .begin(&House::request(&client, &house.acme.resource("support")))
        .await;
    let consents = &house.server.authorizations;
    let owner = house.acme.owner;

    let unseen = consents.approve(owner, &browser, id).await;
    assert!(matches!(unseen, Err(ConsentError::NotFound)));
    consents.pending(owner, &browser, id).await.unwrap();
    house.sql("UPDATE enablement SET state = 'on'").await;
    let again = consents.pending(owner, &browser, id).await.unwrap();
    assert_eq!(again.scopes, [RiskClass::Read, RiskClass::Write]);
    assert_eq!(again.tools.len(), 4);
    consents.approve(owner, &browser, id).await.unwrap();

    let granted = house
        .count("SELECT count(*) FROM oauth_grant WHERE scopes = '{tools:read,tools:write}'")
        .await;
    assert_eq!(granted, 1);
    assert_eq!(house.records("agent.consented").await, 1);
}

#[actix_web::test]
async fn nobody_else_and_no_other_browser_sees_or_answers_a_request() {
    let house = House::open().await;
    let client = house.register().await;
    let request = House::request(&client, &house.acme.resource("support"));
    let (browser, id) = house.begin(&request).await;
    let (other_browser, other_id) = house.begin(&request).await;
    let forged = house.browser(&Cookie::new("countersign-authorize", "A".repeat(43)));
    let consents = &house.server.authorizations;
    let nobody = uuid::Uuid::from_u128(9).into();
    let unknown = "authz_00000000000000000000000000000000".parse().unwrap();
    let attempts = [
        (house.globex.owner, &browser, id),
        (nobody, &browser, id),
        (house.acme.owner, &other_browser, id),
        (house.acme.owner, &forged, id),
        (house.acme.owner, &browser, other_id),
        (house.acme.owner, &browser, unknown),
    ];
    for (person, browser, id) in attempts {
        let refusals = [
            consents.pending(person, browser, id).await.map(|_| ()),
            consents.approve(person, browser, id).await.map(|_| ()),
            consents.deny(person, browser, id).await.map(|_| ()),
        ];
        for refusal in refusals {
            assert_eq!(refusal.unwrap_err().code(), "not_found");
        }
    }
    consents
        .pending(house.acme.owner, &browser, id)
        .await
        .unwrap();
    consents
        .approve(house.acme.owner, &browser, id)
        .await
        .unwrap();
    println!(
        "{} wrong ways to a consent page, all the same 404",
        attempts.len() * 3
    );
}

#[actix_web::test]
async fn a_request_is_answered_once() {
    let house = House::open().await;
    let client = house.register().await;
    let consents = &house.server.authorizations;
    let owner = house.acme.owner;
    let (browser, id) = house
        .begin(&House::request(&client, &house.acme.resource("support")))
        .await;
    consents.pending(owner, &browser, id).await.unwrap();

    let answers = (0..20).map(|_| consents.approve(owner, &browser, id));
    let answers = futures_util::future::join_all(answers).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(consents.deny(owner, &browser, id).await.is_err());
    assert_eq!(house.count("SELECT count(*) FROM oauth_code").await, 1);

    let (browser, id) = house
        .begin(&House::request(&client, &house.acme.resource("support")))
        .await;
    consents.pending(owner, &browser, id).await.unwrap();
    house
        .sql("UPDATE oauth_authorization SET expires_at = now()")
        .await;
    assert!(consents.approve(owner, &browser, id).await.is_err());
}

#[actix_web::test]
async fn a_refusal_tells_the_client_and_gives_nothing() {
    let house = House::open().await;
    let client = house.register().await;
    let (browser, id) = house
        .begin(&House::request(&client, &house.acme.resource("support")))
        .await;
    let consents = &house.server.authorizations;
    consents
        .pending(house.acme.owner, &browser, id)
        .await
        .unwrap();

    let url = consents.deny(house.acme.owner, &browser, id).await.unwrap();

    assert!(url.starts_with(crate::house::REDIRECT_URI));
    let answer = location_query(&url);
    assert_eq!(
        (answer["error"].as_str(), answer["state"].as_str()),
        ("access_denied", "st&te=1")
    );
    assert_eq!(answer["iss"], crate::house::PUBLIC);
    assert_eq!(house.count("SELECT count(*) FROM oauth_grant").await, 0);
    assert_eq!(house.records("agent.refused").await, 1);
}

#[actix_web::test]
async fn only_roles_that_connect_agents_can_approve() {
    let house = House::open().await;
    let client = house.register().await;
    let consents = &house.server.authorizations;
    for role in Role::ALL {
        let person = house.acme.person(role);
        let (browser, id) = house
            .begin(&House::request(&client, &house.acme.resource("support")))
            .await;
        let view = consents.pending(person, &browser, id).await.unwrap();
        let approved = consents.approve(person, &browser, id).await;
        assert_eq!(view.may_approve, role != Role::Auditor);
        assert_eq!(approved.is_ok(), role != Role::Auditor, "{role:?}");
        if let Err(refused) = approved {
            assert_eq!(refused.code(), "forbidden");
            assert!(consents.deny(person, &browser, id).await.is_ok());
        }
    }
}

#[actix_web::test]
async fn a_request_for_nothing_that_is_there_cannot_be_granted() {
    let house = House::open().await;
    let client = house.register().await;
    let mut request = House::request(&client, &house.acme.resource("support"));
    request.insert("scope", "tools:delete tools:admin".to_owned());
    let (browser, id) = house.begin(&request).await;
    let consents = &house.server.authorizations;
    let view = consents
        .pending(house.acme.owner, &browser, id)
        .await
        .unwrap();
    assert!(view.scopes.is_empty());

    let url = consents
        .approve(house.acme.owner, &browser, id)
        .await
        .unwrap();

    assert_eq!(location_query(&url)["error"], "invalid_scope");
    assert_eq!(house.count("SELECT count(*) FROM oauth_grant").await, 0);
}
