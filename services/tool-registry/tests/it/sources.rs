//! Sources and tools, as people see them.

use std::collections::HashMap;

use countersign_domain::{Fault as _, Kind, risk::RiskClass, role::Role};

use crate::house::{Home, operation};

#[tokio::test]
async fn a_source_is_shown_with_its_operations_by_class() {
    let home = Home::new().await;
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("show", RiskClass::Read, true),
        operation("pay", RiskClass::Billing, true),
    ];
    home.source("Shop", &operations).await;

    let sources = home.registry.sources(&home.reviewer).await.unwrap();

    let counts: Vec<_> = sources[0]
        .classes
        .iter()
        .map(|count| (count.class, count.operations, count.high_risk))
        .collect();
    assert_eq!(
        counts,
        [(RiskClass::Read, 2, 1), (RiskClass::Billing, 1, 1)]
    );
    assert!(sources[0].latest.is_some());
    let slug = &sources[0].source.slug;
    let detail = home.registry.source(&home.reviewer, slug).await.unwrap();
    assert_eq!(detail.revisions.len(), 1);
}

#[tokio::test]
async fn another_tenant_sees_no_source_and_no_tool() {
    let home = Home::new().await;
    let source = home
        .source("Shop", &[operation("list", RiskClass::Read, false)])
        .await;
    let whole = home.tool(source, "list").await.tool;
    let tool = whole.id;
    let globex = home.database.house("globex").await;
    let stranger = globex.member(&home.database, Role::Owner).await;
    let registry = &home.registry;

    assert!(registry.sources(&stranger).await.unwrap().is_empty());
    let slug = "shop".parse().unwrap();
    let refused = [
        registry
            .source(&stranger, &slug)
            .await
            .map(drop)
            .unwrap_err(),
        registry
            .tool_briefs(&stranger, source, globex.environment)
            .await
            .map(drop)
            .unwrap_err(),
        registry
            .tool(&stranger, tool, globex.environment)
            .await
            .map(drop)
            .unwrap_err(),
        registry
            .tool(&stranger, tool, home.house.environment)
            .await
            .map(drop)
            .unwrap_err(),
    ];
    assert!(
        refused.iter().all(|error| error.kind() == Kind::NotFound),
        "{refused:?}"
    );
    let environments = registry.environments(&stranger).await.unwrap();
    assert_eq!(environments.len(), 1);
    assert_eq!(environments[0].id, globex.environment);
    let versions = [whole.version];
    let theirs = registry.input_schemas(&stranger, &versions).await.unwrap();
    assert!(theirs.is_empty(), "{theirs:?}");
    let ours = registry.input_schemas(&home.reviewer, &versions).await;
    let schema = whole.operation.input_schema;
    assert_eq!(ours.unwrap(), HashMap::from([(whole.version, schema)]));
    println!(
        "{} ways for another tenant to see a source or a tool, all closed",
        refused.len() + 3
    );
}
