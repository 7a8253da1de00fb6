//! Endpoints and the tools chosen for them.

use countersign_domain::{
    Fault as _, Kind, digest::Digest, id::ToolId, name::Slug, risk::RiskClass, role::Role,
};
use countersign_tool_registry::{CreateEndpoint, EndpointError, SetEndpointTools};

use crate::house::{Home, operation, title};

fn create(home: &Home, name: &str, tools: &[ToolId]) -> CreateEndpoint {
    CreateEndpoint {
        name: title(name),
        slug: None,
        environment: home.house.environment,
        tools: tools.to_vec(),
    }
}

#[tokio::test]
async fn an_endpoint_has_the_tools_that_were_chosen_and_turns_none_on() {
    let home = Home::new().await;
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("add", RiskClass::Write, false),
    ];
    let source = home.source("Shop", &operations).await;
    let (list, add) = (
        home.tool(source, "list").await,
        home.tool(source, "add").await,
    );

    let cmd = create(&home, "Support Desk", &[list.tool.id]);
    let endpoint = home
        .registry
        .create_endpoint(&home.developer, cmd)
        .await
        .unwrap();
    let cmd = SetEndpointTools {
        endpoint: endpoint.slug.clone(),
        seen: None,
        tools: vec![add.tool.id],
    };
    home.registry
        .set_endpoint_tools(&home.developer, cmd)
        .await
        .unwrap();

    assert_eq!(endpoint.slug.as_str(), "support-desk");
    let detail = home
        .registry
        .endpoint(&home.developer, &endpoint.slug)
        .await
        .unwrap();
    let names: Vec<_> = detail
        .tools
        .iter()
        .map(|tool| tool.tool.name.as_str())
        .collect();
    assert_eq!(names, ["add"]);
    let listed = home.registry.endpoints(&home.developer).await.unwrap();
    assert_eq!((listed[0].tools, listed[0].tools_on), (1, 0));
    assert_eq!(home.acts().await, ["endpoint.created", "endpoint.changed"]);
}

#[tokio::test]
async fn a_tool_that_cannot_be_read_is_not_taken_from_its_endpoint_unseen() {
    let home = Home::new().await;
    let operations = [
        operation("list", RiskClass::Read, false),
        operation("add", RiskClass::Write, false),
    ];
    let source = home.source("Shop", &operations).await;
    let (list, add) = (
        home.tool(source, "list").await.tool.id,
        home.tool(source, "add").await.tool.id,
    );
    let (who, registry) = (&home.developer, &home.registry);
    let cmd = create(&home, "Support", &[list]);
    let endpoint = registry.create_endpoint(who, cmd).await.unwrap().slug;
    let set = |seen: Digest, tools: &[ToolId]| {
        let cmd = SetEndpointTools {
            endpoint: endpoint.clone(),
            seen: Some(seen),
            tools: tools.to_vec(),
        };
        registry.set_endpoint_tools(who, cmd)
    };
    let readable = registry.endpoint(who, &endpoint).await.unwrap().chosen();
    set(readable, &[list, add]).await.unwrap();
    let newer = r#"UPDATE tool_version SET definition = jsonb_set(definition, '{risk,class}', '"SPACE"') WHERE tool_id = $1"#;
    let newer = sqlx::query(newer).bind(add.as_uuid());
    let written = newer.execute(&mut home.database.admin().await).await;
    assert_eq!(written.unwrap().rows_affected(), 1);

    let shown = registry.endpoint(who, &endpoint).await.unwrap();
    assert_eq!(shown.tools.len(), 1, "the other cannot be");
    assert_eq!(shown.unreadable[0].id, add);
    let refused = set(readable, &[list]).await.unwrap_err();
    assert_eq!(refused.code(), "endpoint_tools_changed");
    // Who has seen its name may keep it, or take it away.
    set(shown.chosen(), &[list, add]).await.unwrap();
    set(shown.chosen(), &[list]).await.unwrap();
}

#[tokio::test]
async fn two_tools_of_one_name_cannot_be_at_one_endpoint() {
    let home = Home::new().await;
    let shop = home
        .source("Shop", &[operation("list", RiskClass::Read, false)])
        .await;
    let bank = home
        .source("Bank", &[operation("list", RiskClass::Read, false)])
        .await;
    let tools = [
        home.tool(shop, "list").await.tool.id,
        home.tool(bank, "list").await.tool.id,
    ];

    let error = home
        .registry
        .create_endpoint(&home.developer, create(&home, "Both", &tools))
        .await
        .unwrap_err();

    assert_eq!(error.code(), "tool_name_taken");
    assert_eq!(
        error.to_string(),
        "the tool name list is in both Bank and Shop; an endpoint can have only one"
    );
}

#[tokio::test]
async fn an_endpoints_url_is_never_given_twice() {
    let home = Home::new().await;
    home.registry
        .create_endpoint(&home.developer, create(&home, "Support", &[]))
        .await
        .unwrap();
    let mut admin = home.database.admin().await;
    sqlx::query("UPDATE endpoint SET removed_at = now()")
        .execute(&mut admin)
        .await
        .unwrap();

    let again = home
        .registry
        .create_endpoint(&home.developer, create(&home, "Support", &[]))
        .await;

    assert!(matches!(again, Err(EndpointError::SlugTaken(_))));
    assert!(
        home.registry
            .endpoints(&home.developer)
            .await
            .unwrap()
            .is_empty()
    );
    let nameless = home
        .registry
        .create_endpoint(&home.developer, create(&home, "東京", &[]))
        .await;
    assert_eq!(nameless.unwrap_err().code(), "endpoint_slug_missing");
}

#[tokio::test]
async fn another_tenant_sees_no_endpoint_and_lends_no_tool() {
    let home = Home::new().await;
    let source = home
        .source("Shop", &[operation("list", RiskClass::Read, false)])
        .await;
    let list = home.tool(source, "list").await.tool.id;
    home.registry
        .create_endpoint(&home.developer, create(&home, "Support", &[list]))
        .await
        .unwrap();
    let globex = home.database.house("globex").await;
    let stranger = globex.member(&home.database, Role::Owner).await;
    let slug: Slug = "support".parse().unwrap();

    assert!(home.registry.endpoints(&stranger).await.unwrap().is_empty());
    let seen = home.registry.endpoint(&stranger, &slug).await.unwrap_err();
    assert_eq!(seen.kind(), Kind::NotFound);
    let cmd = SetEndpointTools {
        endpoint: slug,
        seen: None,
        tools: Vec::new(),
    };
    let changed = home
        .registry
        .set_endpoint_tools(&stranger, cmd)
        .await
        .unwrap_err();
    assert_eq!(changed.kind(), Kind::NotFound);
    let mut cmd = create(&home, "Theirs", &[list]);
    let elsewhere = home
        .registry
        .create_endpoint(&stranger, cmd.clone())
        .await
        .unwrap_err();
    assert_eq!(
        elsewhere.kind(),
        Kind::NotFound,
        "the environment is not theirs"
    );
    cmd.environment = globex.environment;
    let borrowed = home
        .registry
        .create_endpoint(&stranger, cmd)
        .await
        .unwrap_err();
    assert!(matches!(borrowed, EndpointError::ToolUnknown));
    println!("5 ways for another tenant to reach an endpoint or a tool, all closed");
}

#[tokio::test]
async fn only_those_who_may_make_endpoints() {
    let home = Home::new().await;
    for role in [Role::Reviewer, Role::Auditor] {
        let member = home.house.member(&home.database, role).await;
        let refused = home
            .registry
            .create_endpoint(&member, create(&home, "Mine", &[]))
            .await;
        assert!(matches!(refused, Err(EndpointError::Denied(_))), "{role:?}");
    }
}
