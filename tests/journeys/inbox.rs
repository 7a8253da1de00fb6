//! Whatever waits is found, however much else waits: T62, as a browser and a script get it.

use countersign_domain::{hold::Answer as Judged, operation::Method, role::Role};
use countersign_tests::{House, Upstream};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::front::{Browser, Front};

/// What five members can have waiting.
const OTHERS: usize = 200;

const INBOX: &str = "/t/acme/holds";

/// Holds of other calls, all older than the one there is.
const OTHER_HOLDS: &str = "
    INSERT INTO hold SELECT (jsonb_populate_record(h, jsonb_build_object('id', gen_random_uuid(),
        'call_key', sha256(n::text::bytea), 'created_at', h.created_at - n * interval '1 second'))).*
    FROM hold h, generate_series(1, 200) n";

fn rows(page: &str) -> usize {
    page.matches("<tr id=\"hold_").count()
}

/// Where a link of the page leads to.
fn link<'p>(page: &'p str, id: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("id=\"{id}\" href=\""))?;
    rest.split(['"', '#']).next()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_a_tenant_counts_what_waits_there() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let stranger = house.owner_of("globex").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    for cents in [5, 6] {
        let refund = json!({"order_id": "o-1", "body": {"amount_cents": cents}});
        let asked = house.call(&agent, "create_refund", &refund).await;
        assert_eq!(asked.code(), "held");
    }
    let front = Front::open(&house, "counts").await;
    let browser = front.browser(&house, &reviewer).await;
    let count = async |browser: &Browser<'_>, path: &str| {
        let (_, page) = browser.ask(Method::Get, path, None).await;
        let (_, rest) = page.split_once("<span class=\"count\">")?;
        rest.split_once("</span></span>")
            .map(|(count, _)| count.replace("<span class=\"hidden-text\">", ""))
    };
    for path in ["", "/sources", "/members", "/holds", "/sources/no-such"] {
        let counted = count(&browser, &format!("/t/acme{path}")).await;
        assert_eq!(counted.as_deref(), Some("2 waiting"), "{path}");
    }
    let elsewhere = front.browser(&house, &stranger).await;
    assert_eq!(count(&elsewhere, "/t/globex/members").await, None);
    for hold in house.waiting(&reviewer).await {
        house
            .decide(&reviewer, &hold, Judged::Reject)
            .await
            .unwrap();
    }
    assert_eq!(count(&browser, "/t/acme/members").await, None);
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t62_a_call_behind_two_hundred_others_is_on_the_next_page() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    let asked = house.call(&agent, "create_refund", &refund).await;
    let held = asked.hold();
    let mut admin = house.database.admin().await;
    admin.execute(OTHER_HOLDS).await.unwrap();
    let front = Front::open(&house, "inbox").await;
    let browser = front.browser(&house, &reviewer).await;

    let (_, first) = browser.ask(Method::Get, INBOX, None).await;
    assert_eq!(rows(&first), OTHERS);
    assert!(!first.contains(held));
    assert!(first.contains(">201</span>"), "all that wait are counted");
    let later = format!("{INBOX}{}", link(&first, "later").unwrap());
    let (_, second) = browser.ask(Method::Get, &later, None).await;
    assert_eq!(rows(&second), 1);
    assert!(second.contains(held));
    assert!(second.contains(">201</span>"));
    let given = "body: {&#34;amount_cents&#34;: 5}, order_id: &#34;o-1&#34;";
    assert!(second.contains(given), "what it is given");
    assert_eq!(link(&second, "later"), None);

    let query =
        "query($a: ID) { tenant(slug: \"acme\") { holds(wanted: WAITING, after: $a) { id } } }";
    let ask = async |after: Value| {
        let data = browser.query(query, json!({ "a": after })).await;
        data["tenant"]["holds"].as_array().unwrap().clone()
    };
    let first = ask(Value::Null).await;
    assert_eq!(first.len(), OTHERS);
    let second = ask(first[OTHERS - 1]["id"].clone()).await;
    assert_eq!(second, [json!({"id": held})]);

    let over = "UPDATE hold SET state = 'expired'";
    admin.execute(over).await.unwrap();
    let (_, newest) = browser.ask(Method::Get, INBOX, None).await;
    assert_eq!(rows(&newest), OTHERS);
    assert!(newest.contains(held));
    let older = format!("{INBOX}{}", link(&newest, "older").unwrap());
    let (_, oldest) = browser.ask(Method::Get, &older, None).await;
    assert_eq!(rows(&oldest), 1);
    assert_eq!(link(&oldest, "older"), None);

    // As some version to come may write the last ones of the page.
    let newer = "UPDATE hold SET class = 'SPACE'
         WHERE id IN (SELECT id FROM hold ORDER BY created_at OFFSET 1 LIMIT 5)";
    admin.execute(newer).await.unwrap();
    let (_, newest) = browser.ask(Method::Get, INBOX, None).await;
    assert_eq!(rows(&newest), OTHERS - 5);
    let older = format!("{INBOX}{}", link(&newest, "older").unwrap());
    let (_, oldest) = browser.ask(Method::Get, &older, None).await;
    assert_eq!(rows(&oldest), 1, "none is hidden behind them");
    front.close().await;
}
