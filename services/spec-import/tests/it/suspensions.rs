//! T80: what makes a credential wait for a person, and what does not.

use countersign_access::ManageConnection;
use countersign_domain::{connection::AuthScheme, role::Role};
use countersign_store::{
    catalogue::CredentialFacts,
    connections::{NewCredential, Placing},
    credential_suspensions::Suspension,
};
use countersign_testkit::world;
use serde_json::{Value, json};

use crate::{
    imports::{Desk, document, get, paste},
    reimports::turn_on,
};

fn shop() -> Value {
    let mut shop = document(json!({
        "/on": {"get": get("listOn", "List what is on")},
        "/off": {"get": get("listOff", "List what is off")},
    }));
    shop["components"]["securitySchemes"] = json!({
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "other": {"type": "http", "scheme": "bearer"},
    });
    shop["security"] = json!([{"key": []}]);
    shop
}

/// Stores a credential for the source, as far as the database knows.
async fn connect(desk: &Desk, source: countersign_domain::id::SourceId) {
    let by = desk.developer.member().unwrap();
    let permit = || desk.developer.allow(ManageConnection).unwrap();
    let tx = desk.store().begin(&desk.developer).await.unwrap();
    let placing = Placing {
        id: world().id(),
        source,
        environment: desk.house.environment,
        base_url: "https://pets.example.com".parse().unwrap(),
        by,
    };
    let connection = tx.place_connection(permit(), &placing).await.unwrap();
    let credential = NewCredential {
        connection,
        facts: CredentialFacts {
            id: world().id(),
            version: 1,
            scheme: AuthScheme::Bearer,
            base_url: placing.base_url,
            suspended: false,
            fingerprint: "9f2c41d0".to_owned(),
        },
        by,
    };
    tx.replace_credential(permit(), &credential).await.unwrap();
    tx.commit().await.unwrap();
}

/// Imports the shop with one tool on and a credential, then what `change` makes of it.
async fn after(change: impl FnOnce(&mut Value)) -> (Desk, Vec<Suspension>) {
    let desk = Desk::new().await;
    let mut given = shop();
    let started = desk.start(paste(&given)).await;
    connect(&desk, started.source).await;
    turn_on(&desk, &desk.tools(started.source).await["GET /on"]).await;
    change(&mut given);
    desk.again(started.source, &given).await;
    let tx = desk.store().begin(&desk.developer).await.unwrap();
    let suspensions = tx.suspensions().await.unwrap();
    drop(tx);
    (desk, suspensions)
}

#[tokio::test]
async fn another_server_or_security_of_what_agents_reach_suspends_the_credential() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 4] = [
        ("server_changed", |shop| {
            shop["servers"] = json!([{"url": "https://elsewhere.example.com"}]);
        }),
        ("server_changed", |shop| {
            shop["paths"]["/on"]["get"]["servers"] = json!([{"url": "https://own.example.com"}]);
        }),
        ("became_public", |shop| {
            shop["paths"]["/on"]["get"]["security"] = json!([]);
        }),
        ("security_alternative_removed", |shop| {
            shop["paths"]["/on"]["get"]["security"] = json!([{"other": []}]);
        }),
    ];
    for (code, change) in cases {
        let (desk, suspensions) = after(change).await;
        let [one] = suspensions.as_slice() else {
            panic!("{code}: {suspensions:?}");
        };
        assert_eq!(one.total as usize, one.changes.len());
        let codes: Vec<&str> = one.changes.iter().map(|one| one.code.as_str()).collect();
        assert!(codes.contains(&code), "{code}: {codes:?}");
        let mut admin = desk.database.admin().await;
        let on_record: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT person_label, credential, detail ->> 'environment' FROM record
             WHERE act = 'credential.suspended'",
        )
        .fetch_all(&mut admin)
        .await
        .unwrap();
        let (id, version) = one.credential;
        assert_eq!(
            on_record,
            [(
                desk.developer.who().person_label,
                format!("{id}/{version}"),
                "production".to_owned()
            )]
        );
        let other = desk.database.house("globex").await;
        let stranger = other.member(&desk.database, Role::Owner).await;
        let tx = desk.store().begin(&stranger).await.unwrap();
        assert!(tx.suspensions().await.unwrap().is_empty());
    }
    println!("N = {} changes that suspend a credential", cases.len());
}

#[tokio::test]
async fn what_says_nothing_new_about_the_credential_suspends_none() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 5] = [
        ("a description of the server", |shop| {
            shop["servers"][0]["description"] = "Production".into();
        }),
        ("an optional argument", |shop| {
            shop["paths"]["/on"]["get"]["parameters"] =
                json!([{"name": "page", "in": "query", "schema": {"type": "integer"}}]);
        }),
        ("other words", |shop| {
            shop["paths"]["/on"]["get"]["summary"] = "List all that is on".into();
        }),
        ("the security of a tool that nobody turned on", |shop| {
            shop["paths"]["/off"]["get"]["security"] = json!([]);
        }),
        ("a new operation that is public", |shop| {
            let mut new = get("listNew", "List what is new");
            new["security"] = json!([]);
            shop["paths"]["/new"] = json!({ "get": new });
        }),
    ];
    for (what, change) in cases {
        let (_desk, suspensions) = after(change).await;
        assert!(suspensions.is_empty(), "{what}: {suspensions:?}");
    }
    println!("N = {} changes that suspend nothing", cases.len());
}
