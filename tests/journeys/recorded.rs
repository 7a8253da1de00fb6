//! What an act changed can be read in its own row of the audit log.

use countersign_accounts::Invite;
use countersign_domain::{
    connection::BaseUrl, digest::Digest, hold::Answer, operation::Method, role::Role,
};
use countersign_reporting::{Audit, RecordFilter, RecordRow};
use countersign_secret_injection::SetBaseUrl;
use countersign_tests::{House, Person, Upstream, document};
use countersign_tool_registry::SetEndpointTools;
use serde_json::{Value, json};

use crate::front::Front;

/// The rows about an act, as whoever may read the log finds them.
async fn rows(house: &House, reader: &Person, act: &str) -> Vec<RecordRow> {
    let filter = RecordFilter {
        act: Some(act.to_owned()),
        ..RecordFilter::default()
    };
    let audit = Audit::new(house.store.clone());
    audit.list(&reader.scope, &filter, None).await.unwrap().rows
}

/// Says whether the details of a row have all of these.
fn says(row: &RecordRow, facts: &Value) -> bool {
    let mut facts = facts.as_object().unwrap().iter();
    facts.all(|(name, fact)| row.detail.get(name) == Some(fact))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_audit_log_says_what_was_changed_into_what() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let reviewer = house.member_of(&ada, Role::Reviewer, "rev").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    house.call(&agent, "create_refund", &refund).await;
    let hold = house.waiting(&reviewer).await.remove(0);
    house
        .decide(&reviewer, &hold, Answer::Reject)
        .await
        .unwrap();
    let tools = house.tools(&ada, shop.source, shop.environment).await;
    let kept = tools.iter().filter(|view| view.tool.name != "delete_order");
    let fewer = SetEndpointTools {
        endpoint: shop.endpoint.clone(),
        seen: None,
        tools: kept.map(|view| view.tool.id).collect(),
    };
    house
        .registry
        .set_endpoint_tools(&ada.scope, fewer)
        .await
        .unwrap();
    let elsewhere = format!("{}/v2", upstream.base);
    let moved = SetBaseUrl {
        source: shop.source,
        environment: shop.environment,
        base_url: elsewhere.parse().unwrap(),
    };
    house
        .connections
        .set_base_url(&ada.scope, moved)
        .await
        .unwrap();
    let (email, role) = ("eve@acme.example".parse().unwrap(), Role::Admin);
    let invited = house.accounts.invite(&ada.scope, Invite { email, role });
    let invited = invited.await.unwrap().id;
    house
        .accounts
        .revoke_invitation(&ada.scope, invited)
        .await
        .unwrap();

    let base = upstream.base.parse::<BaseUrl>().unwrap().to_string();
    let source = shop.source.to_string();
    let given = Digest::of(document(&upstream.base).as_bytes()).to_string();
    let told = [
        (
            "source.imported",
            json!({"source": "corner-shop", "source_id": source, "revision": 1, "title": "Corner shop", "version": "1",
                "document": given, "given_as": "paste"}),
        ),
        (
            "tool.turned_on",
            json!({"source": "corner-shop", "source_id": source, "environment": "production", "level": "medium",
                "handling": "run"}),
        ),
        (
            "credential.stored",
            json!({"source": "corner-shop", "source_id": source, "environment": "production", "bound_to": base}),
        ),
        (
            "connection.changed",
            json!({"source": "corner-shop", "source_id": source, "environment": "production",
                "base_url_before": base, "base_url": elsewhere}),
        ),
        (
            "endpoint.changed",
            json!({"endpoint": "support", "added": [], "removed": ["delete_order"]}),
        ),
        ("agent.consented", json!({"resource": agent.url})),
        (
            "hold.rejected",
            json!({"requested_by": "owner@acme.example", "agent": hold.held.client_label,
                "reason": "I looked at it"}),
        ),
        (
            "member.invitation_revoked",
            json!({"email": "eve@acme.example", "role": "admin"}),
        ),
    ];
    for (act, facts) in &told {
        let found = rows(&house, &ada, act).await;
        assert!(found.iter().any(|row| says(row, facts)), "{act}: {found:?}");
    }
    println!("N = {} acts whose rows say what they changed", told.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_told_in_words_that_a_person_reads() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let reviewer = house.member_of(&ada, Role::Reviewer, "rev").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    house.call(&agent, "create_refund", &refund).await;
    let hold = house.waiting(&reviewer).await.remove(0);
    let yes = house.decide(&reviewer, &hold, Answer::Countersign);
    yes.await.unwrap();
    house.call(&agent, "create_refund", &refund).await;
    let front = Front::open(&house, "told").await;
    let browser = front.browser(&house, &ada).await;
    let page = async |path: &str| browser.ask(Method::Get, path, None).await.1;

    let moved = page("/t/acme/audit?act=connection.changed").await;
    assert!(moved.contains("base url before: none"), "{moved}");
    let sent = page("/t/acme/audit?act=call.intended").await;
    let record = sent.split("<a href=\"/t/acme/audit/").nth(1).unwrap();
    let record = record.split('"').next().unwrap();
    let record = page(&format!("/t/acme/audit/{record}")).await;
    let said = "exactly this call was countersigned<br>";
    assert!(record.contains(said), "{record}");
    assert!(record.contains("by the rule <code>countersigned</code>"));
    front.close().await;
}
