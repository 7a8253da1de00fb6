//! One decision about many tools, made through the API.

use countersign_domain::role::Role;
use serde_json::{Value, json};

use crate::front::{Front, PETS};

const LOOK: &str = r#"query($e: ID!) { tenant(slug: "acme") { source(slug: "pets") { id tools(environment: $e) { nodes {
    id version name state risk { highRisk } } } } } }"#;
const DECIDE: &str = r#"mutation($s: ID!, $e: ID!, $h: Handling, $t: [ChosenTool!]!) { decideTools(tenant: "acme",
    input: {source: $s, environment: $e, handling: $h, tools: $t, reason: "support needs these"})
    { decided same refused { tool name code } decision } }"#;
const UNDO: &str = r#"mutation($s: ID!, $e: ID!, $d: ID!) { undoDecision(tenant: "acme", source: $s, environment: $e,
    decision: $d) { decided same refused { code } } }"#;

#[actix_web::test]
async fn each_of_many_tools_is_decided_by_its_own_rules() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let import = r#"mutation($d: String!) { importSource(tenant: "acme", name: "Pets", document: {text: $d}) { source } }"#;
    front.ask(&owner, import, json!({ "d": PETS })).await.data();
    front.work().await;
    let environment = front.acme.environment.to_string();
    let seen = front.ask(&owner, LOOK, json!({ "e": environment })).await;
    let source = seen.data()["tenant"]["source"].clone();
    let tools = source["tools"]["nodes"].as_array().unwrap().clone();
    let high = tools.iter().filter(|tool| tool["risk"]["highRisk"] == true);
    let high = high.count();
    assert!(high > 0 && high < tools.len());
    let chosen = |tool: &Value| json!({"tool": tool["id"], "version": tool["version"]});
    let wish = |handling: Value| {
        let tools: Vec<_> = tools.iter().map(chosen).collect();
        json!({"s": source["id"], "e": environment, "h": handling, "t": tools})
    };

    let developer = front.person(&front.acme, Role::Developer).await;
    let run = front.ask(&developer, DECIDE, wish(json!("RUN"))).await;
    let run = run.data()["decideTools"].clone();
    let refused = run["refused"].as_array().unwrap();
    assert_eq!(refused.len(), high, "{run}");
    assert!(refused.iter().all(|one| one["code"] == "forbidden"));
    assert_eq!(run["decided"].as_array().unwrap().len(), tools.len() - high);

    let held = front.ask(&owner, DECIDE, wish(json!("HOLD"))).await;
    let held = held.data()["decideTools"].clone();
    assert_eq!(held["decided"].as_array().unwrap().len(), tools.len());
    let off = front.ask(&owner, DECIDE, wish(Value::Null)).await;
    let off = off.data()["decideTools"].clone();
    assert_eq!(off["decided"].as_array().unwrap().len(), tools.len());
    let again = front.ask(&owner, DECIDE, wish(Value::Null)).await;
    assert_eq!(again.data()["decideTools"]["same"], tools.len());

    let undo = json!({"s": source["id"], "e": environment, "d": off["decision"]});
    let undone = front.ask(&owner, UNDO, undo).await;
    let undone = undone.data()["undoDecision"].clone();
    assert_eq!(undone["decided"].as_array().unwrap().len(), tools.len());
    let held = front.ask(&owner, DECIDE, wish(json!("HOLD"))).await;
    assert_eq!(
        held.data()["decideTools"]["same"],
        tools.len(),
        "each call is held again"
    );
    front.ask(&owner, DECIDE, wish(Value::Null)).await.data();

    // Whoever says what they saw does not override what somebody decided since.
    let mut unseen = wish(json!("HOLD"));
    unseen["t"][0]["decision"] = Value::Null;
    let unseen = front.ask(&owner, DECIDE, unseen).await;
    let unseen = unseen.data()["decideTools"].clone();
    assert_eq!(unseen["refused"][0]["code"], "tool_decided_meanwhile");
    assert_eq!(unseen["decided"].as_array().unwrap().len(), tools.len() - 1);
    println!("N = {} tools, {high} of them high-risk", tools.len());
}

#[actix_web::test]
async fn a_tool_that_moved_while_it_was_off_is_turned_on_by_itself() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let import = r#"mutation($d: String!) { importSource(tenant: "acme", name: "Pets", document: {text: $d}) { source } }"#;
    front.ask(&owner, import, json!({ "d": PETS })).await.data();
    front.work().await;
    let environment = front.acme.environment.to_string();
    let wish = async |handling: Value| {
        let seen = front.ask(&owner, LOOK, json!({ "e": environment })).await;
        let source = seen.data()["tenant"]["source"].clone();
        let tools = source["tools"]["nodes"].as_array().unwrap();
        let chosen = |tool: &Value| json!({"tool": tool["id"], "version": tool["version"]});
        let tools: Vec<_> = tools.iter().map(chosen).collect();
        let wish = json!({"s": source["id"], "e": environment, "h": handling, "t": tools});
        let told = front.ask(&owner, DECIDE, wish).await;
        (
            told.data()["decideTools"].clone(),
            source["id"].clone(),
            tools.len(),
        )
    };
    wish(json!("HOLD")).await;
    let (_, source, count) = wish(Value::Null).await;
    let again = r#"mutation($s: ID!, $d: String!) { importRevision(tenant: "acme", source: $s, document: {text: $d}) { source } }"#;
    let moved = PETS.replace("pets.example.com", "pets.example.org");
    let moved = front
        .ask(&owner, again, json!({"s": source, "d": moved}))
        .await;
    moved.data();
    front.work().await;

    let (told, ..) = wish(json!("HOLD")).await;

    let refused = told["refused"].as_array().unwrap();
    assert_eq!(refused.len(), count, "{told}");
    assert!(
        refused
            .iter()
            .all(|one| one["code"] == "tool_access_changed")
    );
}
