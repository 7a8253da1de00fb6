//! The story itself: each step does one thing and checks what the other side saw.

use anyhow::{Context as _, ensure};
use countersign_domain::{World, name::Slug, operation::Method};
use countersign_egress::Egress;
use countersign_store::record_reading::{RecordFilter, RecordRow};
use serde_json::{Value, json};
use url::Position;

use super::{
    agent::{Agent, Called},
    browser::{Browser, Page},
    sample::{ORDER, SampleApi, the_order},
    setting::{Person, Services, find},
    tale::Tale,
};

/// Where the story plays.
pub(crate) struct Stage {
    pub(crate) services: Services,
    pub(crate) sample: SampleApi,
    pub(crate) egress: Egress,
    pub(crate) origin: String,
    pub(crate) world: World,
}

/// Who was in it, for whoever wants to look.
pub(crate) struct Cast {
    pub(crate) origin: String,
    pub(crate) tenant: Slug,
    pub(crate) endpoint: String,
    pub(crate) developer: Person,
    pub(crate) reviewer: Person,
}

/// What the agent will call.
struct Tools {
    order: String,
    refund: String,
}

/// Tells it from beginning to end.
pub(crate) async fn tell(stage: &Stage, tale: &mut Tale) -> anyhow::Result<Cast> {
    tale.part("A tenant with two people and an API");
    let (tenant, developer, reviewer) = stage.services.people(&stage.world).await?;
    tale.kept(&format!(
        "{} signed up and invited {} as reviewer",
        developer.email, reviewer.email
    ));
    let (endpoint, tools) = prepare(stage, (&developer, &reviewer), tale).await?;
    let cast = Cast {
        endpoint: format!("{}/mcp/{tenant}/{endpoint}", stage.origin),
        origin: stage.origin.clone(),
        tenant,
        developer,
        reviewer,
    };
    tale.kept(&format!("the endpoint is {}", cast.endpoint));

    tale.part("An agent connects, knowing nothing but that address");
    let agent = connect(stage, &cast, tale).await?;
    read(stage, (&agent, &tools), tale).await?;

    tale.part("A dangerous call waits for a second person");
    let refund = json!({"amount_cents": 4_950, "reason": "arrived broken"});
    let arguments = json!({"order_id": ORDER, "body": refund});
    let hold = hold(stage, (&agent, &tools, &arguments), tale).await?;
    countersign(stage, &cast, &hold, tale).await?;
    run_once(stage, (&agent, &tools, &arguments), &hold, tale).await?;

    tale.part("And anybody who may can see what happened");
    verify_records(stage, &cast, &hold.0, tale).await?;
    Ok(cast)
}

/// Imports the API, connects it and turns tools on, each step as the person who may.
async fn prepare(
    stage: &Stage,
    (developer, reviewer): (&Person, &Person),
    tale: &mut Tale,
) -> anyhow::Result<(Slug, Tools)> {
    let services = &stage.services;
    let (source, environment, tools) = services.import(developer, &stage.sample).await?;
    let place = (source, environment);
    let refund = find(&tools, Method::Post, "/orders/{order_id}/refunds")?;
    let order = find(&tools, Method::Get, "/orders/{order_id}")?;
    tale.kept(&format!(
        "{} operations imported from {}",
        tools.len(),
        stage.sample.base()
    ));
    let off = tools.iter().filter(|view| view.decided.is_none()).count();
    ensure!(
        off == tools.len(),
        "some tools were on before anybody decided"
    );
    let risk = &refund.tool.operation.risk;
    ensure!(risk.high_risk, "the refund was not recognised as high-risk");
    tale.kept(&format!(
        "all of them off; {} is {}, high-risk: {}",
        refund.tool.name,
        risk.class.as_str(),
        risk.reasons
            .first()
            .map_or("", |reason| reason.text.as_str())
    ));
    let fingerprint = services.connect(developer, place, &stage.sample).await?;
    tale.kept(&format!(
        "the API's key is sealed in the vault, known as {fingerprint}"
    ));
    let reads = services.turn_on_reads(developer, place).await?;
    tale.kept(&format!("{reads} reading tools turned on, with a reason"));
    services
        .turn_on_refund(reviewer, refund, environment)
        .await?;
    tale.kept("the reviewer turned the refund on; each call of it waits");
    let named = Tools {
        order: order.tool.name.clone(),
        refund: refund.tool.name.clone(),
    };
    Ok((
        services.endpoint(developer, &tools, environment).await?,
        named,
    ))
}

/// Discovery, registration, sign-in, consent, token: all over HTTP.
async fn connect(stage: &Stage, cast: &Cast, tale: &mut Tale) -> anyhow::Result<Agent> {
    let mut agent = Agent::new(stage.egress.clone(), &cast.endpoint);
    let way = agent.discover().await?;
    tale.kept(&format!(
        "401, then metadata, then the authorization server {}",
        way.issuer
    ));
    let asked = agent.ask(&way, &stage.world).await?;
    tale.kept("registered itself, and asks for exactly this endpoint, with PKCE");
    let mut browser = Browser::new(stage.egress.clone(), &stage.origin);
    let page = browser.open(&asked.address).await?;
    let page = sign_in(&mut browser, page, &cast.developer).await?;
    ensure!(
        page.url.path() == "/oauth/consent",
        "no consent page but {}",
        page.url.path()
    );
    let shown = page.text();
    ensure!(
        shown.contains("Demo Agent"),
        "the consent page does not name the agent"
    );
    tale.kept("the developer signed in and sees who asks for what");
    // The form says for which request it is in its address, too.
    let here = &page.url[Position::BeforePath..];
    let answered = browser
        .submit(&page, here, &[("answer", "approve")])
        .await?;
    agent.take(&way, &asked, &answered.url).await?;
    tale.kept("the developer agreed; the code became a token for this endpoint alone");
    Ok(agent)
}

/// Signs in on the page that a browser was sent to; it comes back to where it wanted to go.
async fn sign_in(browser: &mut Browser, page: Page, who: &Person) -> anyhow::Result<Page> {
    ensure!(
        page.url.path() == "/sign-in",
        "not sent to sign in but to {}",
        page.url.path()
    );
    let filled = [("email", who.email.as_str()), ("password", who.password())];
    let page = browser.submit(&page, "/sign-in", &filled).await?;
    ensure!(page.status == 200, "signing in ended with {}", page.status);
    Ok(page)
}

/// A READ runs at once, with the key put in on the way.
async fn read(
    stage: &Stage,
    (agent, tools): (&Agent, &Tools),
    tale: &mut Tale,
) -> anyhow::Result<()> {
    let listed = agent.tools().await?;
    ensure!(
        listed.contains(&tools.order) && listed.contains(&tools.refund),
        "tools are missing"
    );
    tale.kept(&format!(
        "it sees {} tools: {}",
        listed.len(),
        listed.join(", ")
    ));
    let before = stage.sample.books();
    let called = agent
        .call(&tools.order, &json!({"order_id": ORDER}))
        .await?;
    ensure!(
        !called.is_error(),
        "the read was refused: {}",
        called.shown()
    );
    ensure!(
        called.value()? == the_order(),
        "the answer is not the API's own data"
    );
    let after = stage.sample.books();
    ensure!(
        after.let_in == before.let_in + 1,
        "the API was not asked exactly once"
    );
    ensure!(after.turned_away == 0, "a request came without the key");
    ensure!(
        !called.shown().contains(stage.sample.key().expose()),
        "the key came back"
    );
    tale.kept(&format!(
        "{} answered with the API's own data; the agent never saw the key",
        tools.order
    ));
    Ok(())
}

/// The refund is held: nothing is sent, and the same call again is the same hold.
async fn hold(
    stage: &Stage,
    (agent, tools, arguments): (&Agent, &Tools, &Value),
    tale: &mut Tale,
) -> anyhow::Result<(String, String)> {
    let called = agent.call(&tools.refund, arguments).await?;
    let hold = held(&called)?;
    let again = held(&agent.call(&tools.refund, arguments).await?)?;
    ensure!(again == hold, "the same call made a second hold");
    ensure!(
        stage.sample.books().refunds.is_empty(),
        "something was sent before anybody agreed"
    );
    tale.kept(&format!(
        "{} is held as {}; nothing was sent",
        tools.refund, hold.0
    ));
    Ok(hold)
}

fn held(called: &Called) -> anyhow::Result<(String, String)> {
    ensure!(
        called.code() == "held",
        "not held but {}: {}",
        called.code(),
        called.shown()
    );
    called.hold()
}

/// The developer may not countersign for themselves; the reviewer does, on the page.
async fn countersign(
    stage: &Stage,
    cast: &Cast,
    (id, page): &(String, String),
    tale: &mut Tale,
) -> anyhow::Result<()> {
    let answer = [
        ("answer", "countersign"),
        ("reason", "the photo shows it broken"),
    ];
    let mut own = Browser::new(stage.egress.clone(), &stage.origin);
    let shown = own.open(page).await?;
    let shown = sign_in(&mut own, shown, &cast.developer).await?;
    let refused = own.submit(&shown, id, &answer).await?;
    ensure!(
        refused.status == 403,
        "the developer's own yes was answered {}",
        refused.status
    );
    tale.kept("the developer's own yes was refused: a second person is needed");

    let mut browser = Browser::new(stage.egress.clone(), &stage.origin);
    let shown = browser.open(page).await?;
    let shown = sign_in(&mut browser, shown, &cast.reviewer).await?;
    let text = shown.text();
    ensure!(text.contains("4950"), "the page does not show the amount");
    ensure!(
        text.contains("Demo Agent"),
        "the page does not show who asks"
    );
    ensure!(
        !text.contains(stage.sample.key().expose()),
        "the page shows the key"
    );
    tale.kept("the reviewer sees the exact request, and not the key");
    let decided = browser.submit(&shown, id, &answer).await?;
    ensure!(
        decided.status == 200,
        "the countersignature was answered {}",
        decided.status
    );
    ensure!(
        stage.sample.books().refunds.is_empty(),
        "a countersignature alone sent something"
    );
    tale.kept("the reviewer countersigned exactly that");
    Ok(())
}

/// The agent's identical call runs once, and the one after that waits anew.
async fn run_once(
    stage: &Stage,
    (agent, tools, arguments): (&Agent, &Tools, &Value),
    (id, _): &(String, String),
    tale: &mut Tale,
) -> anyhow::Result<()> {
    let mut other = arguments.clone();
    other["body"]["amount_cents"] = json!(4_951);
    let different = held(&agent.call(&tools.refund, &other).await?)?;
    ensure!(
        different.0 != *id,
        "another amount went under the same countersignature"
    );
    tale.kept("one cent more is another call, and waits by itself");

    let called = agent.call(&tools.refund, arguments).await?;
    ensure!(
        !called.is_error(),
        "the countersigned call was refused: {}",
        called.shown()
    );
    let refunds = stage.sample.books().refunds;
    ensure!(
        refunds.len() == 1,
        "the API saw {} refunds, not 1",
        refunds.len()
    );
    ensure!(
        called.value()? == refunds[0],
        "the answer is not the refund the API made"
    );
    tale.kept(&format!(
        "the identical call ran: the API counts exactly 1 refund, {}",
        refunds[0]["id"]
    ));

    let repeated = held(&agent.call(&tools.refund, arguments).await?)?;
    ensure!(repeated.0 != *id, "the countersignature was good twice");
    ensure!(
        stage.sample.books().refunds.len() == 1,
        "the repeated call was sent"
    );
    tale.kept("the same call once more is held anew; still exactly 1 refund");
    Ok(())
}

/// The log holds the approval, the intent and the outcome, in the order they had to come.
async fn verify_records(
    stage: &Stage,
    cast: &Cast,
    hold: &str,
    tale: &mut Tale,
) -> anyhow::Result<()> {
    let scope = &cast.reviewer.scope;
    let page = stage
        .services
        .audit
        .list(scope, &RecordFilter::default(), None)
        .await?;
    let of_hold = |row: &&RecordRow| row.hold.is_some_and(|id| id.to_string() == hold);
    let intent = page
        .rows
        .iter()
        .filter(of_hold)
        .find(|row| row.act == "call.intended");
    let intent = intent.context("there is no record of the intent")?;
    let detail = stage.services.audit.get(scope, intent.id).await?;
    let order = ["hold.countersigned", "call.intended", "call.finished"];
    let mut acts = detail.related.iter().map(|row| row.act.as_str());
    for act in order {
        ensure!(
            acts.any(|found| found == act),
            "the log has no {act} where it should be"
        );
    }
    let outcome = detail.related.iter().find(|row| row.act == "call.finished");
    let outcome = outcome.context("there is no record of the outcome")?;
    ensure!(
        outcome.call == intent.call,
        "intent and outcome are of different calls"
    );
    ensure!(
        outcome.upstream_status == Some(201),
        "the record has another status than the API"
    );
    ensure!(
        outcome.arguments_digest == intent.arguments_digest,
        "the arguments differ"
    );
    tale.kept("approval, intent and outcome are on record, in that order, for one call");
    let read = page.rows.iter().find(|row| row.act == "call.answered");
    ensure!(read.is_some(), "the read is not on record");
    let everything = format!("{:?}", page.rows);
    ensure!(
        !everything.contains(stage.sample.key().expose()),
        "the key is in the log"
    );
    tale.kept(&format!(
        "{} records, the read among them, and the key in none",
        page.rows.len()
    ));
    Ok(())
}
