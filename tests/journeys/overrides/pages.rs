//! The forms of a tool's page, as people of each role send them.

use countersign_domain::operation::Method;

use super::*;
use crate::front::{Browser, Front};

/// What the form's list sends, and classes that a forger says are not held.
const SENT: [&str; 12] = [
    "READ",
    "READ held",
    "WRITE",
    "WRITE held",
    "DELETE held",
    "BILLING held",
    "AUTH held",
    "ADMIN held",
    "DELETE",
    "BILLING",
    "AUTH",
    "ADMIN",
];
const FORGED: usize = 8;

const ORDERS: &str = "GET /orders";

async fn person(scene: &Scene, role: Role) -> Person {
    match role {
        Role::Owner => scene.owner.clone(),
        Role::Reviewer => scene.reviewer.clone(),
        Role::Admin | Role::Developer | Role::Auditor => {
            let house = &scene.house;
            house.member_of(&scene.owner, role, role.as_str()).await
        }
    }
}

impl Scene {
    /// Sends one of the forms of a tool's page, as it was drawn a moment ago.
    async fn send(
        &self,
        browser: &Browser<'_>,
        (operation, action): (&str, &str),
        fields: &str,
    ) -> (u16, String) {
        let tool = self.tool(operation).await.tool;
        let path = format!("/t/acme/tools/{}/{action}", tool.id);
        let body = format!(
            "csrf={}&environment=production&version={}&reason=we+know+this+API&{fields}",
            browser.csrf, tool.version
        );
        browser.ask(Method::Post, &path, Some(body)).await
    }

    async fn page(&self, browser: &Browser<'_>, operation: &str) -> String {
        let path = format!("/t/acme/tools/{}", self.tool(operation).await.tool.id);
        let (status, page) = browser.ask(Method::Get, &path, None).await;
        assert_eq!(status, 200, "{page}");
        page
    }

    async fn list(&self, browser: &Browser<'_>) -> String {
        let path = "/t/acme/sources/corner-shop";
        let (status, page) = browser.ask(Method::Get, path, None).await;
        assert_eq!(status, 200, "{page}");
        page
    }

    /// Makes the refund what its document says, on, with each call held.
    async fn as_imported(&self) {
        let tool = self.tool(REFUND).await;
        if tool.said(OverrideKind::Risk).is_some() {
            let cmd = WithdrawOverride {
                tool: tool.tool.id,
                version: tool.tool.version,
                kind: OverrideKind::Risk,
                reason: "tried enough".parse().unwrap(),
            };
            let (registry, scope) = (&self.house.registry, &self.owner.scope);
            registry.withdraw_override(scope, cmd).await.unwrap();
            self.turn_on(REFUND, Handling::Hold).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_override_has_no_form_and_is_refused_and_the_others_have_one() {
    let scene = scene().await;
    let front = Front::open(&scene.house, "override-roles").await;
    let forms = [
        ("override-risk", "kind=risk&risk=ADMIN+held"),
        ("rename", "kind=name&name=mine"),
        ("describe", "kind=words&title=Mine&description="),
        ("withdraw-override", "kind=name"),
    ];
    let name = Said::Name {
        name: "show_orders".parse().unwrap(),
    };
    scene.say(ORDERS, name).await;
    let before = scene.tool(ORDERS).await;
    let mut refused = 0;
    for role in Role::ALL {
        let browser = front
            .browser(&scene.house, &person(&scene, role).await)
            .await;
        let page = scene.page(&browser, ORDERS).await;
        assert!(page.contains("id=\"said-name\""), "{role:?} is told");
        assert_eq!(
            page.contains("/override-risk?"),
            role != Role::Auditor,
            "{role:?}"
        );
        if role == Role::Auditor {
            for (action, fields) in forms {
                let (status, page) = scene.send(&browser, (ORDERS, action), fields).await;
                assert_eq!(status, 403, "{action}: {page}");
                refused += 1;
            }
        }
    }
    let after = scene.tool(ORDERS).await;
    assert_eq!(after.tool.version, before.tool.version);
    println!("N = {refused} forms of a role that has none, each refused");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_lets_a_high_risk_tool_run_without_a_countersignature() {
    let scene = scene().await;
    let front = Front::open(&scene.house, "override-risk").await;
    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 500}});
    let mut sent = 0;
    let mut taken = 0;
    for role in Role::ALL {
        let who = person(&scene, role).await;
        let browser = front.browser(&scene.house, &who).await;
        for (place, value) in SENT.into_iter().enumerate() {
            let fields = format!("kind=risk&risk={}", value.replace(' ', "+"));
            let form = (REFUND, "override-risk");
            let (status, page) = scene.send(&browser, form, &fields).await;
            let now = scene.tool(REFUND).await;
            let said = now.said(OverrideKind::Risk).is_some();
            match role {
                Role::Auditor => assert_eq!(status, 403, "{page}"),
                _ if place >= FORGED => assert_eq!(status, 400, "{page}"),
                Role::Owner | Role::Admin => assert_eq!(status, 303, "{page}"),
                Role::Reviewer | Role::Developer => {
                    let same = value == "BILLING held" && page.contains("said-already");
                    assert_eq!(status, if same { 303 } else { 403 }, "{value}: {page}");
                    assert!(!said, "{role:?} {value}");
                }
            }
            if said {
                assert_eq!(now.state, ToolState::NeedsReview, "{role:?} {value}");
                taken += 1;
            }
            if now.tool.operation.risk.high_risk {
                let at_once = "handling=run";
                let (status, page) = scene.send(&browser, (REFUND, "turn-on"), at_once).await;
                assert!([403, 409].contains(&status), "{status} {page}");
            } else {
                assert!(
                    [Role::Owner, Role::Admin].contains(&role),
                    "{role:?} {value}"
                );
            }
            let answer = scene
                .house
                .call(&scene.agent, "create_refund", &refund)
                .await;
            let waits = ["held", "approval_stale"].contains(&answer.code());
            assert!(waits || !answer.body["error"].is_null(), "{answer:?}");
            scene.as_imported().await;
            sent += 1;
        }
    }
    assert_eq!(scene.upstream.seen().len(), 0);
    assert!(taken > 10, "administrators were let: {taken}");
    println!("N = {sent} forms, {taken} of them taken; 0 calls ran");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_on_the_page_is_marked_in_the_list_and_its_end_is_told() {
    let scene = scene().await;
    let front = Front::open(&scene.house, "override-told").await;
    let browser = front.browser(&scene.house, &scene.owner).await;
    assert!(!scene.list(&browser).await.contains("overridden"));

    let words = "kind=words&title=Orders+of+the+shop&description=All+of+them.";
    let (status, answer) = scene.send(&browser, (ORDERS, "describe"), words).await;
    assert_eq!(status, 303);
    assert!(
        answer.contains("environment=production&done=overridden"),
        "{answer}"
    );
    let page = scene.page(&browser, ORDERS).await;
    assert!(page.contains("id=\"said-words\"") && page.contains("we know this API"));
    assert!(page.contains("Orders of the shop") && page.contains("id=\"withdraw-words\""));
    assert!(scene.list(&browser).await.contains(">overridden<"));
    let (_, answer) = scene.send(&browser, (ORDERS, "describe"), words).await;
    assert!(answer.contains("done=said-already"), "{answer}");

    scene
        .again(|shop| shop["paths"]["/orders"]["get"]["summary"] = json!("List all orders"))
        .await;

    let page = scene.page(&browser, ORDERS).await;
    assert!(page.contains("id=\"fell-words\"") && !page.contains("id=\"said-words\""));
    assert!(page.contains("List all orders") && !page.contains("id=\"withdraw-words\""));
    assert!(scene.list(&browser).await.contains(">override fell away<"));
    let fields = "kind=words&title=Orders&description=";
    let (status, page) = scene
        .send(&browser, (ORDERS, "withdraw-override"), fields)
        .await;
    assert_eq!(status, 409, "{page}");
    scene.turn_on(ORDERS, Handling::Run).await;
    assert!(
        !scene
            .page(&browser, ORDERS)
            .await
            .contains("id=\"fell-words\"")
    );
    front.close().await;
}
