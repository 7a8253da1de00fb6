//! Turning tools on and off.

use countersign_access::{EnableHighRiskTool, EnableTool, TenantScope};
use countersign_domain::{
    Fault as _, Kind,
    decision::Handling,
    risk::RiskClass,
    role::Role,
    tool::{Choice, ToolState},
};
use countersign_store::enablements::{NewDecision, TurnOnPermit};
use countersign_testkit::world;
use countersign_tool_registry::{Seen, ToolDecisionError, ToolView, TurnOff, TurnOn, TurnOnReads};

use crate::house::{Home, marked, operation};

async fn home() -> (Home, countersign_domain::id::SourceId) {
    let home = Home::new().await;
    let mut broken = operation("broken", RiskClass::Read, false);
    broken.unsupported = Some("its body is XML".to_owned());
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("export", RiskClass::Read, true),
        operation("add", RiskClass::Write, false),
        operation("pay", RiskClass::Billing, true),
        broken,
    ];
    let source = home.source("Shop", &operations).await;
    (home, source)
}

fn on(home: &Home, tool: &ToolView, handling: Handling) -> TurnOn {
    TurnOn {
        tool: tool.tool.id,
        version: tool.tool.version,
        seen: Seen::Unsaid,
        environment: home.house.environment,
        handling,
        reason: "needed for support".parse().unwrap(),
    }
}

fn off(home: &Home, tool: &ToolView) -> TurnOff {
    TurnOff {
        tool: tool.tool.id,
        environment: home.house.environment,
        reason: "no longer needed".parse().unwrap(),
    }
}

async fn reads(
    home: &Home,
    scope: &TenantScope,
    source: countersign_domain::id::SourceId,
) -> usize {
    let cmd = TurnOnReads {
        source,
        environment: home.house.environment,
        reason: "reads are safe here".parse().unwrap(),
    };
    home.registry.turn_on_reads(scope, cmd).await.unwrap()
}

#[tokio::test]
async fn everything_is_off_and_reads_are_turned_on_together() {
    let (home, source) = home().await;
    assert_eq!(home.tool(source, "list").await.state, ToolState::Off);

    assert_eq!(reads(&home, &home.developer, source).await, 1);

    assert_eq!(
        home.tool(source, "list").await.state,
        ToolState::On(Handling::Run)
    );
    for name in ["export", "add", "pay"] {
        assert_eq!(
            home.tool(source, name).await.state,
            ToolState::Off,
            "{name}"
        );
    }
    assert_eq!(
        home.tool(source, "broken").await.state,
        ToolState::Unsupported
    );
    assert_eq!(home.acts().await, ["tool.turned_on"]);
}

#[tokio::test]
async fn what_somebody_turned_off_stays_off_when_reads_are_turned_on() {
    let (home, source) = home().await;
    let list = home.tool(source, "list").await;
    home.registry
        .turn_off(&home.reviewer, off(&home, &list))
        .await
        .unwrap();

    assert_eq!(reads(&home, &home.developer, source).await, 0);

    assert_eq!(home.tool(source, "list").await.state, ToolState::Off);
}

#[tokio::test]
async fn t79_a_tool_whose_text_persuades_is_turned_on_only_by_itself() {
    let home = Home::new().await;
    let codes = ["text_instructs", "text_hidden_characters", "without_words"];
    let operations = codes.map(|code| marked(code, code));
    let source = home.source("Shop", &operations).await;

    assert_eq!(reads(&home, &home.developer, source).await, 1);

    let plain = home.tool(source, "without_words").await;
    assert_eq!(plain.state, ToolState::On(Handling::Run));
    for code in ["text_instructs", "text_hidden_characters"] {
        let tool = home.tool(source, code).await;
        assert_eq!(tool.state, ToolState::Off, "{code}");
        let cmd = on(&home, &tool, Handling::Run);
        home.registry.turn_on(&home.developer, cmd).await.unwrap();
    }
    println!("kinds of text that are read before they are turned on: 2");
}

#[tokio::test]
async fn a_developer_cannot_turn_a_high_risk_tool_on() {
    let (home, source) = home().await;
    let pay = home.tool(source, "pay").await;
    let mut refused = 0;
    for role in [Role::Developer, Role::Auditor] {
        let member = home.house.member(&home.database, role).await;
        for handling in [Handling::Run, Handling::Hold] {
            let error = home
                .registry
                .turn_on(&member, on(&home, &pay, handling))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), Kind::Forbidden, "{role:?}");
            refused += 1;
        }
    }
    // Nor by holding the other permit: what is stored is compared with the definition.
    for handling in [Handling::Run, Handling::Hold] {
        let tx = home.store().begin(&home.developer).await.unwrap();
        let decision = decision(&home, &pay);
        let permit = TurnOnPermit::Ordinary(home.developer.allow(EnableTool).unwrap());
        let error = tx
            .turn_tool_on(permit, handling, &decision)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        refused += 1;
    }
    assert_eq!(home.tool(source, "pay").await.state, ToolState::Off);
    println!("{refused} ways to turn a high-risk tool on without being a reviewer, all refused");
}

fn decision(home: &Home, tool: &ToolView) -> NewDecision {
    NewDecision {
        id: world().id(),
        environment: home.house.environment,
        tool: tool.tool.id,
        version: tool.tool.version,
        reason: "because".parse().unwrap(),
        by: home.developer.member().unwrap(),
        at: world().now(),
    }
}

#[tokio::test]
async fn a_high_risk_tool_never_runs_without_a_countersignature() {
    let (home, source) = home().await;
    let pay = home.tool(source, "pay").await;
    let error = home
        .registry
        .turn_on(&home.reviewer, on(&home, &pay, Handling::Run))
        .await
        .unwrap_err();
    assert!(matches!(error, ToolDecisionError::HighRiskMustBeHeld));

    // The store says no where the rule were forgotten,
    let tx = home.store().begin(&home.reviewer).await.unwrap();
    let permit = TurnOnPermit::HighRisk(home.reviewer.allow(EnableHighRiskTool).unwrap());
    let refused = tx
        .turn_tool_on(permit, Handling::Run, &decision(&home, &pay))
        .await
        .unwrap_err();
    assert_eq!(refused.constraint(), Some("high_risk_is_held"));

    // and the database to anybody, whatever they say the risk is.
    let mut admin = home.database.admin().await;
    for (claimed, constraint) in [
        (true, "high_risk_is_held"),
        (
            false,
            "enablement_tenant_id_tool_version_id_tool_id_high_risk_fkey",
        ),
    ] {
        let error = sqlx::query(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at)
             VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, 'on', 'run', 'because', $6, now())",
        )
        .bind(home.house.tenant.as_uuid())
        .bind(home.house.environment.as_uuid())
        .bind(pay.tool.id.as_uuid())
        .bind(pay.tool.version.as_uuid())
        .bind(claimed)
        .bind(home.reviewer.member().unwrap().as_uuid())
        .execute(&mut admin)
        .await
        .unwrap_err();
        let error = error.into_database_error().unwrap();
        assert!(
            error.constraint().unwrap().starts_with(&constraint[..16]),
            "{error:?}"
        );
    }
    println!("4 ways to let a high-risk tool run unheld, all refused");

    let held = on(&home, &pay, Handling::Hold);
    home.registry.turn_on(&home.reviewer, held).await.unwrap();
    assert_eq!(
        home.tool(source, "pay").await.state,
        ToolState::On(Handling::Hold)
    );
}

#[tokio::test]
async fn what_was_turned_off_meanwhile_must_be_looked_at_again() {
    let (home, source) = home().await;
    let seen = home.tool(source, "add").await;
    let on_as = async |tool: &ToolView| {
        let wish = TurnOn {
            seen: Seen::from(tool.decided.as_ref()),
            ..on(&home, tool, Handling::Run)
        };
        home.registry.turn_on(&home.developer, wish).await
    };
    home.registry
        .turn_off(&home.reviewer, off(&home, &seen))
        .await
        .unwrap();

    let refused = on_as(&seen).await.unwrap_err();
    assert_eq!(refused.code(), "tool_decided_meanwhile");
    assert!(
        refused.to_string().contains("“no longer needed”"),
        "{refused}"
    );
    let now = home.tool(source, "add").await;
    assert_eq!(now.state, ToolState::Off);
    on_as(&now).await.unwrap();
    // The same that somebody else decided meanwhile changes nothing, and is no reason to refuse.
    on_as(&seen).await.unwrap();
}

#[tokio::test]
async fn a_tool_that_has_changed_must_be_looked_at_again() {
    let (home, source) = home().await;
    let seen = home.tool(source, "add").await;
    home.registry
        .turn_on(&home.developer, on(&home, &seen, Handling::Run))
        .await
        .unwrap();
    let mut changed = operation("add", RiskClass::Write, false);
    changed.description = "Adds everything.".to_owned();
    home.redefine(source, &seen, &changed).await;

    let now = home.tool(source, "add").await;
    assert_eq!(now.state, ToolState::NeedsReview);
    let stale = home
        .registry
        .turn_on(&home.developer, on(&home, &seen, Handling::Run))
        .await;
    assert_eq!(stale.unwrap_err().code(), "tool_changed");
    assert_eq!(
        reads(&home, &home.developer, source).await,
        1,
        "only the other one"
    );

    home.registry
        .turn_on(&home.developer, on(&home, &now, Handling::Hold))
        .await
        .unwrap();
    assert_eq!(
        home.tool(source, "add").await.state,
        ToolState::On(Handling::Hold)
    );
}

#[tokio::test]
async fn a_tool_that_cannot_be_called_cannot_be_turned_on() {
    let (home, source) = home().await;
    let broken = home.tool(source, "broken").await;
    let refused = home
        .registry
        .turn_on(&home.developer, on(&home, &broken, Handling::Hold))
        .await;
    assert_eq!(refused.unwrap_err().code(), "tool_unsupported");
}

#[tokio::test]
async fn a_decision_is_kept_with_who_and_why_and_superseded_by_the_next() {
    let (home, source) = home().await;
    let add = home.tool(source, "add").await;
    let first = home
        .registry
        .turn_on(&home.developer, on(&home, &add, Handling::Run))
        .await
        .unwrap();
    let same = home
        .registry
        .turn_on(&home.developer, on(&home, &add, Handling::Run))
        .await
        .unwrap();
    let other = home
        .registry
        .turn_on(&home.developer, on(&home, &add, Handling::Hold))
        .await
        .unwrap();
    let gone = home
        .registry
        .turn_off(&home.reviewer, off(&home, &add))
        .await
        .unwrap();

    assert_eq!(first.id, same.id, "saying it again is no new decision");
    assert_ne!(first.id, other.id);
    let now = home.tool(source, "add").await.decided.unwrap();
    assert_eq!((now.id, now.choice), (gone.id, Choice::Off));
    assert_eq!(now.by_label, home.reviewer.who().person_label);
    assert_eq!(now.reason, "no longer needed");
    assert_eq!(
        home.acts().await,
        ["tool.turned_on", "tool.turned_on", "tool.turned_off"]
    );
}

#[tokio::test]
async fn another_tenant_can_decide_nothing() {
    let (home, source) = home().await;
    let add = home.tool(source, "add").await;
    let globex = home.database.house("globex").await;
    let stranger = globex.member(&home.database, Role::Owner).await;
    for environment in [home.house.environment, globex.environment] {
        let mut turn_on = on(&home, &add, Handling::Hold);
        turn_on.environment = environment;
        let mut turn_off = off(&home, &add);
        turn_off.environment = environment;
        let reads = TurnOnReads {
            source,
            environment,
            reason: "because".parse().unwrap(),
        };
        let refused = [
            home.registry.turn_on(&stranger, turn_on).await.unwrap_err(),
            home.registry
                .turn_off(&stranger, turn_off)
                .await
                .unwrap_err(),
            home.registry
                .turn_on_reads(&stranger, reads)
                .await
                .unwrap_err(),
        ];
        assert!(
            refused.iter().all(|error| error.kind() == Kind::NotFound),
            "{refused:?}"
        );
    }
    println!("6 ways for another tenant to decide about a tool, all refused");
}

#[tokio::test]
async fn decisions_at_once_leave_one() {
    let (home, source) = home().await;
    let add = home.tool(source, "add").await;
    let tries = 12;
    let deciding: Vec<_> = (0..tries)
        .map(|number| {
            let handling = if number % 2 == 0 {
                Handling::Run
            } else {
                Handling::Hold
            };
            let (registry, developer) = (home.registry.clone(), home.developer.clone());
            let cmd = on(&home, &add, handling);
            tokio::spawn(async move { registry.turn_on(&developer, cmd).await })
        })
        .collect();
    for decided in deciding {
        decided.await.unwrap().unwrap();
    }
    let mut admin = home.database.admin().await;
    let (current, all): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE superseded_at IS NULL), count(*) FROM enablement",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(current, 1);
    assert_eq!(usize::try_from(all).unwrap(), home.acts().await.len());
    println!("{tries} decisions at once, {all} recorded, 1 in force");
}
