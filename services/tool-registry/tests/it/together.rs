//! Deciding about many tools at once.

use countersign_access::TenantScope;
use countersign_domain::{
    Fault as _, Kind,
    decision::Handling,
    id::SourceId,
    risk::RiskClass,
    role::Role,
    tool::{Choice, ToolState},
};
use countersign_testkit::world;
use countersign_tool_registry::{
    DecideTools, DecidedTools, LookedAt, Seen, ToolDecisionError, TurnOff, TurnOn,
};

use crate::house::{Home, marked, operation};

const NAMES: [&str; 6] = ["list", "export", "add", "pay", "broken", "persuasive"];

async fn home() -> (Home, SourceId) {
    let home = Home::new().await;
    let mut broken = operation("broken", RiskClass::Read, false);
    broken.unsupported = Some("its body is XML".to_owned());
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("export", RiskClass::Read, true),
        operation("add", RiskClass::Write, false),
        operation("pay", RiskClass::Billing, true),
        broken,
        marked("persuasive", "text_instructs"),
    ];
    let source = home.source("Shop", &operations).await;
    (home, source)
}

async fn wish(home: &Home, source: SourceId, names: &[&str], choice: Choice) -> DecideTools {
    let mut tools = Vec::new();
    for name in names {
        tools.push(home.tool(source, name).await.looked_at());
    }
    DecideTools {
        source,
        environment: home.house.environment,
        choice,
        tools,
        reason: "support needs these".parse().unwrap(),
    }
}

async fn decide(home: &Home, scope: &TenantScope, wish: DecideTools) -> DecidedTools {
    home.registry.decide_tools(scope, wish).await.unwrap()
}

fn refusals(outcome: &DecidedTools) -> Vec<(&str, &str)> {
    let refused = outcome.refused.iter();
    let mut told: Vec<_> = refused
        .map(|one| (one.name.as_deref().unwrap_or("nameless"), one.why.code()))
        .collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn what_is_refused_is_named_and_loses_nothing_else() {
    let (home, source) = home().await;
    let all = wish(&home, source, &NAMES, Choice::On(Handling::Run)).await;

    let outcome = decide(&home, &home.developer, all).await;

    assert_eq!(outcome.decided, ["add", "list"]);
    let expected = [
        ("broken", "tool_unsupported"),
        ("export", "forbidden"),
        ("pay", "forbidden"),
        ("persuasive", "tool_text_unread"),
    ];
    assert_eq!(refusals(&outcome), expected);
    for name in ["add", "list"] {
        let state = home.tool(source, name).await.state;
        assert_eq!(state, ToolState::On(Handling::Run), "{name}");
    }
    for name in ["export", "pay", "persuasive"] {
        assert_eq!(
            home.tool(source, name).await.state,
            ToolState::Off,
            "{name}"
        );
    }
    println!("tools refused among others: {}", expected.len());
}

#[tokio::test]
async fn each_decision_has_its_own_row_and_record() {
    let (home, source) = home().await;
    let on = wish(&home, source, &["list", "add"], Choice::On(Handling::Hold)).await;
    decide(&home, &home.developer, on.clone()).await;
    let again = decide(&home, &home.developer, on).await;
    assert_eq!((again.decided.len(), again.same), (0, 2), "nothing is new");
    // A box of its own and that of its group name one and the same tool.
    let twice = ["list", "add", "pay", "add", "pay"];
    let off = wish(&home, source, &twice, Choice::Off).await;
    let off = decide(&home, &home.reviewer, off).await;
    assert_eq!((off.decided.len(), off.were_on), (3, 2), "pay was never on");

    let mut admin = home.database.admin().await;
    let rows: Vec<(String, String, String, i32)> = sqlx::query_as(
        "SELECT act, tool_name, detail ->> 'reason', (detail ->> 'chosen_together')::int FROM record
         ORDER BY committed_at, act DESC, tool_name",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|(act, tool, reason, together)| {
            assert_eq!(reason, "support needs these");
            (act.as_str(), tool.as_str(), *together)
        })
        .collect();
    let expected = [
        ("tool.turned_on", "add", 2),
        ("tool.turned_on", "list", 2),
        ("tool.turned_off", "add", 3),
        ("tool.turned_off", "list", 3),
        ("tool.turned_off", "pay", 3),
    ];
    assert_eq!(told, expected);
    let decided = home.tool(source, "add").await.decided.unwrap();
    assert_eq!(decided.by_label, home.reviewer.who().person_label);
    println!("decisions made together: 5, each with its own record");
}

#[tokio::test]
async fn the_record_of_one_decision_names_it_as_those_of_many_do() {
    let (home, source) = home().await;
    let (tool, environment) = (home.tool(source, "list").await.tool, home.house.environment);
    let on = TurnOn {
        tool: tool.id,
        version: tool.version,
        environment,
        handling: Handling::Run,
        seen: Seen::Unsaid,
        reason: "support needs this".parse().unwrap(),
    };
    let on = home.registry.turn_on(&home.developer, on).await.unwrap();
    let off = TurnOff {
        tool: tool.id,
        environment,
        reason: "no more".parse().unwrap(),
    };
    let off = home.registry.turn_off(&home.developer, off).await.unwrap();

    for (act, decided) in [("tool.turned_on", on), ("tool.turned_off", off)] {
        let detail = home.detail(act).await;
        assert_eq!(detail["decided_together"], decided.id.to_string(), "{act}");
        assert_eq!(detail["reason"], decided.reason, "{act}");
    }
}

#[tokio::test]
async fn high_risk_needs_its_own_permission_and_is_held() {
    let (home, source) = home().await;
    let names = ["export", "pay", "add"];
    let run = wish(&home, source, &names, Choice::On(Handling::Run)).await;
    let outcome = decide(&home, &home.reviewer, run).await;
    let expected = [
        ("add", "forbidden"),
        ("export", "high_risk_must_be_held"),
        ("pay", "high_risk_must_be_held"),
    ];
    assert_eq!(refusals(&outcome), expected);

    let hold = wish(&home, source, &names, Choice::On(Handling::Hold)).await;
    let outcome = decide(&home, &home.reviewer, hold).await;
    assert_eq!(outcome.decided, ["export", "pay"]);
    assert_eq!(refusals(&outcome), [("add", "forbidden")]);
    let state = home.tool(source, "pay").await.state;
    assert_eq!(state, ToolState::On(Handling::Hold));
    println!("ways to turn high risk on among others without a countersignature, refused: 2");
}

#[tokio::test]
async fn a_tool_that_changed_since_it_was_looked_at_is_left_out() {
    let (home, source) = home().await;
    let both = wish(&home, source, &["list", "add"], Choice::On(Handling::Run)).await;
    let seen = home.tool(source, "add").await;
    let mut changed = operation("add", RiskClass::Write, false);
    changed.description = "Adds everything.".to_owned();
    home.redefine(source, &seen, &changed).await;

    let outcome = decide(&home, &home.developer, both).await;

    assert_eq!(outcome.decided, ["list"]);
    assert_eq!(refusals(&outcome), [("add", "tool_changed")]);
    assert_eq!(home.tool(source, "add").await.state, ToolState::Off);
}

#[tokio::test]
async fn what_somebody_turned_off_meanwhile_is_not_turned_on_by_whoever_has_not_seen_it() {
    let (home, source) = home().await;
    let names = ["list", "add"];
    for choice in [Choice::On(Handling::Run), Choice::On(Handling::Hold)] {
        let mut stale = wish(&home, source, &names, choice).await;
        let mut off = wish(&home, source, &["add"], Choice::Off).await;
        off.reason = "Incident 4711: must stay off".parse().unwrap();
        decide(&home, &home.reviewer, off).await;

        let outcome = decide(&home, &home.developer, stale.clone()).await;
        assert_eq!(outcome.decided, ["list"]);
        assert_eq!(refusals(&outcome), [("add", "tool_decided_meanwhile")]);
        let told = outcome.refused[0].why.to_string();
        let by = home.reviewer.who().person_label;
        assert!(told.starts_with(&format!("{by} turned it off")), "{told}");
        assert!(told.contains("Incident 4711: must stay off"), "{told}");
        assert_eq!(home.tool(source, "add").await.state, ToolState::Off);

        // Whoever has seen that decides anew; whoever does not say what they saw is as before.
        let seen = wish(&home, source, &names, choice).await;
        assert_eq!(decide(&home, &home.developer, seen).await.decided, ["add"]);
        let off = wish(&home, source, &["add"], Choice::Off).await;
        decide(&home, &home.reviewer, off).await;
        stale
            .tools
            .iter_mut()
            .for_each(|one| one.seen = Seen::Unsaid);
        assert_eq!(decide(&home, &home.developer, stale).await.decided, ["add"]);
    }
    let stale_off = wish(&home, source, &["add"], Choice::Off).await;
    let on = wish(&home, source, &["add"], Choice::On(Handling::Run)).await;
    decide(&home, &home.developer, on).await;
    let off = decide(&home, &home.reviewer, stale_off).await;
    assert_eq!(off.decided, ["add"], "turning off needs no look");
}

#[tokio::test]
async fn nobody_else_decides_together_either() {
    let (home, source) = home().await;
    let auditor = home.house.member(&home.database, Role::Auditor).await;
    let globex = home.database.house("globex").await;
    let stranger = globex.member(&home.database, Role::Owner).await;
    let mut refused = 0;
    for choice in [Choice::On(Handling::Hold), Choice::Off] {
        let mut wish = wish(&home, source, &["list", "pay"], choice).await;
        let denied = home.registry.decide_tools(&auditor, wish.clone()).await;
        assert_eq!(denied.unwrap_err().kind(), Kind::Forbidden);
        for environment in [home.house.environment, globex.environment] {
            wish.environment = environment;
            let unknown = home.registry.decide_tools(&stranger, wish.clone()).await;
            assert_eq!(unknown.unwrap_err().kind(), Kind::NotFound);
            refused += 1;
        }
        refused += 1;
    }
    // A tool of nobody knows where is refused like one that is gone, without a name.
    let mut wish = wish(&home, source, &["list"], Choice::Off).await;
    wish.tools.push(LookedAt {
        tool: world().id(),
        version: world().id(),
        seen: Seen::Unsaid,
    });
    let outcome = decide(&home, &home.reviewer, wish).await;
    assert_eq!(outcome.decided, ["list"]);
    assert!(matches!(
        outcome.refused[0].why,
        ToolDecisionError::Store(_)
    ));
    assert_eq!(refusals(&outcome), [("nameless", "not_found")]);
    println!("ways for others to decide together, refused: {refused}");
}
