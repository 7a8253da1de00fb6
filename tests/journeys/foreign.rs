//! Another tenant does not exist (T39): every route, taken from the table itself.
//!
//! Two questions, and the answers must be equal to the byte: a page of a tenant that is somebody
//! else's and one of a tenant that nobody has; and, in one's own tenant, an id of somebody else's
//! thing and an id of nothing.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use clap::Parser;
use countersign_domain::{operation::Method, role::Role};
use countersign_egress::InboundResponse;
use countersign_tests::{House, Person, Upstream};
use countersign_vault::KeyFile;
use platform::{
    application::Application, configuration::Configuration, fronts::routes,
    settings::ServerSettings, system_world,
};
use serde_json::json;
use sqlx::{PgConnection, Row as _};
use tokio_util::sync::CancellationToken;

/// The session cookie on plain http.
const COOKIE: &str = "countersign";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: ServerSettings,
}

struct Stranger {
    house: Arc<House>,
    origin: String,
    cookie: String,
    csrf: String,
}

impl Stranger {
    async fn ask(&self, method: Method, path: &str, body: Option<String>) -> (u16, String) {
        let answer = self.send(method, path, body).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        (
            answer.status,
            format!("{:?} {text}", answer.header("location")),
        )
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>) -> InboundResponse {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let mut headers = vec![
            ("cookie", self.cookie.as_str()),
            ("accept", "text/html"),
            ("sec-fetch-site", "same-origin"),
        ];
        headers.extend(body.is_some().then_some(form));
        self.house
            .http(method, &format!("{}{path}", self.origin), &headers, body)
            .await
    }

    /// A form that would do something, were the thing one's own.
    fn form(&self, path: &str) -> String {
        let last = path.rsplit('/').next().unwrap_or("");
        let fields = match last {
            "role" => "&role=auditor".to_owned(),
            "turn-on" => format!(
                "&environment={}&version={}&handling=hold&reason=because",
                id("env"),
                id("ver")
            ),
            "turn-off" | "turn-on-reads" => format!("&environment={}&reason=because", id("env")),
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
                "&environment={}&scheme=bearer&key_name=&secret=abcdefgh",
                id("env")
            ),
            "{hold}" => format!("&shown={}&answer=reject&reason=because", "0".repeat(64)),
            _ => String::new(),
        };
        format!("csrf={}{fields}", self.csrf)
    }
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

async fn stranger(house: Arc<House>, origin: String, eve: &Person) -> Stranger {
    let cookie = format!("{COOKIE}={}", eve.session.expose());
    let mut stranger = Stranger {
        house,
        origin,
        cookie,
        csrf: String::new(),
    };
    let (status, page) = stranger
        .ask(Method::Get, &format!("/t/{}/members", eve.tenant), None)
        .await;
    assert_eq!(status, 200, "{page}");
    let token = page
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    token
        .expect("a form with a token")
        .clone_into(&mut stranger.csrf);
    stranger
}

#[tokio::test(flavor = "multi_thread")]
async fn t39_a_foreign_thing_is_nothing_on_every_route() {
    let (house, upstream) = (Arc::new(House::open().await), Upstream::start());
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

    let key = KeyFile::at(
        std::env::temp_dir().join(format!("countersign-foreign-{}", std::process::id())),
    );
    key.create(&house.world).unwrap();
    let line = [
        "countersign".to_owned(),
        format!("--database-url={}", house.database.url()),
        format!("--vault-key-file={}", key.path().display()),
        "--listen=127.0.0.1:0".to_owned(),
    ];
    let configuration = Configuration::new(&Line::try_parse_from(line).unwrap().settings).unwrap();
    let application = Application::build(configuration, system_world(), Path::new("countersign"))
        .await
        .unwrap();
    let origin = application.public_url().origin();
    let table = routes(&platform::roles::Role::ALL.into_iter().collect());
    let end = CancellationToken::new();
    let running = tokio::spawn(application.run_until(end.clone()));
    let stranger = stranger(Arc::clone(&house), origin, &eve).await;

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
        let method = Method::parse(route.method.as_str()).unwrap();
        let body = (method == Method::Post).then(|| stranger.form(route.path));
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
            // A page may repeat the address it was asked for; the rest is equal.
            answers[0].1 = answers[0].1.replace(&theirs, "");
            answers[1].1 = answers[1].1.replace(&nothing, "");
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

    end.cancel();
    running.await.unwrap().unwrap();
    std::fs::remove_file(key.path()).unwrap();
}
