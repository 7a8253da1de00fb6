//! What is left of an API that was removed: what was recorded of it, and nothing else.

use std::time::Duration;

use countersign_domain::{
    Fault as _,
    hold::{Answer as Judged, HoldState},
    operation::Method,
    role::Role,
};
use countersign_spec_import::{Given, StartImport};
use countersign_testkit::until;
use countersign_tests::{House, Person, Shop, Stream, Upstream, document};
use countersign_tool_registry::RemoveSource;
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::front::{Browser, Front};

const REMOVE: &str = "/t/acme/sources/corner-shop/remove";
const SETTINGS: &str = "/t/acme/sources/corner-shop/settings";
const SCHEDULE: &str =
    "INSERT INTO source_schedule (tenant_id, source_id, every, url, set_by, set_at, next_at)
    SELECT tenant_id, id, 'hourly', 'https://shop.example/', created_by, now(), now() FROM source";

/// Pages that list things, and those of the things themselves.
const LISTS: [&str; 9] = [
    "",
    "/sources",
    "/import",
    "/connections",
    "/endpoints",
    "/endpoints/support",
    "/new-endpoint",
    "/holds",
    "/report",
];
const PLACES: [&str; 4] = ["", "/settings", "/import", "/connection"];

const ALL: &str = "{ tenant(slug: \"acme\") { sources { name slug } importNotices { source }
    endpoint(slug: \"support\") { tools { nodes { name } } }
    report { inventory { tools } toolsOn { name source } findings { sentence } } } }";

fn names_the_shop(text: &str) -> bool {
    text.contains("Corner shop") || text.contains("corner-shop")
}

async fn number(house: &House, sql: &'static str) -> i64 {
    let mut admin = house.database.admin().await;
    sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap()
}

async fn remove(house: &House, person: &Person, shop: &Shop) -> Result<(), String> {
    let command = RemoveSource {
        source: shop.source,
        reason: "a wrong document".parse().unwrap(),
    };
    let removed = house.registry.remove_source(&person.scope, command).await;
    removed.map_err(|error| error.code().to_owned())
}

async fn get(browser: &Browser<'_>, path: &str) -> (u16, String) {
    browser.ask(Method::Get, path, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_api_is_in_the_audit_log_and_nowhere_else() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let revision = house.shop_again(&owner, &shop, more(&upstream.base)).await;
    let tool = house.tools(&owner, shop.source, shop.environment).await[0]
        .tool
        .id;
    let mut admin = house.database.admin().await;
    admin.execute(SCHEDULE).await.unwrap();
    let tenant = owner.scope.tenant().as_uuid();
    let delete = format!(
        "SET ROLE countersign_app; SET app.tenant_id = '{tenant}'; DELETE FROM vault_secret; RESET ROLE"
    );
    let tried = admin.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(delete)));
    assert_eq!(tried.await.unwrap().rows_affected(), 0, "it is there");
    assert_eq!(number(&house, "SELECT count(*) FROM vault_secret").await, 1);
    let agent = house.agent_of(&owner, &shop).await;
    let order = json!({"order_id": "o-1"});
    let held = house.call(&agent, "delete_order", &order).await;
    let held = held.hold().to_owned();
    let front = Front::open(&house, "removal").await;
    let browser = front.browser(&house, &owner).await;
    for list in ["", "/sources", "/connections", "/report", "/new-endpoint"] {
        let (_, page) = get(&browser, &format!("/t/acme{list}")).await;
        assert!(
            names_the_shop(&page),
            "{list} names it as long as it is there"
        );
    }
    assert!(names_the_shop(
        &browser.query(ALL, Value::Null).await.to_string()
    ));

    let (status, page) = get(&browser, SETTINGS).await;
    assert_eq!(status, 200, "{page}");
    let form = |fields: &str| {
        Some(format!(
            "csrf={}&reason=a+wrong+document{fields}",
            browser.csrf
        ))
    };
    let (status, page) = browser.ask(Method::Post, REMOVE, form("")).await;
    assert_eq!(status, 400);
    assert!(
        page.contains("Tick the box to remove Corner shop."),
        "{page}"
    );
    assert_eq!(get(&browser, SETTINGS).await.0, 200, "it is still there");
    let (status, to) = browser
        .ask(Method::Post, REMOVE, form("&confirm=yes"))
        .await;
    assert_eq!(status, 303, "{to}");
    assert!(to.contains("/t/acme/sources?done=source-removed"), "{to}");

    for list in LISTS {
        let (status, page) = get(&browser, &format!("/t/acme{list}")).await;
        assert_eq!(status, 200, "{list}");
        assert!(!names_the_shop(&page), "{list}: {page}");
    }
    let places = PLACES.map(|place| format!("/sources/corner-shop{place}"));
    let things = [format!("/imports/{revision}"), format!("/tools/{tool}")];
    for place in places.iter().chain(&things) {
        let (status, _) = get(&browser, &format!("/t/acme{place}")).await;
        assert_eq!(status, 404, "{place}");
    }
    let answer = browser.query(ALL, Value::Null).await.to_string();
    assert!(!names_the_shop(&answer), "{answer}");
    assert!(!answer.contains("list_orders"), "{answer}");
    let connections = "{ tenant(slug: \"acme\") { connections { id } suspensions { total } } }";
    let answer = browser.query(connections, Value::Null).await;
    let none = json!({"tenant": {"connections": [], "suspensions": []}});
    assert_eq!(answer, none);
    let (_, log) = get(&browser, "/t/acme/audit?act=source.removed").await;
    let record = log.split("/t/acme/audit/").nth(1).unwrap();
    let record = record.split('"').next().unwrap();
    let (_, record) = get(&browser, &format!("/t/acme/audit/{record}")).await;
    assert!(names_the_shop(&record), "{record}");
    let told = "SELECT count(*) FROM record WHERE act = 'source.removed' AND detail ->> 'name' = 'Corner shop'
        AND detail ->> 'source' = 'corner-shop' AND detail ->> 'reason' = 'a wrong document'
        AND detail ->> 'secrets_deleted' = '1' AND person_label = 'owner@acme.example'";
    assert_eq!(number(&house, told).await, 1);
    let kept = "SELECT count(*) FROM record WHERE detail ->> 'source' = 'corner-shop' AND act = 'source.imported'";
    assert_eq!(number(&house, kept).await, 2, "what was recorded before");
    let (status, call) = get(&browser, &format!("/t/acme/holds/{held}")).await;
    assert_eq!(status, 200);
    assert!(
        call.contains("Corner shop <span class=\"muted\">(removed)</span>"),
        "{call}"
    );
    assert_eq!(number(&house, "SELECT count(*) FROM vault_secret").await, 0);
    assert_eq!(
        number(&house, "SELECT count(*) FROM source_schedule").await,
        0
    );
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_go_with_the_last_api_that_was_imported_from_them() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    house.shop_again(&owner, &shop, more(&upstream.base)).await;
    house
        .shop_again(&owner, &shop, "no document".to_owned())
        .await;
    let twin = StartImport {
        name: "Twin".parse().unwrap(),
        given: Given::Paste(document(&upstream.base)),
    };
    let twin = house.imports.start(&owner.scope, twin).await.unwrap();
    house.work().await;
    let documents = "SELECT count(*) FROM document";
    assert_eq!(
        number(&house, documents).await,
        3,
        "a failed one is kept, too"
    );

    remove(&house, &owner, &shop).await.unwrap();
    assert_eq!(number(&house, documents).await, 1, "the twin's");
    let twin = Shop {
        source: twin.source,
        ..shop
    };
    remove(&house, &owner, &twin).await.unwrap();

    assert_eq!(number(&house, documents).await, 0);
    let told = "SELECT sum((detail ->> 'documents_deleted')::int) FROM record WHERE act = 'source.removed'";
    assert_eq!(number(&house, told).await, 3);
    let digests = "SELECT count(*) FROM record WHERE detail ->> 'document' IS NOT NULL";
    assert_eq!(number(&house, digests).await, 4, "each import's, on record");
}

/// The shop's document with one operation more.
fn more(base: &str) -> String {
    let mut document: Value = serde_json::from_str(&document(base)).unwrap();
    let ok = json!({"200": {"description": "ok"}});
    document["paths"]["/stock"]["get"] =
        json!({"operationId": "listStock", "summary": "List the stock", "responses": ok});
    document.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_just_being_taken_in_again_is_kept() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let (mut admin, mut watch) = (house.database.admin().await, house.database.admin().await);
    let freeze = "BEGIN; LOCK TABLE job IN EXCLUSIVE MODE";
    admin.execute(freeze).await.unwrap();
    let twin = StartImport {
        name: "Twin".parse().unwrap(),
        given: Given::Paste(document(&upstream.base)),
    };
    let mut waiting = async |many: i64| {
        until("as many wait", async || {
            let sql = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE NOT granted AND datname = current_database()";
            let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut watch).await.unwrap();
            found == many
        })
        .await;
    };
    let removing = async {
        waiting(1).await;
        let thawing = async {
            waiting(2).await;
            admin.execute("COMMIT").await.unwrap();
        };
        tokio::join!(remove(&house, &owner, &shop), thawing).0
    };

    let (started, removed) = tokio::join!(house.imports.start(&owner.scope, twin), removing);

    removed.unwrap();
    let started = started.unwrap();
    house.work().await;
    let tools = house.tools(&owner, started.source, shop.environment).await;
    assert_eq!(tools.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_lose_the_tools_of_a_removed_api_at_once_and_its_holds_are_stale() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    let refund = async |cents: u32| {
        let arguments = json!({"order_id": "o-1", "body": {"amount_cents": cents}});
        house.call(&agent, "create_refund", &arguments).await
    };
    for cents in [5, 6] {
        assert_eq!(refund(cents).await.code(), "held");
    }
    let holds = house.waiting(&reviewer).await;
    let yes = house.decide(&reviewer, &holds[0], Judged::Countersign);
    yes.await.unwrap();
    let mut stream = Stream::get(&agent, &[("mcp-protocol-version", "2025-11-25")])
        .await
        .unwrap();
    stream.next().await.unwrap();

    remove(&house, &owner, &shop).await.unwrap();

    let heard = stream.next().await.unwrap();
    assert_eq!(heard["method"], "notifications/tools/list_changed");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let never = house.call(&agent, "create_refunds", &json!({})).await;
    for cents in [5, 6] {
        let gone = refund(cents).await;
        assert_eq!(gone.status, never.status);
        assert_eq!(
            gone.body.to_string().replace("create_refund", "x"),
            never.body.to_string().replace("create_refunds", "x")
        );
    }
    for hold in &holds {
        let now = house.approvals.hold(&reviewer.scope, hold.id).await;
        assert_eq!(now.unwrap().state, HoldState::Stale);
    }
    let stale = "SELECT count(*) FROM record WHERE act = 'hold.stale'";
    assert_eq!(number(&house, stale).await, 2);
    assert_eq!(upstream.seen().len(), 0, "nothing was sent");
    println!("N = 2 open holds, one of them countersigned; 0 ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_api_of_the_same_name_gets_nothing_of_the_removed_one() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    remove(&house, &owner, &shop).await.unwrap();

    let start = StartImport {
        name: "Corner shop".parse().unwrap(),
        given: Given::Paste(document(&upstream.base)),
    };
    let started = house.imports.start(&owner.scope, start).await.unwrap();
    house.work().await;

    assert_eq!(started.slug.as_str(), "corner-shop");
    let tools = house.tools(&owner, started.source, shop.environment).await;
    assert_eq!(tools.len(), 5);
    assert!(tools.iter().all(|view| view.decided.is_none()));
    let connections = house.connections.list(&owner.scope).await.unwrap();
    assert!(connections.is_empty(), "{connections:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_under_way_comes_to_nothing() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let again = countersign_spec_import::ImportAgain {
        source: shop.source,
        given: Given::Paste(more(&upstream.base)),
    };
    let imports = &house.imports;
    imports
        .start_again(&owner.scope, again.clone())
        .await
        .unwrap();

    remove(&house, &owner, &shop).await.unwrap();
    house.work().await;

    let ended =
        "SELECT count(*) FROM revision WHERE state = 'failed' AND failure_code = 'source_removed'";
    assert_eq!(number(&house, ended).await, 1);
    let tools = "SELECT count(*) FROM tool WHERE removed_at IS NULL";
    assert_eq!(number(&house, tools).await, 0);
    let refused = imports.start_again(&owner.scope, again).await.unwrap_err();
    assert_eq!(refused.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_of_which_nothing_was_imported_says_so_with_ways_on() {
    let house = House::open().await;
    let owner = house.owner_of("acme").await;
    let start = StartImport {
        name: "Corner shop".parse().unwrap(),
        given: Given::Paste("no: document".to_owned()),
    };
    let started = house.imports.start(&owner.scope, start).await.unwrap();
    house.work().await;
    let front = Front::open(&house, "bare").await;
    let browser = front.browser(&house, &owner).await;

    let (_, list) = get(&browser, "/t/acme/sources").await;
    assert!(list.contains(">nothing imported</a>"), "{list}");
    let (_, page) = get(&browser, "/t/acme/sources/corner-shop").await;
    assert!(page.contains("Nothing was imported"), "{page}");
    let import = format!("/t/acme/imports/{}", started.revision);
    let removal = format!("{SETTINGS}#h-remove");
    for way in ["/t/acme/sources/corner-shop/import", &removal, &import] {
        assert!(page.contains(&format!("href=\"{way}\"")), "{way}: {page}");
    }
    let (_, why) = get(&browser, &import).await;
    assert!(why.contains("Corner shop was not imported"), "{why}");
    assert!(why.contains("Code: <code>"), "{why}");
    assert!(why.contains(SETTINGS), "{why}");

    let again = countersign_spec_import::ImportAgain {
        source: started.source,
        given: Given::Paste(document("https://shop.example")),
    };
    let imports = &house.imports;
    imports.start_again(&owner.scope, again).await.unwrap();
    house.work().await;
    let (_, page) = get(&browser, "/t/acme/sources/corner-shop").await;
    assert!(!page.contains("Nothing was imported"), "{page}");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_is_removed_by_owners_and_admins_of_its_tenant_and_once() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let stranger = house.owner_of("globex").await;
    let shop = house.shop(&owner, &upstream.base).await;
    for role in [Role::Reviewer, Role::Developer, Role::Auditor] {
        let member = house.member_of(&owner, role, role.as_str()).await;
        let refused = remove(&house, &member, &shop).await;
        assert_eq!(refused.unwrap_err(), "forbidden", "{role:?}");
    }
    let refused = remove(&house, &stranger, &shop).await;
    assert_eq!(refused.unwrap_err(), "not_found");
    let there = house.tools(&owner, shop.source, shop.environment).await;
    assert_eq!(there.len(), 5, "nothing of it was removed");
    let admin = house.member_of(&owner, Role::Admin, "adm").await;
    remove(&house, &admin, &shop).await.unwrap();
    let twice = remove(&house, &owner, &shop).await;
    assert_eq!(twice.unwrap_err(), "not_found");
}
