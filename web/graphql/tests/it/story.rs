//! A developer and a reviewer do their work, by script.

use countersign_domain::role::Role;
use serde_json::{Value, json};

use crate::front::{Answer, Front, PETS};

const SECRET: &str = "sk_live_canary_0123456789";

const IMPORT: &str = r#"mutation($d: String!) {
    importSource(tenant: "acme", name: "Pets", document: {text: $d}) { slug revision source } }"#;
const PROGRESS: &str = r#"query($id: ID!) { tenant(slug: "acme") {
    revision(id: $id) { state operations title servers failure } } }"#;
const TOOLS: &str = r#"query($e: ID!, $f: ToolFilter, $n: Int!, $a: ID) { tenant(slug: "acme") {
    source(slug: "pets") { revisions { number state } connection(environment: $e) { baseUrl }
    tools(environment: $e, filter: $f, first: $n, after: $a) { total next nodes {
        id version name method state risk { class level highRisk reasons { code } } inputSchema
        decided { by reason handling } } } } } }"#;
const TURN_ON: &str = r#"mutation($t: ID!, $v: ID!, $e: ID!, $h: Handling!) { turnOnTool(tenant: "acme",
    input: {tool: $t, version: $v, environment: $e, handling: $h, reason: "support needs it"}) { on handling } }"#;

#[actix_web::test]
async fn an_api_becomes_an_endpoint_by_script() {
    let front = Front::open().await;
    let ada = front.person(&front.acme, Role::Developer).await;
    let rex = front.person(&front.acme, Role::Reviewer).await;
    let e = front.acme.environment.to_string();

    let started = front.ask(&ada, IMPORT, json!({ "d": PETS })).await;
    let started = started.data()["importSource"].clone();
    let progress = json!({"id": started["revision"]});
    let waiting = front.ask(&ada, PROGRESS, progress.clone()).await;
    assert_eq!(waiting.data()["tenant"]["revision"]["state"], "WAITING");
    front.work().await;
    let ready = front.ask(&ada, PROGRESS, progress).await;
    let ready = &ready.data()["tenant"]["revision"];
    assert_eq!(
        (&ready["state"], &ready["operations"]),
        (&json!("READY"), &json!(4))
    );

    let reads = r#"mutation($s: ID!, $e: ID!) { turnOnReads(tenant: "acme", input: {source: $s, environment: $e, reason: "they only read"}) }"#;
    let turned_on = front
        .ask(&ada, reads, json!({"s": started["source"], "e": e}))
        .await;
    assert_eq!(turned_on.data()["turnOnReads"], 2);

    // Pages of one, until there are no more.
    let (mut after, mut names) = (Value::Null, Vec::new());
    loop {
        let page = front
            .ask(&ada, TOOLS, json!({"e": e, "n": 1, "a": after}))
            .await;
        let page = page.data()["tenant"]["source"]["tools"].clone();
        assert_eq!(page["total"], 4);
        names.push(page["nodes"][0]["name"].as_str().unwrap().to_owned());
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(names, ["create_pet", "delete_pet", "get_pet", "list_pets"]);
    let on = json!({"e": e, "n": 50, "f": {"state": "RUN", "class": "READ", "text": "LIST"}});
    let on = front.ask(&ada, TOOLS, on).await;
    assert_eq!(on.data()["tenant"]["source"]["tools"]["total"], 1);
    let too_many = front.ask(&ada, TOOLS, json!({"e": e, "n": 201})).await;
    assert_eq!(too_many.code(), "invalid_input");

    let risky = json!({"e": e, "n": 50, "f": {"text": "delete"}});
    let risky = front.ask(&rex, TOOLS, risky).await;
    let risky = risky.data()["tenant"]["source"]["tools"]["nodes"][0].clone();
    assert_eq!(risky["risk"]["highRisk"], true);
    let turn_on =
        |handling: &str| json!({"t": risky["id"], "v": risky["version"], "e": e, "h": handling});
    let by_developer = front.ask(&ada, TURN_ON, turn_on("HOLD")).await;
    assert_eq!(by_developer.code(), "forbidden");
    let without_a_human = front.ask(&rex, TURN_ON, turn_on("RUN")).await;
    assert_eq!(without_a_human.code(), "high_risk_must_be_held");
    let held = front.ask(&rex, TURN_ON, turn_on("HOLD")).await;
    assert_eq!(
        held.data()["turnOnTool"],
        json!({"on": true, "handling": "HOLD"})
    );

    let endpoint = r#"mutation($e: ID!, $t: [ID!]!) { createEndpoint(tenant: "acme",
        input: {name: "Support", environment: $e, tools: $t}) { slug path } }"#;
    let made = front
        .ask(&ada, endpoint, json!({"e": e, "t": [risky["id"]]}))
        .await;
    assert_eq!(made.data()["createEndpoint"]["path"], "/mcp/acme/support");
    let seen = r#"{ tenant(slug: "acme") { endpoints { tools toolsOn }
        endpoint(slug: "support") { environment { slug } tools(first: 1) { total nodes { name state } next } grants { id } } } }"#;
    let seen = front.ask(&ada, seen, Value::Null).await;
    let tenant = &seen.data()["tenant"];
    assert_eq!(tenant["endpoints"][0], json!({"tools": 1, "toolsOn": 1}));
    assert_eq!(tenant["endpoint"]["tools"]["nodes"][0]["state"], "HOLD");
}

#[actix_web::test]
async fn a_stored_secret_is_in_no_answer_and_in_no_record() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let e = front.acme.environment.to_string();
    let started = front.ask(&owner, IMPORT, json!({ "d": PETS })).await;
    let s = started.data()["importSource"]["source"].clone();
    front.work().await;

    let store = r#"mutation($s: ID!, $e: ID!, $secret: String!, $scheme: CredentialScheme!, $name: String) { storeCredential(tenant: "acme",
        input: {source: $s, environment: $e, baseUrl: "https://pets.example.com/v1", scheme: $scheme, name: $name, secret: $secret}) { credential { scheme name version fingerprint } } }"#;
    let with = |scheme: &str, name: Value| json!({"s": s, "e": e, "secret": SECRET, "scheme": scheme, "name": name});
    let place = r#"mutation($s: ID!, $e: ID!, $u: String!) { setBaseUrl(tenant: "acme",
        input: {source: $s, environment: $e, baseUrl: $u}) { baseUrl credential { version } } }"#;
    let at = |url: &str| json!({"s": s, "e": e, "u": url});
    let look = r#"{ tenant(slug: "acme") { connections { baseUrl credential { label scheme name version fingerprint createdBy } }
        records { nodes { act detail credential arguments } } } }"#;

    let answers = [
        front.ask(&owner, store, with("BEARER", Value::Null)).await,
        front
            .ask(&owner, place, at("https://user@pets.example.com"))
            .await,
        front.ask(&owner, place, at("http://169.254.169.254")).await,
        front
            .ask(&owner, place, at("https://pets.example.com/v1/"))
            .await,
        front
            .ask(&owner, store, with("API_KEY_HEADER", Value::Null))
            .await,
        front.ask(&owner, store, with("BEARER", json!("x"))).await,
        front
            .ask(&owner, store, with("API_KEY_HEADER", json!("X-Api-Key")))
            .await,
        front.ask(&owner, look, Value::Null).await,
    ];
    let codes: Vec<&str> = answers.iter().map(Answer::code).collect();
    assert_eq!(codes[0], "not_connected");
    assert_eq!(codes[1], "invalid_input");
    assert!(
        !codes[2].is_empty() && codes[2] != "internal",
        "{}",
        codes[2]
    );
    assert_eq!(codes[3..], ["", "invalid_input", "invalid_input", "", ""]);
    let credential = &answers[6].data()["storeCredential"]["credential"];
    assert_eq!(
        (&credential["name"], &credential["version"]),
        (&json!("X-Api-Key"), &json!(1))
    );
    for answer in &answers {
        assert!(!answer.text.contains(SECRET), "{}", answer.text);
    }
    let records = front.records().await;
    assert!(
        records
            .iter()
            .any(|row| row.starts_with("credential.stored"))
    );
    assert!(records.iter().all(|row| !row.contains(SECRET)));
    println!(
        "{} answers and {} records, 0 with the secret",
        answers.len(),
        records.len()
    );
}

#[actix_web::test]
async fn input_that_breaks_a_rule_is_told_which() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let invite = |email: &str| {
        format!(
            r#"mutation {{ inviteMember(tenant: "acme", input: {{email: "{email}", role: ADMIN}}) {{ path }} }}"#
        )
    };
    let refused = front.ask(&owner, &invite("nobody"), Value::Null).await;
    assert_eq!(refused.code(), "invalid_input");
    assert!(
        refused.text.contains("email: enter an e-mail address"),
        "{}",
        refused.text
    );
    let moment = r#"{ tenant(slug: "acme") { records(filter: {since: "yesterday"}) { next } } }"#;
    let refused = front.ask(&owner, moment, Value::Null).await;
    assert_eq!(refused.code(), "invalid_input", "{}", refused.text);

    let invited = front
        .ask(&owner, &invite("new@example.com"), Value::Null)
        .await;
    let path = invited.data()["inviteMember"]["path"].as_str().unwrap();
    assert_eq!(path.len(), "/invitations/".len() + 43);
    let token = path.rsplit('/').next().unwrap();
    let listed = r#"{ tenant(slug: "acme") { invitations { id email role } records { nodes { act detail } } } }"#;
    let listed = front.ask(&owner, listed, Value::Null).await;
    assert_eq!(
        listed.data()["tenant"]["invitations"][0]["email"],
        "new@example.com"
    );
    assert!(!listed.text.contains(token), "the link is shown once");
}
