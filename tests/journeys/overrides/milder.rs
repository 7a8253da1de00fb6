//! Documents that are worded more mildly than what somebody decided about.

use countersign_domain::{decision::Handling, operation::Method, tool::Choice};
use countersign_reporting::{FindingCode, Reports};
use countersign_tool_registry::{DecideTools, TurnOff};

use super::*;
use crate::front::{Browser, Front, JSON};

const JOBS: &str = "POST /jobs/{id}";
const PURGES: (&str, &str) = ("Deletes all customers", "purge_customers");
const COMMENTS: (&str, &str) = ("Create a comment", "create_comment");

fn jobs(shop: &mut Value, (summary, id): (&str, &str)) {
    shop["paths"]["/jobs/{id}"] = json!({"post": {
        "summary": summary, "operationId": id, "responses": {"200": {"description": "ok"}},
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
            "type": "object", "properties": {"text": {"type": "string"}}}}}}}});
}

impl Scene {
    async fn developer(&self) -> Person {
        self.house
            .member_of(&self.owner, Role::Developer, "dev")
            .await
    }

    /// Turns the jobs on as this person; gives the code of what stands in the way.
    async fn jobs_on(&self, person: &Person, handling: Handling) -> Option<&'static str> {
        let tool = self.tool(JOBS).await.tool;
        let cmd = TurnOn {
            tool: tool.id,
            version: tool.version,
            environment: self.environment(),
            handling,
            seen: Seen::Unsaid,
            reason: "we need it".parse().unwrap(),
        };
        let decided = self.house.registry.turn_on(&person.scope, cmd).await;
        decided.err().map(|error| error.code())
    }

    async fn jobs_off(&self, person: &Person) {
        let cmd = TurnOff {
            tool: self.tool(JOBS).await.tool.id,
            environment: self.environment(),
            reason: "not now".parse().unwrap(),
        };
        let decided = self.house.registry.turn_off(&person.scope, cmd).await;
        decided.unwrap();
    }

    /// The jobs are held by a reviewer as what deletes customers, and then said to write comments.
    async fn with_milder_jobs(&self) {
        self.again(|shop| jobs(shop, PURGES)).await;
        let held = self.jobs_on(&self.reviewer, Handling::Hold).await;
        assert_eq!(held, None);
        self.again(|shop| jobs(shop, COMMENTS)).await;
        let jobs = self.tool(JOBS).await;
        let risk = &jobs.tool.operation.risk;
        assert_eq!((risk.class, risk.high_risk), (RiskClass::Write, false));
    }

    async fn jobs_page(&self, browser: &Browser<'_>) -> String {
        let path = format!("/t/acme/tools/{}", self.tool(JOBS).await.tool.id);
        browser.ask(Method::Get, &path, None).await.1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_lower_a_risk_turns_on_nothing_that_a_milder_document_lowered() {
    let scene = scene().await;
    let dev = scene.developer().await;
    scene.with_milder_jobs().await;
    let registry = &scene.house.registry;

    for handling in [Handling::Run, Handling::Hold] {
        assert_eq!(scene.jobs_on(&dev, handling).await, Some("forbidden"));
    }
    scene.jobs_off(&dev).await;
    assert_eq!(scene.jobs_on(&dev, Handling::Run).await, Some("forbidden"));
    let together = DecideTools {
        source: scene.shop.source,
        environment: scene.environment(),
        choice: Choice::On(Handling::Run),
        tools: vec![scene.tool(JOBS).await.looked_at()],
        reason: "all of them".parse().unwrap(),
    };
    let outcome = registry.decide_tools(&scene.reviewer.scope, together);
    let outcome = outcome.await.unwrap();
    assert_eq!(outcome.decided, Vec::<String>::new());
    assert_eq!(outcome.refused[0].why.code(), "tool_risk_lowered");

    let reviewed = scene.jobs_on(&scene.reviewer, Handling::Hold).await;
    assert_eq!(reviewed, None);
    let after = scene.jobs_on(&dev, Handling::Run).await;
    assert_eq!(after, None, "somebody with the right has decided about it");
    let reports = Reports::new(scene.house.store.clone(), scene.house.world.clone());
    let report = reports.report(&scene.owner.scope).await.unwrap();
    let mut findings = report.findings.iter();
    let found = findings.find(|one| one.code == FindingCode::LoweredToolOn);
    let label = &found.unwrap().evidence[0].label;
    assert!(label.contains("it was DELETE, high risk"), "{label}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_was_off_removed_and_brought_back_milder_is_still_a_lowered_one() {
    let scene = scene().await;
    let dev = scene.developer().await;
    scene.again(|shop| jobs(shop, PURGES)).await;
    scene.jobs_on(&scene.reviewer, Handling::Hold).await;
    scene.jobs_off(&scene.reviewer).await;
    scene.again(|_| ()).await;
    scene.again(|shop| jobs(shop, COMMENTS)).await;
    assert_eq!(scene.jobs_on(&dev, Handling::Run).await, Some("forbidden"));

    // And in two steps, of which nobody decides about the first.
    scene
        .again(|shop| {
            jobs(shop, ("Write a job", "write_job"));
            shop["paths"]["/jobs/{id}"]["post"]["description"] = json!("Of the day.");
        })
        .await;
    scene.again(|shop| jobs(shop, COMMENTS)).await;
    assert_eq!(scene.jobs_on(&dev, Handling::Run).await, Some("forbidden"));

    scene.again(|shop| jobs(shop, PURGES)).await;
    assert!(scene.tool(JOBS).await.lowered_from.is_none());
    let held = scene.jobs_on(&scene.reviewer, Handling::Hold).await;
    assert_eq!(held, None, "as what it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_and_the_interface_say_what_a_lowered_tool_was_and_offer_to_hold_it() {
    let scene = scene().await;
    let dev = scene.developer().await;
    scene.with_milder_jobs().await;
    let front = Front::open(&scene.house, "milder").await;
    let browser = front.browser(&scene.house, &dev).await;

    let page = scene.jobs_page(&browser).await;
    assert!(page.contains("it was DELETE, high risk."), "{page}");
    assert!(page.contains("Your role cannot turn this tool on. Tools whose risk was lowered"));
    let review = browser
        .ask(Method::Get, "/t/acme/sources/corner-shop?text=jobs", None)
        .await;
    assert!(review.1.contains("was DELETE, high risk"), "{}", review.1);
    let tool = scene.tool(JOBS).await.tool;
    let input = json!({"tool": tool.id.to_string(), "version": tool.version.to_string(),
        "environment": scene.environment().to_string(), "handling": "RUN", "reason": "we need it"});
    let query = "mutation($input: TurnToolOnInput!) { turnOnTool(tenant: \"acme\", input: $input) { reason } }";
    let body = json!({"query": query, "variables": {"input": input}}).to_string();
    let told = browser.ask_as(Method::Post, "/graphql", Some((JSON, body)));
    let (_, told) = told.await;
    assert!(told.contains("\"forbidden\""), "{told}");

    let browser = front.browser(&scene.house, &scene.reviewer).await;
    let page = scene.jobs_page(&browser).await;
    let hold = page.split("id=\"handling-hold\"").nth(1).unwrap();
    let hold = hold.split('>').next().unwrap();
    assert!(hold.ends_with("checked"), "{hold}");
    front.close().await;
}
