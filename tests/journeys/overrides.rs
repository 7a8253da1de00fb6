//! What people say about tools instead of their documents: what agents see of it, what it ends,
//! and what becomes of it when the API is imported again.

mod milder;
mod pages;

use countersign_domain::{
    Fault as _,
    decision::Handling,
    hold::{Answer as Judged, HoldState},
    id::{EnvironmentId, ToolVersionId},
    overrides::{OverrideKind, Said, SaidRisk},
    risk::RiskClass,
    role::Role,
    tool::ToolState,
};
use countersign_spec_import::{Given, ImportAgain, RevisionChange};
use countersign_tests::{Agent, House, Person, Shop, Upstream, document};
use countersign_tool_registry::{Seen, SetOverride, ToolBrief, ToolView, TurnOn, WithdrawOverride};
use serde_json::{Value, json};

struct Scene {
    house: House,
    upstream: Upstream,
    owner: Person,
    admin: Person,
    reviewer: Person,
    shop: Shop,
    agent: Agent,
}

async fn scene() -> Scene {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let admin = house.member_of(&owner, Role::Admin, "adm").await;
    let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    Scene {
        house,
        upstream,
        owner,
        admin,
        reviewer,
        shop,
        agent,
    }
}

fn risk(class: RiskClass, high_risk: bool) -> Said {
    Said::Risk(SaidRisk::new(class, high_risk))
}

impl Scene {
    fn environment(&self) -> EnvironmentId {
        self.shop.environment
    }

    /// The tool of this method and path, as it is now.
    async fn tool(&self, operation: &str) -> ToolView {
        let tools = self
            .house
            .tools(&self.owner, self.shop.source, self.environment())
            .await;
        let is = |view: &ToolBrief| {
            let of = &view.tool.operation;
            format!("{} {}", of.method, of.path) == operation
        };
        let found = tools.into_iter().find(is).unwrap().tool.id;
        let registry = &self.house.registry;
        let whole = registry.tool(&self.owner.scope, found, self.environment());
        whole.await.unwrap()
    }

    async fn say(&self, operation: &str, said: Said) -> ToolVersionId {
        let tool = self.tool(operation).await.tool;
        let cmd = SetOverride {
            tool: tool.id,
            version: tool.version,
            said,
            reason: "we know this API".parse().unwrap(),
        };
        let registry = &self.house.registry;
        registry.set_override(&self.admin.scope, cmd).await.unwrap()
    }

    async fn turn_on(&self, operation: &str, handling: Handling) {
        let tool = self.tool(operation).await.tool;
        let cmd = TurnOn {
            tool: tool.id,
            version: tool.version,
            seen: Seen::Unsaid,
            environment: self.environment(),
            handling,
            reason: "looked at again".parse().unwrap(),
        };
        let registry = &self.house.registry;
        // Not the administrator, who may have lowered its risk.
        registry.turn_on(&self.owner.scope, cmd).await.unwrap();
    }

    async fn listed(&self) -> Vec<Value> {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let answer = self.house.post(&self.agent, &message).await;
        answer.body["result"]["tools"].as_array().unwrap().clone()
    }

    /// Calls a tool that agents may not know of; says whether it is unknown.
    async fn is_unknown(&self, tool: &str) -> bool {
        let answer = self.house.call(&self.agent, tool, &json!({})).await;
        let message = answer.body["error"]["message"].as_str();
        message.is_some_and(|text| text.starts_with("Unknown tool"))
    }

    /// Imports the shop again as `change` makes it, and returns what people are told.
    async fn again(&self, change: impl FnOnce(&mut Value)) -> Vec<RevisionChange> {
        let mut shop: Value = serde_json::from_str(&document(&self.upstream.base)).unwrap();
        change(&mut shop);
        let (imports, scope) = (&self.house.imports, &self.owner.scope);
        let cmd = ImportAgain {
            source: self.shop.source,
            given: Given::Paste(shop.to_string()),
        };
        let started = imports.start_again(scope, cmd).await.unwrap();
        self.house.work().await;
        imports.changes(scope, started.revision).await.unwrap()
    }

    async fn count(&self, act: &str) -> i64 {
        let mut admin = self.house.database.admin().await;
        sqlx::query_scalar("SELECT count(*) FROM record WHERE act = $1")
            .bind(act)
            .fetch_one(&mut admin)
            .await
            .unwrap()
    }
}

fn names(listed: &[Value]) -> Vec<&str> {
    let names = listed.iter().map(|tool| tool["name"].as_str().unwrap());
    names.collect()
}

const REFUND: &str = "POST /orders/{order_id}/refunds";

#[tokio::test(flavor = "multi_thread")]
async fn agents_see_the_name_and_the_words_that_a_person_gave_and_the_old_name_is_unknown() {
    let scene = scene().await;
    assert!(!scene.is_unknown("list_orders").await);
    scene
        .say(
            "GET /orders",
            Said::Name {
                name: "show_orders".parse().unwrap(),
            },
        )
        .await;
    let words = Said::words(
        "Orders of the shop".parse().unwrap(),
        "All orders, newest first.".parse().unwrap(),
    );
    scene.say("GET /orders", words).await;

    let listed = scene.listed().await;
    assert!(!names(&listed).contains(&"list_orders"));
    let shown = listed.iter().find(|tool| tool["name"] == "show_orders");
    let shown = shown.unwrap();
    assert_eq!(shown["title"], "Orders of the shop");
    assert_eq!(shown["description"], "All orders, newest first.");
    assert!(scene.is_unknown("list_orders").await);
    let arguments = json!({"limit": 1});
    let answer = scene.house.call(&scene.agent, "show_orders", &arguments);
    assert!(!answer.await.is_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_tool_is_not_called_until_turned_on_again_and_no_approval_before_runs_it() {
    let scene = scene().await;
    let cents = |cents: u32| json!({"order_id": "o-1", "body": {"amount_cents": cents}});
    let refund = async |amount: u32| {
        let (house, agent) = (&scene.house, &scene.agent);
        house.call(agent, "create_refund", &cents(amount)).await
    };
    for amount in [500, 600] {
        assert_eq!(refund(amount).await.code(), "held");
    }
    let waiting = scene.house.waiting(&scene.reviewer).await;
    let yes = Judged::Countersign;
    scene
        .house
        .decide(&scene.reviewer, &waiting[0], yes)
        .await
        .unwrap();

    scene.say(REFUND, risk(RiskClass::Write, false)).await;

    let mut stale = 0;
    for hold in &waiting {
        let now = scene.house.approvals.hold(&scene.reviewer.scope, hold.id);
        assert_eq!(now.await.unwrap().state, HoldState::Stale);
        stale += 1;
    }
    assert_eq!(scene.count("hold.stale").await, stale);
    assert_eq!(scene.tool(REFUND).await.state, ToolState::NeedsReview);
    assert!(!names(&scene.listed().await).contains(&"create_refund"));
    assert!(scene.is_unknown("create_refund").await);
    assert_eq!(scene.upstream.seen().len(), 0, "nothing was sent");

    scene.turn_on(REFUND, Handling::Hold).await;
    for amount in [500, 600] {
        assert_eq!(refund(amount).await.code(), "approval_stale");
        assert_eq!(refund(amount).await.code(), "held", "asked anew");
    }
    scene.turn_on(REFUND, Handling::Run).await;
    assert!(!refund(700).await.is_error());
    assert_eq!(scene.upstream.seen().len(), 1);
    println!("N = {stale} holds went stale, one of them countersigned; 0 ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_said_holds_through_an_import_of_the_same_text() {
    let scene = scene().await;
    let (orders, order) = ("GET /orders", "GET /orders/{order_id}");
    scene.say(orders, risk(RiskClass::Write, true)).await;
    let words = Said::words("An order".parse().unwrap(), "".parse().unwrap());
    scene.say(order, words).await;
    let name = Said::Name {
        name: "one_order".parse().unwrap(),
    };
    scene.say(order, name).await;
    let before = scene.tool(order).await;
    assert_eq!(before.state, ToolState::On(Handling::Run));

    let told = scene
        .again(|shop| {
            let parameters = shop["paths"]["/orders"]["get"]["parameters"].as_array_mut();
            let page = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
            parameters.unwrap().push(page);
            let schema = &mut shop["paths"]["/orders/{order_id}"]["get"]["responses"]["200"]
                ["content"]["application/json"]["schema"];
            schema["properties"]["paid"] = json!({"type": "boolean"});
        })
        .await;

    assert_eq!(told.len(), 2);
    let now = scene.tool(order).await;
    assert_ne!(now.tool.version, before.tool.version);
    assert_eq!(
        (now.tool.name.as_str(), now.overrides.len()),
        ("one_order", 2)
    );
    assert_eq!(now.tool.operation.title, "An order");
    assert_eq!(
        now.state,
        ToolState::On(Handling::Run),
        "only the answer changed"
    );
    let list = scene.tool(orders).await;
    assert!(list.tool.operation.risk.high_risk);
    let properties = &list.tool.operation.input_schema["properties"];
    assert!(
        properties.get("page").is_some(),
        "the new definition, as said"
    );
    assert_eq!(scene.count("tool.override_fell").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_said_of_a_text_or_less_of_a_risk_falls_away_and_somebody_looks_again() {
    let scene = scene().await;
    let labels = "PUT /orders/{order_id}/labels";
    scene.say(REFUND, risk(RiskClass::Write, false)).await;
    scene.turn_on(REFUND, Handling::Run).await;
    let words = Said::words("Labels".parse().unwrap(), "Writes labels.".parse().unwrap());
    scene.say(labels, words).await;
    let name = Said::Name {
        name: "write_labels".parse().unwrap(),
    };
    scene.say(labels, name).await;

    let told = scene
        .again(|shop| {
            // Not a word, and yet another operation.
            let body = &mut shop["paths"]["/orders/{order_id}/refunds"]["post"]["requestBody"];
            let schema = &mut body["content"]["application/json"]["schema"];
            schema["properties"]["to"] = json!({"type": "string"});
            shop["paths"]["/orders/{order_id}/labels"]["put"]["summary"] =
                json!("Update all labels of an order");
        })
        .await;

    let fell = told.iter().flat_map(|one| &one.changes);
    let fell = fell.filter(|change| change.code == "override_fell").count();
    assert_eq!(fell, 2);
    assert_eq!(scene.count("tool.override_fell").await, 2);
    let refund = scene.tool(REFUND).await;
    assert_eq!(refund.state, ToolState::NeedsReview);
    assert!(refund.tool.operation.risk.high_risk);
    assert!(refund.said(OverrideKind::Risk).is_none());
    let alone = refund.stands_alone().map(|why| why.code());
    assert_eq!(alone, Some("tool_risk_overridden"), "and not among others");
    let labels = scene.tool(labels).await;
    assert_eq!(labels.state, ToolState::NeedsReview);
    assert_eq!(labels.tool.operation.title, "Update all labels of an order");
    assert_eq!(labels.tool.name, "write_labels", "names are kept");
    assert!(
        names(&scene.listed().await)
            .iter()
            .all(|name| *name != "write_labels")
    );
    println!("N = {fell} overrides fell away with what they were about");
}

#[tokio::test(flavor = "multi_thread")]
async fn less_risk_that_a_person_gave_falls_with_an_answer_that_hands_out_more() {
    let scene = scene().await;
    scene.say(REFUND, risk(RiskClass::Read, false)).await;
    scene.turn_on(REFUND, Handling::Run).await;

    scene
        .again(|shop| {
            let refund = &mut shop["paths"]["/orders/{order_id}/refunds"]["post"];
            refund["responses"]["201"] = json!({"description": "Made.", "content":
                {"application/json": {"schema": {"type": "object", "properties": {
                    "client_secret": {"type": "string"}, "password": {"type": "string"}}}}}});
        })
        .await;

    let refund = scene.tool(REFUND).await;
    assert_eq!(refund.state, ToolState::NeedsReview);
    assert!(refund.said(OverrideKind::Risk).is_none());
    assert_eq!(refund.tool.operation.risk.class, RiskClass::Billing);
    assert_eq!(scene.count("tool.override_fell").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_document_takes_back_what_a_person_said_is_dangerous() {
    let scene = scene().await;
    let orders = "GET /orders";
    scene.say(orders, risk(RiskClass::Write, true)).await;
    let mut imports = 0;
    let stands = async |scene: &Scene| {
        let list = scene.tool(orders).await;
        let risk = &list.tool.operation.risk;
        assert_eq!((risk.class, risk.high_risk), (RiskClass::Write, true));
        assert!(list.said(OverrideKind::Risk).is_some());
        assert!(!matches!(list.state, ToolState::On(_)));
    };

    scene
        .again(|shop| shop["paths"]["/orders"]["get"]["summary"] = json!("Only lists orders"))
        .await;
    stands(&scene).await;
    imports += 1;
    scene
        .again(|shop| {
            let orders = shop["paths"]["/orders"].as_object_mut().unwrap();
            orders.remove("get");
        })
        .await;
    imports += 1;
    scene.again(|_| ()).await;
    stands(&scene).await;
    imports += 1;
    assert_eq!(scene.count("tool.override_fell").await, 0);
    println!("N = {imports} imports, 0 lowered a risk that a person had raised");
}
