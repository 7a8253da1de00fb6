//! What tools cost an agent's context, and what it takes to say so.

use std::sync::Arc;

use countersign_domain::{
    decision::Handling,
    id::{SourceId, ToolVersionId},
    operation::{ImportedOperation, Output},
    risk::RiskClass,
    role::Role,
};
use countersign_queue::InProcess;
use countersign_testkit::world;
use countersign_tool_registry::{
    Catalogues, CreateEndpoint, Seen, ToolBrief, TurnOn, TurnOnReads, Weight, Weights,
};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::house::{Home, operation, title};

impl Home {
    async fn briefs(&self, source: SourceId) -> Vec<ToolBrief> {
        let environment = self.house.environment;
        let tools = self
            .registry
            .tool_briefs(&self.developer, source, environment);
        tools.await.unwrap()
    }

    async fn weigh(&self, shown: &[ToolVersionId], tools: &[ToolBrief]) -> Option<Weights> {
        let weighed = self.registry.weigh(&self.developer, shown, tools);
        weighed.await.ok()
    }

    async fn turn_on_reads(&self, source: SourceId) {
        let cmd = TurnOnReads {
            source,
            environment: self.house.environment,
            reason: "needed".parse().unwrap(),
        };
        let turned_on = self.registry.turn_on_reads(&self.developer, cmd);
        turned_on.await.unwrap();
    }

    /// The bytes of the list that agents get of these tools.
    async fn list(&self, name: &str, tools: &[ToolBrief]) -> usize {
        let cmd = CreateEndpoint {
            name: title(name),
            slug: None,
            environment: self.house.environment,
            tools: tools.iter().map(|view| view.tool.id).collect(),
        };
        let made = self.registry.create_endpoint(&self.developer, cmd);
        let slug = made.await.unwrap().slug;
        let catalogues = Catalogues::new(self.store(), world(), Arc::new(InProcess::new()));
        let found = catalogues.get(&self.house.slug, &slug).await.unwrap();
        let pages = found.unwrap().list(&RiskClass::ALL).await.unwrap();
        assert_eq!(pages.len(), 1, "{name} is one page");
        pages[0].len()
    }

    /// Makes every definition one that cannot be read, and leaves the briefs as they are.
    async fn lose_definitions(&self, but: &[ToolVersionId]) {
        let but: Vec<_> = but.iter().map(|version| version.as_uuid()).collect();
        let lost = sqlx::query(
            "UPDATE tool_version SET definition = definition - 'binds' WHERE NOT id = ANY ($1)",
        );
        let mut admin = self.database.admin().await;
        admin.execute(lost.bind(but)).await.unwrap();
    }

    /// Counts from here on how many statements read definitions, also those that change nothing.
    async fn count_readings(&self) {
        let mut admin = self.database.admin().await;
        admin.execute(COUNTED).await.unwrap();
    }

    async fn readings(&self) -> i64 {
        let counted = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM reading";
        let mut admin = self.database.admin().await;
        sqlx::query_scalar(counted)
            .fetch_one(&mut admin)
            .await
            .unwrap()
    }
}

/// What a policy asks for without naming a row is asked once in each statement.
const COUNTED: &str = "
    CREATE SEQUENCE reading;
    GRANT ALL ON SEQUENCE reading TO PUBLIC;
    CREATE POLICY counted ON tool_version AS RESTRICTIVE
        USING ((SELECT nextval('reading') > 0))";

/// An object of so many described properties: the more, the less of it fits a long list.
fn object(properties: usize) -> Value {
    let property = |n| {
        (
            format!("field_{n}"),
            json!({"type": "string", "description": "word ".repeat(9)}),
        )
    };
    let properties: serde_json::Map<String, Value> = (0..properties).map(property).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// Reads of every size: with small and large arguments, with and without an answer to tell of.
fn reads(many: usize) -> Vec<ImportedOperation> {
    let read = |n: usize| ImportedOperation {
        input_schema: object([1, 60, 120, 240, 400][n % 5]),
        output: (!n.is_multiple_of(3)).then(|| Output {
            status: "200".to_owned(),
            media_type: "application/json".to_owned(),
            schema: Some(Arc::new(object([0, 2, 20, 300][n % 4]))),
            ..Output::default()
        }),
        description: if n.is_multiple_of(7) {
            String::new()
        } else {
            "A \"quoted\" line\n\u{e9}".to_owned()
        },
        ..operation(&format!("read_{n}"), RiskClass::Read, false)
    };
    (0..many).map(read).collect()
}

#[tokio::test]
async fn what_a_list_costs_is_told_to_the_byte_however_long_it_is() {
    let home = Home::new().await;
    let lengths = [1, 40, 100, 200, 600];
    for many in lengths {
        let name = format!("api{many}");
        let source = home.source(&name, &reads(many)).await;
        home.turn_on_reads(source).await;
        let tools = home.briefs(source).await;
        let weights = home.weigh(&[], &tools).await.unwrap();
        assert_eq!(weights.list_bytes(&tools), home.list(&name, &tools).await);
    }
    assert_eq!(
        Weights::default().list_bytes::<ImportedOperation>(&[]),
        "[]".len()
    );
    println!("N = {} lengths of lists weighed to the byte", lengths.len());
}

#[tokio::test]
async fn a_tool_whose_calls_wait_is_weighed_with_what_is_said_of_that() {
    let home = Home::new().await;
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("add", RiskClass::Write, false),
        operation("pay", RiskClass::Billing, true),
    ];
    let source = home.source("Shop", &operations).await;
    let on = [
        ("add", Handling::Run, &home.developer),
        ("pay", Handling::Hold, &home.reviewer),
    ];
    for (name, handling, who) in on {
        let tool = home.tool(source, name).await.tool;
        let cmd = TurnOn {
            tool: tool.id,
            version: tool.version,
            seen: Seen::Unsaid,
            environment: home.house.environment,
            handling,
            reason: "needed".parse().unwrap(),
        };
        home.registry.turn_on(who, cmd).await.unwrap();
    }
    let tools = home.briefs(source).await;
    let every: Vec<_> = tools.iter().map(|view| view.tool.version).collect();
    let weights = home.weigh(&every, &tools).await.unwrap();
    let list = home.list("Support", &tools).await;
    assert_eq!(weights.list_bytes(&tools), list);
    let mut alone = 0;
    for view in &tools {
        let whole = Weight::of(&home.tool(source, &view.tool.name).await);
        assert_eq!(weights.of(view), whole);
        if view.tool.name != "list" {
            alone += whole.listed;
        }
    }
    assert_eq!(alone + "[,]".len(), list);
}

#[tokio::test]
async fn many_tools_are_listed_without_their_definitions_and_each_is_weighed_once() {
    let home = Home::new().await;
    let source = home.source("Shop", &reads(300)).await;
    let tools = home.briefs(source).await;
    let shown: Vec<_> = tools[..100].iter().map(|view| view.tool.version).collect();
    home.lose_definitions(&shown).await;

    let tools = home.briefs(source).await;
    assert_eq!(tools.len(), 300, "a list reads no definition");
    let first = home.weigh(&shown, &tools).await;
    let first = first.expect("of those that are shown, and no other");
    let hidden = [tools[100].tool.version];
    let lost = home.weigh(&hidden, &tools).await.unwrap();
    assert!(lost.is_unreadable(&tools[100]), "they are lost indeed");
    assert!(!first.is_unreadable(&tools[0]));

    home.lose_definitions(&[]).await;
    let again = home.weigh(&shown, &tools).await;
    let again = again.expect("what was weighed is remembered");
    for view in &tools[..100] {
        assert_eq!(first.of(view), again.of(view));
        assert!(first.of(view).listed > 0);
    }
    println!("N = 300 tools listed, 100 of their definitions read, each once");
}

#[tokio::test]
async fn what_is_on_and_shown_is_read_once() {
    let home = Home::new().await;
    let read = |n| operation(&format!("read_{n}"), RiskClass::Read, false);
    let operations: Vec<_> = (0..300).map(read).collect();
    let source = home.source("Shop", &operations).await;
    home.turn_on_reads(source).await;
    let tools = home.briefs(source).await;
    let every: Vec<_> = tools.iter().map(|view| view.tool.version).collect();
    home.count_readings().await;
    let weights = home.weigh(&every, &tools).await.unwrap();
    assert!(tools.iter().all(|view| weights.of(view).listed > 0));
    assert_eq!(home.readings().await, 2, "of 250 definitions and of 50");
    home.weigh(&every, &tools).await.unwrap();
    assert_eq!(home.readings().await, 2, "and of none the second time");
    println!("N = 300 tools that are on and shown, each read once");
}

#[tokio::test]
async fn another_tenant_learns_no_weight() {
    let home = Home::new().await;
    let source = home.source("Shop", &reads(2)).await;
    home.turn_on_reads(source).await;
    let tools = home.briefs(source).await;
    home.weigh(&[], &tools).await.unwrap();
    let globex = home.database.house("globex").await;
    let stranger = globex.member(&home.database, Role::Owner).await;
    let weights = home.registry.weigh(&stranger, &[], &tools).await.unwrap();
    for view in &tools {
        assert_eq!(weights.of(view), Weight::default());
    }
    let environment = globex.environment;
    let refused = home
        .registry
        .tool_briefs(&stranger, source, environment)
        .await;
    assert!(refused.is_err());
    println!(
        "N = {} weights and 1 list kept from another tenant",
        tools.len()
    );
}
