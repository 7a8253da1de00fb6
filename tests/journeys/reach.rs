//! Who can call what, as the report and the page of a tool say it.

use countersign_domain::{operation::Method, role::Role};
use countersign_tests::{House, Person, Upstream};
use countersign_tool_registry::CreateEndpoint;
use serde_json::json;
use sqlx::Executor as _;

use crate::front::{Browser, Front};

/// A page, which is there.
async fn page(browser: &Browser<'_>, path: &str) -> String {
    let (status, page) = browser.ask(Method::Get, path, None).await;
    assert_eq!(status, 200, "{path}: {page}");
    page
}

/// The part of a page that has an id, up to the end of its kind of element, as a person reads it.
fn part(page: &str, id: &str, end: &str) -> String {
    let (_, rest) = page.split_once(&format!("id=\"{id}\"")).expect(id);
    let (_, rest) = rest.split_once('>').unwrap();
    let text = rest.split(end).next().unwrap();
    let mut read = String::new();
    for piece in text.split('<') {
        let (tag, after) = piece.split_once('>').unwrap_or(("", piece));
        if !matches!(tag, "wbr" | "span" | "/span") && !tag.starts_with("span ") {
            read.push(' ');
        }
        read.push_str(after);
    }
    read.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn tool(house: &House, person: &Person, name: &str) -> String {
    let mut admin = house.database.admin().await;
    let found = "SELECT 'tool_' || replace(t.id::text, '-', '') FROM tool t
         JOIN tenant n ON n.id = t.tenant_id WHERE n.slug = $1 AND t.name = $2";
    sqlx::query_scalar(found)
        .bind(person.tenant.as_str())
        .bind(name)
        .fetch_one(&mut admin)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn report_and_tool_say_who_can_call_what_is_high_risk() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let developer = house.member_of(&owner, Role::Developer, "dev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    house.agent_of(&owner, &shop).await;
    house.agent_of(&developer, &shop).await;
    let tools = house.tools(&owner, shop.source, shop.environment).await;
    let refund = tools.iter().find(|one| one.tool.name == "create_refund");
    let night = CreateEndpoint {
        name: "Night desk".parse().unwrap(),
        slug: None,
        environment: shop.environment,
        tools: vec![refund.unwrap().tool.id],
    };
    let night = house.registry.create_endpoint(&owner.scope, night);
    night.await.unwrap();
    let mut admin = house.database.admin().await;
    let reads_only = "UPDATE oauth_grant SET scopes = '{tools:read}' WHERE member_id =
         (SELECT m.id FROM member m JOIN person p ON p.id = m.person_id WHERE p.email LIKE 'dev@%')";
    admin.execute(reads_only).await.unwrap();
    let front = Front::open(&house, "reach").await;
    let (browser, dev) = (
        front.browser(&house, &owner).await,
        front.browser(&house, &developer).await,
    );

    let report = page(&browser, "/t/acme/report").await;
    let reach = part(&report, "reach", "</table>");
    let said = "create_refund Production each call held Night desk no connected agent may \
         Support test agent for owner@acme.example";
    assert!(reach.contains(said), "{reach}");
    assert!(!reach.contains("list_orders"), "a read is not high-risk");
    let query = r#"{ tenant(slug: "acme") { report { ways { tool endpoint grants } } } }"#;
    let data = browser.query(query, json!({})).await;
    let id = tool(&house, &owner, "create_refund").await;
    let ways = data["tenant"]["report"]["ways"].as_array().unwrap();
    let ways = ways.iter().filter(|way| way["tool"] == json!(id));
    let ways: Vec<_> = ways
        .map(|way| {
            (
                way["endpoint"].as_str().unwrap(),
                way["grants"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(ways, [("night-desk", 0), ("support", 1)]);

    let of_tool = format!(
        "/t/acme/tools/{}",
        tool(&house, &owner, "create_refund").await
    );
    let ways = part(&page(&dev, &of_tool).await, "ways", "</section>");
    let said = "It is on, each call held for: Night desk no connected agent may \
         Support test agent for owner@acme.example";
    assert!(ways.contains(said), "{ways}");
    let of_read = format!(
        "/t/acme/tools/{}",
        tool(&house, &owner, "list_orders").await
    );
    let ways = part(&page(&dev, &of_read).await, "ways", "</section>");
    let said = "It is on for: Support test agent for dev@acme.example \
         test agent for owner@acme.example";
    assert!(ways.contains(said), "{ways}");

    let below = "UPDATE member SET role = 'auditor' WHERE person_id =
         (SELECT id FROM person WHERE email LIKE 'dev@%')";
    admin.execute(below).await.unwrap();
    let ways = part(&page(&browser, &of_read).await, "ways", "</section>");
    assert!(
        ways.contains("test agent for owner@") && !ways.contains("for dev@"),
        "{ways}"
    );
    admin
        .execute("UPDATE oauth_client SET disabled_at = now()")
        .await
        .unwrap();
    let ways = part(&page(&browser, &of_read).await, "ways", "</section>");
    assert!(ways.contains("no connected agent may"), "{ways}");

    let off = "UPDATE enablement SET superseded_at = now(), state = state";
    admin.execute(off).await.unwrap();
    let ways = part(&page(&dev, &of_tool).await, "ways", "</section>");
    assert!(ways.contains("Nobody while it is off."), "{ways}");
    let report = page(&browser, "/t/acme/report").await;
    assert!(report.contains("no high-risk tool is on"), "{report}");

    admin.execute("DELETE FROM endpoint_tool").await.unwrap();
    let ways = part(&page(&dev, &of_tool).await, "ways", "</section>");
    assert!(
        ways.ends_with("Nobody: no endpoint there has it."),
        "{ways}"
    );
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_cannot_call_is_said_to_be_and_not_counted() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let developer = house.member_of(&owner, Role::Developer, "dev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    house.agent_of(&owner, &shop).await;
    house.agent_of(&developer, &shop).await;
    let mut admin = house.database.admin().await;
    let below = "UPDATE member SET role = 'auditor' WHERE person_id =
         (SELECT id FROM person WHERE email LIKE 'dev@%')";
    admin.execute(below).await.unwrap();
    let front = Front::open(&house, "cannot-call").await;
    let browser = front.browser(&house, &owner).await;

    let endpoint = page(&browser, "/t/acme/endpoints/support").await;
    let grants = part(&endpoint, "grants", "</table>");
    assert!(
        grants.contains("nothing now: dev@acme.example may no longer"),
        "{grants}"
    );
    assert!(grants.matches("Disconnect").count() > 2, "{grants}");
    let query = r#"{ tenant(slug: "acme") { grants { canCall } report { agents } } }"#;
    let data = browser.query(query, json!({})).await;
    let mut can_call: Vec<_> = data["tenant"]["grants"].as_array().unwrap().clone();
    can_call.sort_by_key(|one| one["canCall"].as_bool());
    assert_eq!(
        can_call,
        [json!({"canCall": false}), json!({"canCall": true})]
    );
    assert_eq!(data["tenant"]["report"]["agents"], 1);
    let home = page(&browser, "/t/acme").await;
    assert!(home.contains("<b>1</b>agents connected"), "{home}");

    // One that this version cannot read is said once.
    let newer = "UPDATE oauth_grant SET scopes = '{tools:space}' WHERE member_id =
         (SELECT m.id FROM member m JOIN person p ON p.id = m.person_id WHERE p.email LIKE 'dev@%')";
    admin.execute(newer).await.unwrap();
    let report = page(&browser, "/t/acme/report").await;
    assert!(report.contains("1 entry is not shown"), "{report}");
    front.close().await;
}
