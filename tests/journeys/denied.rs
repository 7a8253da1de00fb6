//! What somebody was refused for their role, on record.

use countersign_domain::{Fault as _, Kind, hold::Answer, operation::Method, role::Role};
use countersign_reporting::{Audit, RecordFilter, RecordRow};
use countersign_tests::{House, Person, Upstream};
use serde_json::{Value, json};
use url::form_urlencoded;

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

/// An agent asks to be connected; returns the cookie of the browser it did so in, and the request.
pub(crate) async fn asked(house: &House, front: &Front) -> (String, String) {
    let redirect = "http://127.0.0.1:9/callback";
    let agent = json!({"client_name": "test agent", "redirect_uris": [redirect]});
    let (url, json_type) = (
        format!("{}/oauth/register", front.origin),
        [("content-type", "application/json")],
    );
    let registered = house.http(Method::Post, &url, &json_type, Some(agent.to_string()));
    let registered: Value = serde_json::from_slice(&registered.await.body).unwrap();
    let resource = format!("{}/mcp/acme/support", front.origin);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", registered["client_id"].as_str().unwrap()),
            ("redirect_uri", redirect),
            ("code_challenge", &"a".repeat(43)),
            ("code_challenge_method", "S256"),
            ("resource", &resource),
        ])
        .finish();
    let url = format!("{}/oauth/authorize?{query}", front.origin);
    let sent = house.http(Method::Get, &url, &[], None).await;
    let (location, cookie) = (sent.header("location"), sent.header("set-cookie"));
    let location = location.unwrap();
    let request = &location[location.find("authz_").expect(location)..][..38];
    let cookie = cookie.unwrap().split(';').next().unwrap();
    (cookie.to_owned(), request.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_connect_no_agents_is_on_record_for_saying_yes_to_one() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let auditor = house.member_of(&ada, Role::Auditor, "aud").await;
    house.shop(&ada, &upstream.base).await;
    let front = Front::open(&house, "consent").await;
    let mut browser = front.browser(&house, &auditor).await;
    let (cookie, request) = asked(&house, &front).await;
    browser.cookie = format!("{}; {cookie}", browser.cookie);
    let page = format!("/oauth/consent?request={request}");
    assert_eq!(browser.ask(Method::Get, &page, None).await.0, 200);

    let form = format!("csrf={}&request={request}&answer=approve", browser.csrf);
    let answer = browser.ask(Method::Post, "/oauth/consent", Some(form));
    assert_eq!(answer.await.0, 403);

    let rows = refusals(&house, &ada).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].person, auditor.scope.person());
    assert_eq!(rows[0].detail["action"], "ConnectAgent");
    assert_eq!(rows[0].detail["role"], "auditor");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_countersign_a_call_is_on_record_for_it_once() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    house.call(&agent, "create_refund", &refund).await;
    let hold = house.waiting(&ada).await.remove(0);
    let late = house.member_of(&ada, Role::Reviewer, "late").await;

    for person in [&ada, &ada, &late, &late] {
        let decided = house.decide(person, &hold, Answer::Countersign).await;
        assert_eq!(decided.unwrap_err().kind(), Kind::Forbidden);
    }

    let rows = refusals(&house, &ada).await;
    let mut told: Vec<_> = rows
        .iter()
        .map(|row| (row.code.as_deref(), row.person, row.hold))
        .collect();
    // They were written in one moment, so which of them is the newer one is not said.
    told.sort();
    let each_once = [
        (Some("reviewer_too_new"), late.scope.person(), Some(hold.id)),
        (Some("self_approval"), ada.scope.person(), Some(hold.id)),
    ];
    assert_eq!(told, each_once);
    assert_eq!(rows[0].tool_name.as_deref(), Some("create_refund"));
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
