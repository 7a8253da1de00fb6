//! No argument makes the address of another operation of the same API, whether that one is on,
//! held, or off.

use std::time::Duration;

use countersign_domain::{hold::Answer as Judged, role::Role};
use countersign_tests::{Agent, Answer, House, Person, Shop, Upstream};
use countersign_tool_registry::TurnOff;
use serde_json::{Map, Value, json};

struct Scene {
    house: House,
    upstream: Upstream,
    owner: Person,
    shop: Shop,
    agent: Agent,
}

/// An operation with text parameters in its path, and those given in its query.
fn operation(path: &str, summary: &str, asked: &[&str]) -> Value {
    let route = path.split('?').next().unwrap();
    let inside = route.split('{').skip(1);
    let inside = inside.map(|rest| (rest.split('}').next().unwrap(), "path"));
    let asked = asked.iter().map(|name| (*name, "query"));
    let parameters: Vec<Value> = inside
        .chain(asked)
        .map(|(name, place)| {
            let kind = if name == "number" { "integer" } else { "string" };
            json!({"name": name, "in": place, "required": place == "path", "schema": {"type": kind}})
        })
        .collect();
    let id = summary.replace(' ', "_");
    json!({"operationId": id, "summary": summary, "parameters": parameters,
        "responses": {"200": {"description": "ok"}}})
}

/// What agents are meant to call.
const OPEN: [(&str, &str, &str, &[&str]); 10] = [
    ("/invoices/{id}", "get", "get invoice", &[]),
    ("/notes/{id}", "post", "add note", &[]),
    ("/notes/{id}", "get", "get note", &[]),
    ("/notes/{id}", "delete", "delete note", &[]),
    ("/notes", "get", "list notes", &["action"]),
    ("/files/{id}", "get", "get file", &[]),
    ("/counts/{number}", "get", "get count", &[]),
    ("/parts/{x}/{y}", "get", "get part", &[]),
    ("/reports/{id}.json", "get", "get report", &[]),
    ("/own/{id}", "get", "get own", &[]),
];

/// What stands beside, and is off.
const OFF: [(&str, &str, &str); 11] = [
    ("/invoices/purge", "get", "purge invoices"),
    ("/notes/wipe", "post", "wipe notes"),
    ("/notes/{id}:purge", "post", "purge note"),
    ("/notes", "delete", "delete notes"),
    ("/notes?action=purge", "get", "purge by query"),
    ("/files/access-token", "get", "get access token"),
    ("/files/{id}/secrets", "get", "get secrets of file"),
    ("/counts/reset", "get", "reset counts"),
    ("/parts/purge/all", "get", "purge parts"),
    ("/reports/all.json", "get", "purge reports"),
    ("/wipe", "get", "wipe own"),
];

fn document(base: &str, off: &[(&str, &str, &str)]) -> String {
    let mut paths = Map::new();
    let mut add = |path: &str, method: &str, operation: Value| {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    };
    for (path, method, summary, asked) in OPEN {
        add(path, method, operation(path, summary, asked));
    }
    for (path, method, summary) in off {
        let mut operation = operation(path, summary, &[]);
        if *path == "/wipe" {
            operation["servers"] = json!([{"url": format!("{base}/own")}]);
        }
        add(path, method, operation);
    }
    json!({"openapi": "3.1.0", "info": {"title": "Books", "version": "1"},
        "servers": [{"url": base}], "paths": paths})
    .to_string()
}

impl Scene {
    async fn open(off: &[(&str, &str, &str)]) -> Self {
        let (house, upstream) = (House::open().await, Upstream::start());
        let owner = house.owner_of("acme").await;
        let text = document(&upstream.base, off);
        let shop = house.shop_of(&owner, &upstream.base, text).await;
        let agent = house.agent_of(&owner, &shop).await;
        let scene = Self {
            house,
            upstream,
            owner,
            shop,
            agent,
        };
        scene.turn_off(off).await;
        scene
    }

    async fn turn_off(&self, off: &[(&str, &str, &str)]) {
        let (source, environment) = (self.shop.source, self.shop.environment);
        let mut turned = 0;
        for view in self.house.tools(&self.owner, source, environment).await {
            let operation = &view.tool.operation;
            let method = operation.method.as_str().to_lowercase();
            if off
                .iter()
                .any(|one| (one.0, one.1) == (&operation.path, &method))
            {
                let tool = view.tool.id;
                let reason = "nobody needs it".parse().unwrap();
                let command = TurnOff {
                    tool,
                    environment,
                    reason,
                };
                self.house
                    .registry
                    .turn_off(&self.owner.scope, command)
                    .await
                    .unwrap();
                turned += 1;
            }
        }
        assert_eq!(turned, off.len(), "all of them were imported");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    async fn again(&self, off: &[(&str, &str, &str)]) {
        let text = document(&self.upstream.base, off);
        self.house.shop_again(&self.owner, &self.shop, text).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.house.call(&self.agent, tool, &arguments).await
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut admin = self.house.database.admin().await;
        sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_argument_makes_the_address_of_an_operation_that_is_off() {
    let scene = Scene::open(&OFF).await;
    let refused = [
        ("get_invoice", json!({"id": "purge"}), "id"),
        ("get_invoice", json!({"id": "PURGE"}), "id"),
        ("get_invoice", json!({"id": "purge;v=1"}), "id"),
        ("get_invoice", json!({"id": "%70urge"}), "id"),
        ("get_invoice", json!({"id": "purge/"}), "id"),
        ("add_note", json!({"id": "wipe"}), "id"),
        ("add_note", json!({"id": "7:purge"}), "id"),
        ("delete_note", json!({"id": "/"}), "id"),
        ("delete_note", json!({"id": ";x"}), "id"),
        ("list_notes", json!({"action": "purge"}), "action"),
        ("get_file", json!({"id": "access-token"}), "id"),
        ("get_file", json!({"id": "7/secrets"}), "id"),
        ("get_part", json!({"x": "purge", "y": "all"}), "x"),
        ("get_report", json!({"id": "all"}), "id"),
        ("get_own", json!({"id": "wipe"}), "id"),
    ];
    for (tool, arguments, argument) in &refused {
        let answer = scene.call(tool, arguments.clone()).await;
        assert_eq!(
            answer.code(),
            "other_operation",
            "{tool} {arguments}: {}",
            answer.body
        );
        let named = format!("`{argument}`");
        assert!(answer.text().contains(&named), "{tool}: {}", answer.text());
    }
    assert_eq!(scene.upstream.seen().len(), 0);
    let intended = "SELECT count(*) FROM record WHERE act = 'call.intended'";
    assert_eq!(scene.count(intended).await, 0);
    assert_eq!(scene.count("SELECT count(*) FROM hold").await, 0);
    let denied = "SELECT count(*) FROM record WHERE act = 'call.denied'
         AND rule = 'request_refused' AND code = 'other_operation'";
    assert_eq!(
        scene.count(denied).await,
        i64::try_from(refused.len()).unwrap()
    );

    let honest = [
        ("get_invoice", json!({"id": "in_7"}), "GET /invoices/in_7"),
        (
            "get_invoice",
            json!({"id": "purged"}),
            "GET /invoices/purged",
        ),
        ("add_note", json!({"id": "7:keep"}), "POST /notes/7%3Akeep"),
        ("get_note", json!({"id": "wipe"}), "GET /notes/wipe"),
        (
            "list_notes",
            json!({"action": "show"}),
            "GET /notes?action=show",
        ),
        ("list_notes", json!({}), "GET /notes"),
        ("get_file", json!({"id": "7/8"}), "GET /files/7%2F8"),
        ("get_count", json!({"number": 7}), "GET /counts/7"),
        (
            "get_part",
            json!({"x": "purge", "y": "one"}),
            "GET /parts/purge/one",
        ),
        (
            "get_part",
            json!({"x": "one", "y": "all"}),
            "GET /parts/one/all",
        ),
        (
            "get_report",
            json!({"id": "june"}),
            "GET /reports/june.json",
        ),
        ("get_own", json!({"id": "7"}), "GET /own/7"),
    ];
    for (tool, arguments, line) in &honest {
        let answer = scene.call(tool, arguments.clone()).await;
        assert!(!answer.is_error(), "{tool} {arguments}: {}", answer.body);
        assert_eq!(scene.upstream.seen().last().unwrap().line, *line);
    }
    println!(
        "N = {} addresses of others, 0 sent; {} honest ones",
        refused.len(),
        honest.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_adds_an_operation_closes_its_address_at_once() {
    let scene = Scene::open(&[]).await;
    let reviewer = scene
        .house
        .member_of(&scene.owner, Role::Reviewer, "rev")
        .await;
    let read = || scene.call("get_invoice", json!({"id": "purge"}));
    assert!(!read().await.is_error());
    let delete = || scene.call("delete_note", json!({"id": "all"}));
    assert_eq!(delete().await.code(), "held");
    let hold = scene.house.waiting(&reviewer).await.remove(0);
    let decided = scene.house.decide(&reviewer, &hold, Judged::Countersign);
    decided.await.unwrap();
    assert_eq!(scene.upstream.seen().len(), 1);

    let added = ("/notes/all", "delete", "delete all notes");
    scene.again(&[OFF[0], added]).await;

    assert_eq!(read().await.code(), "other_operation");
    assert_eq!(
        delete().await.code(),
        "other_operation",
        "countersigned, and another's by now"
    );
    assert_eq!(scene.upstream.seen().len(), 1, "neither was sent");
    scene.again(&[]).await;
    assert!(!read().await.is_error());
    println!(
        "N = 2 calls, one of them countersigned, 0 sent once another operation has the address"
    );
}
