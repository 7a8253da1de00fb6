//! Undoing what was decided about many tools at once.

use countersign_access::TenantScope;
use countersign_domain::{
    Fault as _, Kind,
    decision::Handling,
    id::{EnablementId, SourceId},
    risk::RiskClass,
    role::Role,
    tool::{Choice, ToolState},
};
use countersign_tool_registry::{
    DecideTools, DecidedTools, RefusedTool, ToolDecisionError, UndoDecision,
};

use crate::house::{Home, operation};

const ON: ToolState = ToolState::On(Handling::Run);
const HELD: ToolState = ToolState::On(Handling::Hold);

async fn home() -> (Home, SourceId) {
    let home = Home::new().await;
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("show", RiskClass::Read, false),
        operation("add", RiskClass::Write, false),
        operation("pay", RiskClass::Billing, true),
    ];
    let source = home.source("Shop", &operations).await;
    (home, source)
}

async fn decide(
    (home, source): (&Home, SourceId),
    scope: &TenantScope,
    names: &[&str],
    choice: Choice,
) -> EnablementId {
    let mut tools = Vec::new();
    for name in names {
        tools.push(home.tool(source, name).await.looked_at());
    }
    let cmd = DecideTools {
        source,
        environment: home.house.environment,
        choice,
        tools,
        reason: "for the holidays".parse().unwrap(),
    };
    let outcome = home.registry.decide_tools(scope, cmd).await.unwrap();
    assert_eq!(outcome.decided.len(), names.len(), "{outcome:?}");
    outcome.decision.unwrap()
}

async fn undo(
    (home, source): (&Home, SourceId),
    scope: &TenantScope,
    decision: EnablementId,
) -> Result<DecidedTools, ToolDecisionError> {
    let cmd = UndoDecision {
        source,
        environment: home.house.environment,
        decision,
    };
    home.registry.undo_decision(scope, cmd).await
}

async fn states(home: &Home, source: SourceId) -> [ToolState; 4] {
    let state = async |name| home.tool(source, name).await.state;
    [
        state("list").await,
        state("show").await,
        state("add").await,
        state("pay").await,
    ]
}

fn refusals(refused: &[RefusedTool]) -> Vec<(&str, &str)> {
    let mut told: Vec<_> = refused
        .iter()
        .map(|one| (one.name.as_deref().unwrap_or("nameless"), one.why.code()))
        .collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn each_tool_is_again_what_it_was_with_a_row_of_its_own() {
    let (home, source) = home().await;
    let owner = home.house.member(&home.database, Role::Owner).await;
    let here = (&home, source);
    decide(here, &owner, &["list"], Choice::On(Handling::Run)).await;
    decide(here, &owner, &["show", "pay"], Choice::On(Handling::Hold)).await;
    let before = states(&home, source).await;
    let off = decide(here, &owner, &["list", "show", "pay"], Choice::Off).await;

    let undoable = async |scope, decision| {
        let cmd = UndoDecision {
            source,
            environment: home.house.environment,
            decision,
        };
        home.registry.undoable(scope, cmd).await.unwrap()
    };
    assert_eq!(undoable(&owner, off).await, 3);
    assert_eq!(undoable(&home.developer, off).await, 0, "somebody else's");

    let outcome = undo(here, &owner, off).await.unwrap();

    assert_eq!(undoable(&owner, off).await, 0, "it stands no more");
    assert_eq!(outcome.decided.len(), 3);
    assert_eq!(states(&home, source).await, before);
    assert_eq!(before, [ON, HELD, ToolState::Off, HELD]);
    let detail = home.detail("tool.turned_on").await;
    assert_eq!(detail["reason"], "Undone: for the holidays");
    let together = outcome.decision.unwrap().to_string();
    assert_eq!(detail["decided_together"], together, "all rows name it");
    assert_eq!(detail["undoes"], off.to_string(), "and what they undo");
    assert_eq!(home.acts().await.len(), 3 + 3 + 3);

    let again = undo(here, &owner, off).await.unwrap();
    assert_eq!((again.decided.len(), again.same), (0, 3), "once is enough");
    assert_eq!(home.acts().await.len(), 9);
}

#[tokio::test]
async fn what_nobody_had_decided_about_is_off_again() {
    let (home, source) = home().await;
    let here = (&home, source);
    let on = decide(
        here,
        &home.developer,
        &["list", "add"],
        Choice::On(Handling::Run),
    )
    .await;

    let outcome = undo(here, &home.developer, on).await.unwrap();

    assert_eq!((outcome.decided.len(), outcome.were_on), (2, 2));
    assert_eq!(states(&home, source).await, [ToolState::Off; 4]);
}

#[tokio::test]
async fn what_somebody_decided_since_stays_and_is_said() {
    let (home, source) = home().await;
    let here = (&home, source);
    let on = decide(
        here,
        &home.developer,
        &["list", "add"],
        Choice::On(Handling::Run),
    )
    .await;
    decide(here, &home.developer, &["list"], Choice::On(Handling::Hold)).await;

    let outcome = undo(here, &home.developer, on).await.unwrap();

    assert_eq!(outcome.decided, ["add"]);
    assert_eq!(
        refusals(&outcome.refused),
        [("list", "tool_decided_meanwhile")]
    );
    let told = outcome.refused[0].why.to_string();
    assert!(told.contains("for the holidays"), "{told}");
    assert_eq!(states(&home, source).await[0], HELD);
}

#[tokio::test]
async fn what_an_import_carried_over_is_still_the_decision_that_is_undone() {
    let (home, source) = home().await;
    let here = (&home, source);
    let run = Choice::On(Handling::Run);
    let on = decide(here, &home.developer, &["list", "show"], run).await;
    let list = home.tool(source, "list").await;
    let mut changed = operation("list", RiskClass::Read, false);
    changed.description = "Lists them.".to_owned();
    home.redefine(source, &list, &changed).await;
    home.carry(source, &list).await;
    assert_eq!(states(&home, source).await[0], ON);

    let outcome = undo(here, &home.developer, on).await.unwrap();

    assert_eq!(outcome.decided.len(), 2, "{outcome:?}");
    assert_eq!(states(&home, source).await, [ToolState::Off; 4]);
}

#[tokio::test]
async fn turning_on_again_takes_what_turning_on_takes() {
    let (home, source) = home().await;
    let owner = home.house.member(&home.database, Role::Owner).await;
    let here = (&home, source);
    let names = ["list", "add", "pay"];
    decide(here, &owner, &names, Choice::On(Handling::Hold)).await;
    let off = decide(here, &home.developer, &names, Choice::Off).await;
    let add = home.tool(source, "add").await;
    let mut changed = operation("add", RiskClass::Write, false);
    changed.description = "Adds everything.".to_owned();
    home.redefine(source, &add, &changed).await;

    let outcome = undo(here, &home.developer, off).await.unwrap();

    assert_eq!(outcome.decided, ["list"]);
    let expected = [("add", "tool_changed"), ("pay", "forbidden")];
    assert_eq!(refusals(&outcome.refused), expected);
    assert_eq!(
        states(&home, source).await,
        [HELD, ToolState::Off, ToolState::Off, ToolState::Off]
    );
}

#[tokio::test]
async fn nobody_else_undoes_it_and_no_other_decision_is_found() {
    let (home, source) = home().await;
    let here = (&home, source);
    let on = decide(here, &home.developer, &["list"], Choice::On(Handling::Run)).await;
    let auditor = home.house.member(&home.database, Role::Auditor).await;
    let globex = home.database.house("globex").await;
    let stranger = globex.member(&home.database, Role::Owner).await;
    let other = home
        .source("Desk", &[operation("sit", RiskClass::Read, false)])
        .await;

    let denied = undo(here, &auditor, on).await.unwrap_err();
    assert_eq!(denied.kind(), Kind::Forbidden);
    let unknown = [
        undo(here, &stranger, on).await,
        undo((&home, other), &home.developer, on).await,
        undo(
            here,
            &home.developer,
            home.tool(other, "sit").await.tool.id.as_uuid().into(),
        )
        .await,
    ];
    for answer in unknown {
        assert_eq!(answer.unwrap_err().kind(), Kind::NotFound);
    }
    assert_eq!(states(&home, source).await[0], ON);
}
