//! What was said of tools before, as it is stored: definitions never change.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_word_that_made_another_method_safe_does_so_no_more() {
    let scene = scene().await;
    scene.say(REFUND, risk(RiskClass::Read, false)).await;
    let version = scene.tool(REFUND).await.tool.version;
    let mut admin = scene.house.database.admin().await;
    let stored = "UPDATE tool_version
        SET definition = jsonb_set(definition, '{risk,read_only}', 'true') WHERE id = $1";
    let stored = sqlx::query(stored).bind(version.as_uuid());
    let stored = stored.execute(&mut admin).await.unwrap();
    assert_eq!(stored.rows_affected(), 1);
    scene.turn_on(REFUND, Handling::Run).await;
    assert!(scene.tool(REFUND).await.tool.operation.risk.read_only);

    let listed = scene.listed().await;
    let arguments = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    let answer = scene
        .house
        .call(&scene.agent, "create_refund", &arguments)
        .await;

    assert!(!answer.is_error(), "{}", answer.body);
    assert_eq!(scene.count("call.intended").await, 1);
    let of = |name: &str| listed.iter().find(|tool| tool["name"] == name).unwrap();
    let hints = &of("create_refund")["annotations"];
    assert_eq!(
        (&hints["readOnlyHint"], &hints["idempotentHint"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(of("list_orders")["annotations"]["readOnlyHint"], true);
}
