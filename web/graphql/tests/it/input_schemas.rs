//! What lists of tools are drawn from, and how the schemas come that few ask for.

use countersign_domain::role::Role;
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::front::{Answer, Front, PETS, Person};

const IMPORT: &str = r#"mutation($d: String!) {
    importSource(tenant: "acme", name: "Pets", document: {text: $d}) { source } }"#;
const MAKE: &str = r#"mutation($e: ID!, $t: [ID!]!) { createEndpoint(tenant: "acme",
    input: {name: "Support", environment: $e, tools: $t}) { slug } }"#;
const EVERYTHING: &str = "id source name version method path title description inputSchema deprecated
    risk { class level readOnly destructive highRisk confidence sensitivity reasons { code text evidence } } state
    decided { id version on handling reason by at } overrides { id kind said { class highRisk name title description }
    imported { class highRisk name title description } reason by at endedAt endedWhy } unsupported
    diagnostics { severity code pointer text }";

/// What a policy asks for without naming a row is asked once in each statement.
const COUNTED: &str = "
    CREATE SEQUENCE reading;
    GRANT ALL ON SEQUENCE reading TO PUBLIC;
    CREATE POLICY counted ON tool_version AS RESTRICTIVE
        USING ((SELECT nextval('reading') > 0))";

/// An API of four tools, and an endpoint that has them all.
struct Pets {
    front: Front,
    ada: Person,
    environment: String,
}

impl Pets {
    async fn open() -> Self {
        let front = Front::open().await;
        let pets = Self {
            ada: front.person(&front.acme, Role::Developer).await,
            environment: front.acme.environment.to_string(),
            front,
        };
        pets.ask(IMPORT, json!({ "d": PETS })).await.data();
        pets.front.work().await;
        let tools = pets.of_source("id", 50).await;
        let ids: Vec<&Value> = tools.iter().map(|tool| &tool["id"]).collect();
        let make = json!({"e": pets.environment, "t": ids});
        pets.ask(MAKE, make).await.data();
        pets
    }

    async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.front.ask(&self.ada, query, variables).await
    }

    async fn page(&self, fields: &str, first: usize) -> Answer {
        let query = format!(
            r#"query($e: ID!, $n: Int!) {{ tenant(slug: "acme") {{ source(slug: "pets") {{
                tools(environment: $e, first: $n) {{ nodes {{ {fields} }} }} }} }} }}"#
        );
        let variables = json!({"e": self.environment, "n": first});
        self.ask(&query, variables).await
    }

    async fn of_source(&self, fields: &str, first: usize) -> Vec<Value> {
        let found = self.page(fields, first).await;
        let tools = &found.data()["tenant"]["source"]["tools"]["nodes"];
        tools.as_array().unwrap().clone()
    }

    async fn of_endpoint(&self, fields: &str) -> Vec<Value> {
        let query = format!(
            r#"{{ tenant(slug: "acme") {{ endpoint(slug: "support") {{ tools {{ nodes {{ {fields} }} }} }} }} }}"#
        );
        let found = self.ask(&query, Value::Null).await;
        let tools = &found.data()["tenant"]["endpoint"]["tools"]["nodes"];
        tools.as_array().unwrap().clone()
    }

    /// One tool by itself.
    async fn alone(&self, fields: &str, tool: &Value) -> Value {
        let query = format!(
            r#"query($t: ID!, $e: ID!) {{ tenant(slug: "acme") {{
                tool(id: $t, environment: $e) {{ {fields} }} }} }}"#
        );
        let variables = json!({"t": tool["id"], "e": self.environment});
        let found = self.ask(&query, variables).await;
        found.data()["tenant"]["tool"].clone()
    }

    async fn change(&self, sql: &'static str) {
        let mut admin = self.front.database.admin().await;
        admin.execute(sql).await.unwrap();
    }

    /// How many statements have read definitions or briefs since they are counted.
    async fn readings(&self) -> i64 {
        let counted = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM reading";
        let mut admin = self.front.database.admin().await;
        let counted = sqlx::query_scalar(counted).fetch_one(&mut admin);
        counted.await.unwrap()
    }
}

#[actix_web::test]
async fn a_list_of_tools_reads_no_definition_until_somebody_asks_for_a_schema() {
    let pets = Pets::open().await;
    let all = EVERYTHING.replace("inputSchema", "");
    let before = (
        pets.of_source(&all, 200).await,
        pets.of_endpoint(&all).await,
    );
    assert_eq!((before.0.len(), before.1.len()), (4, 4));

    // From here on whoever reads a definition fails.
    pets.change("UPDATE tool_version SET definition = definition - 'binds' - 'input_schema'")
        .await;
    let after = (
        pets.of_source(&all, 200).await,
        pets.of_endpoint(&all).await,
    );
    assert_eq!(after, before);

    pets.change(COUNTED).await;
    pets.page("name", 200).await.data();
    let names = pets.readings().await;
    let refused = pets.page("name inputSchema", 200).await;
    assert_eq!(refused.code(), "internal", "{}", refused.text);
    let schemas = pets.readings().await - names;
    assert_eq!(
        schemas,
        names + 1,
        "what fails for one is not tried for each"
    );
}

#[actix_web::test]
async fn the_schemas_of_a_list_are_read_together_and_each_tool_has_its_own() {
    let pets = Pets::open().await;
    let fields = "id name inputSchema";
    let tools = pets.of_source(fields, 50).await;
    for tool in &tools {
        assert_eq!(*tool, pets.alone(fields, tool).await);
    }
    assert_eq!(pets.of_endpoint(fields).await, tools);
    assert_eq!(tools[1]["name"], "delete_pet");
    assert_eq!(tools[1]["inputSchema"]["required"], json!(["id"]));
    assert!(
        tools[3]["inputSchema"]["required"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    pets.change(COUNTED).await;
    let mut counts = vec![pets.readings().await];
    for (fields, first) in [
        ("name", 4),
        ("inputSchema", 1),
        ("inputSchema", 4),
        ("one: inputSchema other: inputSchema", 4),
    ] {
        assert_eq!(pets.of_source(fields, first).await.len(), first);
        counts.push(pets.readings().await);
    }
    pets.of_endpoint("name").await;
    counts.push(pets.readings().await);
    pets.of_endpoint("name inputSchema").await;
    counts.push(pets.readings().await);
    let each: Vec<i64> = counts.windows(2).map(|two| two[1] - two[0]).collect();
    assert_eq!(each[1..4], [each[0] + 1; 3], "of a source: {each:?}");
    assert_eq!(each[5], each[4] + 1, "of an endpoint: {each:?}");
}

#[actix_web::test]
async fn the_longest_page_is_affordable_and_has_all_that_is_known_of_a_tool_by_itself() {
    let pets = Pets::open().await;
    let tools = pets.of_source(EVERYTHING, 200).await;
    assert_eq!(tools.len(), 4);
    assert_eq!(pets.of_endpoint(EVERYTHING).await, tools);
    for tool in &tools {
        assert_eq!(*tool, pets.alone(EVERYTHING, tool).await);
    }
}
