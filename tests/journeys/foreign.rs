//! Another tenant does not exist (T39): every route, taken from the table itself.
//!
//! Two questions, and the answers must be equal to the byte: a page of a tenant that is somebody
//! else's and one of a tenant that nobody has; and, in one's own tenant, an id of somebody else's
//! thing and an id of nothing.

use std::collections::BTreeMap;

use countersign_domain::{operation::Method, role::Role};
use countersign_tests::{House, Upstream};
use platform::fronts::routes;
use serde_json::json;
use sqlx::{PgConnection, Row as _};

use crate::front::{Browser, Front};

/// A form that would do something, were the thing one's own.
fn form(browser: &Browser<'_>, path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or("");
    let fields = match last {
        "role" => "&role=auditor".to_owned(),
        "turn-on" => format!(
            "&environment={}&version={}&handling=hold&reason=because",
            id("env"),
            id("ver")
        ),
        "override-risk" | "rename" | "describe" | "withdraw-override" => format!(
            "&environment={}&version={}&kind=risk&reason=because&risk=READ&name=mine&title=Mine",
            id("env"),
            id("ver")
        ),
        "turn-off" | "turn-on-reads" => {
            format!("&environment={}&seen=0&reason=because", id("env"))
        }
        "remove" => "&reason=because&confirm=yes".to_owned(),
        "tools" => format!("&seen={}", "0".repeat(64)),
        "decide" => format!(
            "&environment={}&choice=off&reason=because&tool={}@{}",
            id("env"),
            id("tool"),
            id("ver")
        ),
        "base-url" => format!(
            "&environment={}&base_url=https%3A%2F%2Fapi.example.com",
            id("env")
        ),
        "credential" => format!(
            "&environment={}&base_url=https%3A%2F%2Fapi.example.com&scheme=bearer&key_name=&secret=abcdefgh",
            id("env")
        ),
        "{hold}" => format!("&shown={}&answer=reject&reason=because", "0".repeat(64)),
        _ => String::new(),
    };
    format!("csrf={}{fields}", browser.csrf)
}

/// A page without what is of this one answer.
fn without_nonce(page: &str) -> String {
    let (before, rest) = page.split_once(" nonce=\"").unwrap_or((page, ""));
    let (_, after) = rest.split_once('"').unwrap_or_default();
    format!("{before}{after}")
}

fn id(prefix: &str) -> String {
    format!("{prefix}_{}", "0123456789abcdef".repeat(2))
}

/// Real things of the other tenant, and what is written in a path for each.
async fn things_of(
    tenant: uuid::Uuid,
    admin: &mut PgConnection,
) -> BTreeMap<&'static str, (String, String)> {
    let mut things = BTreeMap::new();
    for (parameter, prefix, sql) in [
        (
            "{record}",
            "rec",
            "SELECT id FROM record WHERE tenant_id = $1 LIMIT 1",
        ),
        (
            "{hold}",
            "hold",
            "SELECT id FROM hold WHERE tenant_id = $1 LIMIT 1",
        ),
        (
            "{grant}",
            "grant",
            "SELECT id FROM oauth_grant WHERE tenant_id = $1 LIMIT 1",
        ),
        (
            "{revision}",
            "rev",
            "SELECT id FROM revision WHERE tenant_id = $1 LIMIT 1",
        ),
        (
            "{invitation}",
            "inv",
            "SELECT id FROM invitation WHERE tenant_id = $1 LIMIT 1",
        ),
        (
            "{member}",
            "mem",
            "SELECT id FROM member WHERE tenant_id = $1 AND role = 'reviewer' LIMIT 1",
        ),
        (
            "{tool}",
            "tool",
            "SELECT id FROM tool WHERE tenant_id = $1 LIMIT 1",
        ),
    ] {
        let real: uuid::Uuid = sqlx::query(sql)
            .bind(tenant)
            .fetch_one(&mut *admin)
            .await
            .expect(sql)
            .get(0);
        things.insert(
            parameter,
            (format!("{prefix}_{}", real.simple()), id(prefix)),
        );
    }
    for (parameter, sql) in [
        (
            "{source}",
            "SELECT slug FROM source WHERE tenant_id = $1 LIMIT 1",
        ),
        (
            "{endpoint}",
            "SELECT slug FROM endpoint WHERE tenant_id = $1 LIMIT 1",
        ),
    ] {
        let real: String = sqlx::query(sql)
            .bind(tenant)
            .fetch_one(&mut *admin)
            .await
            .expect(sql)
            .get(0);
        things.insert(parameter, (real, "no-such-thing".to_owned()));
    }
    things
}

/// Everything of a tenant, as one number that changes with any of it.
async fn state_of(tenant: uuid::Uuid, admin: &mut PgConnection) -> String {
    let mut state = String::new();
    for table in [
        "member",
        "invitation",
        "source",
        "revision",
        "tool",
        "tool_override",
        "enablement",
        "connection",
        "credential",
        "endpoint",
        "endpoint_tool",
        "oauth_grant",
        "hold",
        "record",
        "job",
    ] {
        let sql = format!(
            "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE tenant_id = $1"
        );
        let sum: Option<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(tenant)
            .fetch_one(&mut *admin)
            .await
            .unwrap();
        state.extend([table, "=", &sum.unwrap_or_default(), " "]);
    }
    state
}

#[tokio::test(flavor = "multi_thread")]
async fn t39_a_foreign_thing_is_nothing_on_every_route() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    house.member_of(&ada, Role::Reviewer, "rev").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    house
        .call(
            &agent,
            "create_refund",
            &json!({"order_id": "o", "body": {"amount_cents": 1}}),
        )
        .await;
    let eve = house.owner_of("evil").await;

    let front = Front::open(&house, "foreign").await;
    let table = routes(&platform::roles::Role::ALL.into_iter().collect());
    let stranger = front.browser(&house, &eve).await;

    let mut admin = house.database.admin().await;
    let acme = ada.scope.tenant().as_uuid();
    let things = things_of(acme, &mut admin).await;
    let before = state_of(acme, &mut admin).await;
    let (mut tenants, mut ids) = (0, 0);
    for route in table
        .table()
        .iter()
        .filter(|route| route.path.starts_with("/t/{tenant}"))
    {
        let method = Method::as_written(route.method.as_str()).unwrap();
        let body = (method == Method::Post).then(|| form(&stranger, route.path));
        let fill = |path: &str, real: bool| {
            things
                .iter()
                .fold(path.to_owned(), |path, (parameter, (theirs, nothing))| {
                    path.replace(parameter, if real { theirs } else { nothing })
                })
        };

        let foreign = fill(route.path, true).replace("{tenant}", "acme");
        let nobodys = fill(route.path, true).replace("{tenant}", "nobody");
        let answers = [
            stranger.ask(method, &foreign, body.clone()).await,
            stranger.ask(method, &nobodys, body.clone()).await,
        ];
        assert_eq!(answers[0].0, 404, "{method} {foreign}");
        assert_eq!(answers[0], answers[1], "{method} {foreign}");
        tenants += 1;

        if route.path.matches('{').count() > 1 {
            let theirs = fill(route.path, true).replace("{tenant}", "evil");
            let nothing = fill(route.path, false).replace("{tenant}", "evil");
            let mut answers = [
                stranger.ask(method, &theirs, body.clone()).await,
                stranger.ask(method, &nothing, body.clone()).await,
            ];
            // A page may repeat the address it was asked for and has a nonce; the rest is equal.
            for (answer, asked) in answers.iter_mut().zip([&theirs, &nothing]) {
                answer.1 = without_nonce(&answer.1.replace(asked, ""));
            }
            assert_eq!(answers[0], answers[1], "{method} {theirs}");
            assert!(
                ![200, 303].contains(&answers[0].0),
                "{method} {theirs}: {}",
                answers[0].0
            );
            ids += 1;
        }
    }
    assert_eq!(
        state_of(acme, &mut admin).await,
        before,
        "nothing of the other tenant has changed"
    );
    println!(
        "{tenants} routes with a foreign tenant, {ids} with a foreign id: 0 told apart from nothing, 0 side effects"
    );
    assert!(tenants >= 30 && ids >= 15);

    front.close().await;
}
