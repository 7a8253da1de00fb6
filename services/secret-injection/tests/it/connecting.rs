//! Where an API lives, and which credential is used there: what members may say and see.

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::{
    Fault as _,
    connection::AuthScheme,
    operation::{Method, Scheme, SchemeUse, Security},
    record::Act,
    role::Role,
};
use countersign_secret_injection::{SetBaseUrl, connections::Suggestions};
use serde_json::Value;
use sqlx::Connection as _;

use crate::house::{House, header_key, operation};

const SECRET: &str = "sk_live_51H8xQ2eZvKYlo2C";

async fn records(house: &House, act: Act) -> Vec<(Option<String>, Value)> {
    sqlx::query_as("SELECT credential, detail FROM record WHERE act = $1 ORDER BY committed_at")
        .bind(act.as_str())
        .fetch_all(&mut house.database.admin().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_connection_is_placed_and_moved_and_each_time_recorded() {
    let house = House::open().await;
    let (source, environment) = (house.acme.source, house.acme.environment);
    let before = house
        .connections
        .view(&house.acme.developer, source, environment)
        .await
        .unwrap();
    assert!(before.is_none());

    let first = house.connect("http://127.0.0.1:8123/v1/").await;
    let second = house.connect("http://127.0.0.1:8123/v2").await;

    assert_eq!(first.base_url.to_string(), "http://127.0.0.1:8123/v1");
    assert_eq!(second.base_url.to_string(), "http://127.0.0.1:8123/v2");
    assert_eq!(first.id, second.id);
    assert_eq!(second.updated_by, "ada@acme.example");
    assert_eq!(records(&house, Act::ConnectionChanged).await.len(), 2);
    let (epoch, events): (i64, i64) =
        sqlx::query_as("SELECT epoch, (SELECT count(*) FROM event) FROM tenant WHERE id = $1")
            .bind(house.acme.tenant.as_uuid())
            .fetch_one(&mut house.database.admin().await)
            .await
            .unwrap();
    assert_eq!((epoch, events), (2, 2), "gateways learn of both");
}

#[tokio::test]
async fn an_address_that_the_door_does_not_lead_to_is_refused_when_it_is_said() {
    let house = House::open().await;
    let addresses = [
        "http://169.254.169.254/latest",
        "https://10.0.0.7/",
        "https://[fd00::1]/",
        "https://metadata.google.internal/",
        "http://api.example.com/",
        "https://db/",
        "https://api.example.com:5432/",
        "https://2130706433:6379/",
    ];
    for address in addresses {
        let refused = house.try_connect(&house.acme.developer, address).await;
        assert_eq!(
            refused.unwrap_err().code(),
            "destination_not_allowed",
            "{address}"
        );
    }
    assert!(records(&house, Act::ConnectionChanged).await.is_empty());
    println!("{} addresses refused when they were said", addresses.len());
}

#[tokio::test]
async fn a_stored_secret_is_never_shown_again() {
    let house = House::open().await;
    house.connect("http://127.0.0.1:8123/").await;
    let (source, environment) = (house.acme.source, house.acme.environment);
    let developer = &house.acme.developer;

    let stored = house.store(header_key("X-Api-Key"), SECRET).await;
    let viewed = house.connections.view(developer, source, environment).await;
    let listed = house.connections.list(developer).await;
    let refused = house
        .try_store(developer, AuthScheme::Bearer, &format!("{SECRET}\r\n"))
        .await;
    let shown = [
        format!("{stored:?}"),
        format!("{viewed:?}"),
        format!("{listed:?}"),
        format!("{refused:?}"),
        refused.unwrap_err().to_string(),
        format!("{:?}", house.facts().await),
        format!("{:?}", records(&house, Act::CredentialStored).await),
    ];

    for view in &shown {
        assert!(
            !view.contains(SECRET) && !view.contains(&SECRET[8..]),
            "{view}"
        );
    }
    let credential = stored.credential.unwrap();
    assert_eq!(credential.version, 1);
    assert_eq!(credential.fingerprint.len(), 8);
    assert_eq!(credential.scheme, header_key("X-Api-Key"));
    assert_eq!(credential.created_by, "ada@acme.example");
    println!("{} views of a stored secret, none shows it", shown.len());
}

#[tokio::test]
async fn storing_again_is_the_next_version_of_the_same_credential() {
    let house = House::open().await;
    house.connect("http://127.0.0.1:8123/").await;
    let first = house
        .store(AuthScheme::Bearer, "first")
        .await
        .credential
        .unwrap();
    let second = house
        .store(AuthScheme::Basic, "ada:second")
        .await
        .credential
        .unwrap();

    let (id, version) = second.label.split_once('/').unwrap();
    assert_eq!(version, "2");
    assert_eq!(first.label, format!("{id}/1"));
    assert_ne!(first.fingerprint, second.fingerprint);
    let present: Vec<(i32, bool)> =
        sqlx::query_as("SELECT version, superseded_at IS NULL FROM credential ORDER BY version")
            .fetch_all(&mut house.database.admin().await)
            .await
            .unwrap();
    assert_eq!(present, [(1, false), (2, true)]);
    let labels: Vec<_> = records(&house, Act::CredentialStored)
        .await
        .into_iter()
        .map(|(label, _)| label)
        .collect();
    assert_eq!(labels, [Some(first.label), Some(second.label)]);
}

#[tokio::test]
async fn another_address_takes_the_credential_out_of_use() {
    const HOME: &str = "http://127.0.0.1:8123/v1";
    let house = House::open().await;
    house.connect(HOME).await;
    house.store(AuthScheme::Bearer, SECRET).await;

    // The same address, said in another way.
    let same = house.connect("http://127.0.0.1:8123/v1/").await;
    assert!(same.credential.is_some());
    let mut moves = 0;
    for elsewhere in [
        "http://127.0.0.1:8124/v1",
        "http://127.0.0.2:8123/v1",
        "https://127.0.0.1:8123/v1",
        // A path says what is called, and nobody has classified this one.
        "http://127.0.0.1:8123/v2",
        "http://127.0.0.1:8123/v1/refunds",
        "http://127.0.0.1:8123/v1/%72efunds",
        "http://127.0.0.1:8123/V1",
        "http://127.0.0.1:8123/",
    ] {
        assert!(
            house.connect(elsewhere).await.credential.is_none(),
            "{elsewhere}"
        );
        assert!(house.facts().await.credential.is_none());
        // Back where it was given for, it still has to be given again.
        assert!(house.connect(HOME).await.credential.is_none());
        house.store(AuthScheme::Bearer, SECRET).await;
        moves += 1;
    }
    let taken_out = records(&house, Act::ConnectionChanged)
        .await
        .iter()
        .filter(|(_, detail)| detail["credential_taken_out"].is_string())
        .count();
    assert_eq!(taken_out, moves);
    println!("{moves} other addresses, none inherits the credential");
}

#[tokio::test]
async fn a_credential_needs_an_address_first() {
    let house = House::open().await;
    let refused = house
        .try_store(&house.acme.developer, AuthScheme::Bearer, SECRET)
        .await;
    assert_eq!(refused.unwrap_err().code(), "not_connected");
}

#[tokio::test]
async fn another_tenant_sees_nothing_and_changes_nothing() {
    let house = House::open().await;
    house.connect("http://127.0.0.1:8123/").await;
    house.store(AuthScheme::Bearer, SECRET).await;
    let stranger = &house.globex.developer;
    let (source, environment) = (house.acme.source, house.acme.environment);

    let viewed = house.connections.view(stranger, source, environment).await;
    assert!(viewed.unwrap().is_none());
    assert!(house.connections.list(stranger).await.unwrap().is_empty());
    let suggested = house
        .connections
        .suggestions(stranger, source)
        .await
        .unwrap();
    assert_eq!(suggested, Suggestions::default());

    let moved = house.try_connect(stranger, "http://127.0.0.1:8124/").await;
    assert_eq!(moved.unwrap_err().code(), "not_found");
    let stored = house
        .try_store(stranger, AuthScheme::Bearer, "theirs")
        .await;
    assert_eq!(stored.unwrap_err().code(), "not_connected");
    // Their own API in our environment is no place either.
    let command = SetBaseUrl {
        source: house.globex.source,
        environment,
        base_url: "http://127.0.0.1:8124/".parse().unwrap(),
    };
    let mixed = house.connections.set_base_url(stranger, command).await;
    assert_eq!(mixed.unwrap_err().code(), "not_found");
    let facts = house.facts().await;
    assert_eq!(facts.base_url.to_string(), "http://127.0.0.1:8123/");
    assert_eq!(facts.credential.unwrap().version, 1);
}

#[tokio::test]
async fn an_agent_may_neither_see_nor_change_connections() {
    let house = House::open().await;
    house.connect("http://127.0.0.1:8123/").await;
    let agent = &house.acme.agent;
    let (source, environment) = (house.acme.source, house.acme.environment);

    let refusals = [
        house
            .try_connect(agent, "http://127.0.0.1:8124/")
            .await
            .err(),
        house
            .try_store(agent, AuthScheme::Bearer, "mine")
            .await
            .err(),
        house
            .connections
            .view(agent, source, environment)
            .await
            .err(),
        house.connections.list(agent).await.err(),
        house.connections.suggestions(agent, source).await.err(),
    ];
    for refused in refusals {
        assert_eq!(refused.unwrap().code(), "forbidden");
    }
}

/// Imports of acme's API: the latest finished one names two servers, and its two present tools
/// want a key.
async fn import(house: &House) {
    let mut admin = house.database.admin().await;
    let mut list = operation(Method::Get, "/items");
    list.security = Security::AnyOf(vec![vec![SchemeUse {
        name: "key".to_owned(),
        scheme: Some(Scheme::ApiKeyHeader {
            name: "X-Key".to_owned(),
        }),
        scopes: Vec::new(),
    }]]);
    let steps = [
        "INSERT INTO revision (tenant_id, id, source_id, number, given_as, given_url, state, servers, created_at, created_by)
         SELECT m.tenant_id, gen_random_uuid(), $1, n, 'url', 'https://docs.example.com/openapi.json',
             CASE n WHEN 3 THEN 'failed' ELSE 'ready' END,
             jsonb_build_array(jsonb_build_object('url', '/v' || n, 'description', 'live')), now(), m.id
         FROM member m, generate_series(1, 3) n WHERE m.tenant_id = $2 AND $3::jsonb IS NOT NULL",
        "INSERT INTO tool (tenant_id, id, source_id, method, path, name, current_version, created_at, removed_at)
         SELECT $2, gen_random_uuid(), $1, 'GET', '/items/' || n, 'items_' || n, gen_random_uuid(), now(),
             CASE n WHEN 3 THEN now() END
         FROM generate_series(1, 3) n WHERE $3::jsonb IS NOT NULL",
        "INSERT INTO tool_version (tenant_id, id, tool_id, revision_id, fingerprint, class, high_risk, confidence,
             definition, created_at)
         SELECT t.tenant_id, t.current_version, t.id, r.id, '', 'READ', false, 'high', $3, now()
         FROM tool t, revision r WHERE t.source_id = $1 AND r.number = 2 AND t.tenant_id = $2",
    ];
    let mut tx = admin.begin().await.unwrap();
    for step in steps {
        sqlx::query(step)
            .bind(house.acme.source.as_uuid())
            .bind(house.acme.tenant.as_uuid())
            .bind(serde_json::to_value(&list).unwrap())
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_path_that_no_server_has_takes_whoever_may_turn_on_high_risk_tools() {
    let house = House::open().await;
    import(&house).await;
    let developer = &house.acme.developer;
    for declared in ["/v2", "/v2/", "/"] {
        let url = format!("http://127.0.0.1:8123{declared}");
        assert!(house.try_connect(developer, &url).await.is_ok(), "{url}");
    }
    let elsewhere = ["/v2/notes/purge", "/v3", "/purge", "/v2/%70urge", "//v2"];
    for undeclared in elsewhere {
        let url = format!("http://127.0.0.1:8123{undeclared}");
        let refused = house.try_connect(developer, &url).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden", "{url}");
        let kept = house.facts().await.base_url;
        assert_eq!(kept.to_string(), "http://127.0.0.1:8123/");
    }
    let url = format!("http://127.0.0.1:8123{}", elsewhere[0]);
    let owner = TenantScope::authenticated(Membership {
        tenant: house.acme.tenant,
        actor: Actor::Member {
            member: developer.member().unwrap(),
            person: developer.person().unwrap(),
            label: "ada@acme.example".to_owned(),
            role: Role::Owner,
        },
    });
    let mut admin = house.database.admin().await;
    let promoted = sqlx::query("UPDATE member SET role = 'owner' WHERE id = $1")
        .bind(developer.member().unwrap().as_uuid())
        .execute(&mut admin);
    promoted.await.unwrap();
    house.try_connect(&owner, &url).await.unwrap();
}

#[tokio::test]
async fn what_the_latest_finished_import_says_is_suggested() {
    let house = House::open().await;
    import(&house).await;

    let developer = &house.acme.developer;
    let suggested = house
        .connections
        .suggestions(developer, house.acme.source)
        .await;

    let suggested = suggested.unwrap();
    let [address] = suggested.addresses.as_slice() else {
        panic!("{suggested:?}");
    };
    assert_eq!(address.base_url.to_string(), "https://docs.example.com/v2");
    let [scheme] = suggested.schemes.as_slice() else {
        panic!("{suggested:?}");
    };
    assert_eq!(
        (&scheme.scheme, scheme.operations),
        (&header_key("X-Key"), 2)
    );
    let stranger = house
        .connections
        .suggestions(&house.globex.developer, house.acme.source);
    assert_eq!(stranger.await.unwrap(), Suggestions::default());
}
