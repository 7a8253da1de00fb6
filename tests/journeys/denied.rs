//! What somebody was refused for their role, on record.

use countersign_domain::{operation::Method, role::Role};
use countersign_reporting::{Audit, RecordFilter, RecordRow};
use countersign_tests::{House, Person};
use serde_json::json;

use crate::front::{Browser, Front};

/// The rows about refusals that a member who may read the log finds there.
async fn refusals(house: &House, reader: &Person) -> Vec<RecordRow> {
    let filter = RecordFilter {
        act: Some("access.denied".to_owned()),
        ..RecordFilter::default()
    };
    let audit = Audit::new(house.store.clone());
    audit.list(&reader.scope, &filter, None).await.unwrap().rows
}

/// Asks for the log by the API; returns what it says.
async fn ask_api(house: &House, front: &Front, browser: &Browser<'_>) -> String {
    let headers = [
        ("cookie", browser.cookie.as_str()),
        ("content-type", "application/json"),
        ("sec-fetch-site", "same-origin"),
        ("x-csrf-token", browser.csrf.as_str()),
    ];
    let query = r#"{ tenant(slug: "acme") { slug a: records { next } b: records { next } } }"#;
    let body = Some(json!({ "query": query }).to_string());
    let url = format!("{}/graphql", front.origin);
    let answer = house.http(Method::Post, &url, &headers, body).await;
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_role_was_refused_is_on_record_in_that_tenant_and_nowhere_else() {
    let house = House::open().await;
    let (ada, eve) = (house.owner_of("acme").await, house.owner_of("evil").await);
    let dev = house.member_of(&ada, Role::Developer, "dev").await;
    let front = Front::open(&house, "denied").await;
    let browser = front.browser(&house, &dev).await;
    let stranger = front.browser(&house, &eve).await;

    let (status, _) = browser.ask(Method::Get, "/t/acme/audit", None).await;
    assert_eq!(status, 403);
    let form = format!("csrf={}&role=admin&email=x@y.example", browser.csrf);
    let inviting = browser.ask(Method::Post, "/t/acme/members/invite", Some(form));
    assert_eq!(inviting.await.0, 403);
    let told = ask_api(&house, &front, &browser).await;
    assert!(told.contains("\"forbidden\""), "{told}");
    let (status, _) = stranger.ask(Method::Get, "/t/acme/audit", None).await;
    assert_eq!(status, 404);
    let told = ask_api(&house, &front, &stranger).await;
    assert!(told.contains("\"not_found\""), "{told}");

    let rows = refusals(&house, &ada).await;
    let mut actions: Vec<_> = rows.iter().map(|row| &row.detail["action"]).collect();
    actions.sort_by_key(ToString::to_string);
    assert_eq!(actions, ["ManageMembers", "ReadRecords", "ReadRecords"]);
    for row in &rows {
        assert_eq!(row.person, dev.scope.person());
        assert_eq!(row.code.as_deref(), Some("forbidden"));
        assert_eq!(row.detail["role"], "developer");
        let session = dev.signed_in.session.to_string();
        assert_eq!(row.detail["session"], session);
    }
    assert!(refusals(&house, &eve).await.is_empty());
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_fills_the_log_with_refusals() {
    const TRIES: usize = 100;
    let house = House::open().await;
    let ada = house.owner_of("acme").await;
    let dev = house.member_of(&ada, Role::Developer, "dev").await;
    let front = Front::open(&house, "refusals").await;
    let browser = front.browser(&house, &dev).await;
    for _ in 0..TRIES {
        let (status, _) = browser.ask(Method::Get, "/t/acme/audit", None).await;
        assert_eq!(status, 403);
    }
    let rows = refusals(&house, &ada).await.len();
    assert!((20..TRIES).contains(&rows), "{rows}");
    println!("{rows} rows of {TRIES} refusals");
    front.close().await;
}
