//! What is another tenant's does not exist.

use countersign_domain::{id::ToolId, role::Role};
use countersign_testkit::world;
use serde_json::json;

use crate::front::{Front, PETS};

#[actix_web::test]
async fn a_foreign_tenant_and_an_unknown_one_are_the_same() {
    let front = Front::open().await;
    let eve = front.person(&front.globex, Role::Owner).await;
    let read = "query($slug: String!) { tenant(slug: $slug) { name report { madeAt } } }";
    let change = r#"mutation($slug: String!) { inviteMember(tenant: $slug, input: {email: "eve@example.com", role: OWNER}) { path } }"#;
    let mut asked = 0;
    for query in [read, change] {
        let foreign = front.ask(&eve, query, json!({"slug": "acme"})).await;
        assert_eq!(foreign.code(), "not_found", "{}", foreign.text);
        for slug in ["no-such", "ACME", "acme ", "", "..", "a/b", "\u{0}"] {
            let other = front.ask(&eve, query, json!({ "slug": slug })).await;
            assert_eq!(
                (other.status, other.text),
                (foreign.status, foreign.text.clone()),
                "{slug}"
            );
            asked += 1;
        }
    }
    assert!(front.records().await.is_empty());
    println!("{asked} slugs, the answer of a foreign tenant for each");
}

#[actix_web::test]
async fn what_is_in_another_tenant_cannot_be_named() {
    let front = Front::open().await;
    let ada = front.person(&front.acme, Role::Owner).await;
    let eve = front.person(&front.globex, Role::Owner).await;
    let import = r#"mutation($d: String!) { importSource(tenant: "acme", name: "Pets", document: {text: $d}) { source slug revision } }"#;
    let started = front.ask(&ada, import, json!({ "d": PETS })).await;
    let started = started.data()["importSource"].clone();
    front.work().await;
    let tools = r#"query($e: ID!) { tenant(slug: "acme") { environments { id }
        source(slug: "pets") { tools(environment: $e) { nodes { id version } } } } }"#;
    let environment = front.acme.environment.to_string();
    let found = front.ask(&ada, tools, json!({ "e": environment })).await;
    let tool = found.data()["tenant"]["source"]["tools"]["nodes"][0].clone();
    let (tool, version) = (&tool["id"], &tool["version"]);
    let member = ada.scope.member().unwrap().to_string();

    let decide = r#"mutation($id: ID!, $e: ID!, $t: ID!, $v: ID!) { decideTools(tenant: "acme", input: {source: $id, environment: $e, tools: [{tool: $t, version: $v}], reason: "not needed"}) { decision } }"#;
    let off = json!({"id": started["source"], "e": environment, "t": tool, "v": version});
    let off = front.ask(&ada, decide, off).await;
    let decision = &off.data()["decideTools"]["decision"];
    assert!(decision.is_string(), "{decision}");

    let here = front.globex.environment.to_string();
    let cases = [
        (
            r#"query($id: ID!, $e: ID!) { tenant(slug: "globex") { tool(id: $id, environment: $e) { name } } }"#,
            json!({"id": tool, "e": here}),
        ),
        (
            r#"query($id: ID!) { tenant(slug: "globex") { revision(id: $id) { state } } }"#,
            json!({"id": started["revision"]}),
        ),
        (
            r#"query($id: ID!) { tenant(slug: "globex") { revisionChanges(revision: $id) { total } } }"#,
            json!({"id": started["revision"]}),
        ),
        (
            r#"mutation($id: ID!, $v: ID!, $e: ID!) { turnOnTool(tenant: "globex", input: {tool: $id, version: $v, environment: $e, handling: HOLD, reason: "why not"}) { id } }"#,
            json!({"id": tool, "v": version, "e": here}),
        ),
        (
            r#"mutation($id: ID!, $v: ID!) { overrideToolRisk(tenant: "globex", input: {tool: $id, version: $v, class: READ, highRisk: false, reason: "why not"}) }"#,
            json!({"id": tool, "v": version}),
        ),
        (
            r#"mutation($id: ID!, $v: ID!) { renameTool(tenant: "globex", input: {tool: $id, version: $v, name: "mine", reason: "why not"}) }"#,
            json!({"id": tool, "v": version}),
        ),
        (
            r#"mutation($id: ID!, $v: ID!) { describeTool(tenant: "globex", input: {tool: $id, version: $v, title: "Mine", description: "", reason: "why not"}) }"#,
            json!({"id": tool, "v": version}),
        ),
        (
            r#"mutation($id: ID!, $v: ID!) { withdrawOverride(tenant: "globex", input: {tool: $id, version: $v, kind: RISK, reason: "why not"}) }"#,
            json!({"id": tool, "v": version}),
        ),
        (
            r#"mutation($id: ID!, $e: ID!) { turnOffTool(tenant: "globex", input: {tool: $id, environment: $e, reason: "why not"}) { id } }"#,
            json!({"id": tool, "e": here}),
        ),
        (
            r#"mutation($id: ID!, $e: ID!, $r: ID!) { confirmCredential(tenant: "globex", input: {source: $id, environment: $e, seen: $r, reason: "why not"}) { id } }"#,
            json!({"id": started["source"], "e": here, "r": started["revision"]}),
        ),
        (
            r#"mutation($id: ID!, $e: ID!) { turnOnReads(tenant: "globex", input: {source: $id, environment: $e, reason: "why not"}) }"#,
            json!({"id": started["source"], "e": here}),
        ),
        (
            r#"mutation($id: ID!, $e: ID!, $t: ID!, $v: ID!) { decideTools(tenant: "globex", input: {source: $id, environment: $e, tools: [{tool: $t, version: $v}], reason: "why not"}) { same } }"#,
            json!({"id": started["source"], "e": here, "t": tool, "v": version}),
        ),
        (
            r#"mutation($id: ID!, $e: ID!, $d: ID!) { undoDecision(tenant: "globex", source: $id, environment: $e, decision: $d) { same } }"#,
            json!({"id": started["source"], "e": here, "d": decision}),
        ),
        (
            r#"mutation($id: ID!, $d: String!) { importRevision(tenant: "globex", source: $id, document: {text: $d}) { revision } }"#,
            json!({"id": started["source"], "d": PETS}),
        ),
        (
            r#"mutation($id: ID!) { setSchedule(tenant: "globex", source: $id, every: HOURLY) { url } }"#,
            json!({"id": started["source"]}),
        ),
        (
            r#"mutation($id: ID!) { renameSource(tenant: "globex", source: $id, name: "Mine") }"#,
            json!({"id": started["source"]}),
        ),
        (
            r#"mutation($id: ID!) { removeSource(tenant: "globex", source: $id, reason: "why not") }"#,
            json!({"id": started["source"]}),
        ),
        (
            r#"mutation($id: ID!) { lookedAtImports(tenant: "globex", until: $id) }"#,
            json!({"id": started["revision"]}),
        ),
        (
            r#"mutation($id: ID!) { changeRole(tenant: "globex", member: $id, role: AUDITOR) { id } }"#,
            json!({ "id": member }),
        ),
        (
            r#"mutation($id: ID!) { removeMember(tenant: "globex", member: $id, reason: "they left") }"#,
            json!({ "id": member }),
        ),
    ];
    let before = front.records().await.len();
    for (query, variables) in &cases {
        let foreign = front.ask(&eve, query, variables.clone()).await;
        let mut random = variables.clone();
        let kind = variables["id"]
            .as_str()
            .unwrap()
            .split('_')
            .next()
            .unwrap()
            .to_owned();
        let unknown = world().id::<ToolId>().to_string().replace("tool", &kind);
        random["id"] = unknown.into();
        let random = front.ask(&eve, query, random).await;
        assert_eq!(foreign.code(), "not_found", "{query}: {}", foreign.text);
        assert_eq!(
            (foreign.status, foreign.text),
            (random.status, random.text),
            "{query}"
        );
    }
    assert_eq!(front.records().await.len(), before, "nothing happened");
    println!(
        "{} fields × a foreign id: the answer of a random one, 0 effects",
        cases.len()
    );
}
