//! What a newer version of the server wrote while this one still runs beside it: of what it cannot
//! read nothing is done, and everything else goes on.

use countersign_domain::{Fault as _, decision::Handling, operation::Method, tool::Choice};
use countersign_tests::{House, Upstream};
use countersign_tool_registry::{DecideTools, LookedAt, Seen, TurnOff, TurnOn};
use serde_json::json;
use sqlx::Executor as _;

use crate::front::Front;

const REVIEW: &str = "/t/acme/sources/corner-shop";

/// Writes a part of the definition of a tool as some version to come may.
async fn write(house: &House, tool: &str, part: &str, value: &str) {
    let sql = "UPDATE tool_version v SET definition = jsonb_set(definition, $2::text[], $3::jsonb)
         FROM tool t WHERE t.current_version = v.id AND t.name = $1";
    let query = sqlx::query(sql).bind(tool).bind(part).bind(value);
    let written = query.execute(&mut house.database.admin().await).await;
    let written = written.unwrap();
    assert_eq!(written.rows_affected(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_cannot_be_read_takes_no_other_along() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    // Of one only how it is called cannot be read, of the other not even what it is.
    write(&house, "create_refund", "{body,kind}", r#""hologram""#).await;
    write(&house, "delete_order", "{risk,class}", r#""SPACE""#).await;

    let agent = house.agent_of(&owner, &shop).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let list = house.post(&agent, &list).await;
    let listed = list.body["result"]["tools"].as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["get_order", "list_orders", "set_order_labels"]);
    for tool in ["create_refund", "delete_order", "no_such_tool"] {
        let refused = house.call(&agent, tool, &json!({"order_id": "a"})).await;
        let told = refused.body["error"]["message"].as_str().unwrap();
        assert_eq!(told.replace(tool, "it"), "Unknown tool: it");
    }
    let order = json!({"order_id": "a"});
    assert!(!house.call(&agent, "get_order", &order).await.is_error());

    let front = Front::open(&house, "newer").await;
    let ada = front.browser(&house, &owner).await;
    let (status, page) = ada.ask(Method::Get, REVIEW, None).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("1 tool is not shown"), "{page}");
    let refund = page.split("data-name=\"create_refund\"").nth(1).unwrap();
    let refund = refund.split("</tr>").next().unwrap();
    assert!(refund.contains("this one cannot read"), "{refund}");
    assert_eq!(page.matches("this one cannot read").count(), 2, "{page}");

    let tools = house.tools(&owner, shop.source, shop.environment).await;
    let refund = tools.iter().find(|view| view.tool.name == "create_refund");
    let off = TurnOff {
        tool: refund.unwrap().tool.id,
        environment: shop.environment,
        reason: "it is too new".parse().unwrap(),
    };
    let off = house.registry.turn_off(&owner.scope, off).await;
    assert_eq!(off.unwrap().choice, Choice::Off);
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_cannot_be_read_is_not_turned_on() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let tools = house.tools(&owner, shop.source, shop.environment).await;
    let named = |name: &str| tools.iter().find(|view| view.tool.name == name).unwrap();
    let (refund, order) = (named("create_refund"), named("get_order"));
    let reason = || "the desk needs it".parse().unwrap();
    let decide = async |choice: Choice| {
        let wish = DecideTools {
            source: shop.source,
            environment: shop.environment,
            choice,
            tools: [refund, order]
                .map(|view| LookedAt {
                    seen: Seen::Unsaid,
                    ..view.looked_at()
                })
                .to_vec(),
            reason: reason(),
        };
        let outcome = house.registry.decide_tools(&owner.scope, wish).await;
        outcome.unwrap()
    };
    assert_eq!(decide(Choice::Off).await.decided.len(), 2);
    write(&house, "create_refund", "{body,kind}", r#""hologram""#).await;

    let alone = TurnOn {
        tool: refund.tool.id,
        version: refund.tool.version,
        seen: Seen::Unsaid,
        environment: shop.environment,
        handling: Handling::Hold,
        reason: reason(),
    };
    let alone = house.registry.turn_on(&owner.scope, alone).await;
    assert_eq!(alone.unwrap_err().code(), "tool_unreadable");
    let together = decide(Choice::On(Handling::Hold)).await;
    assert_eq!(together.decided, ["get_order"]);
    assert_eq!(together.refused[0].why.code(), "tool_unreadable");
    assert_eq!(decide(Choice::Off).await.decided, ["get_order"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_whose_credential_cannot_be_read_takes_no_other_along() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let mut admin = house.database.admin().await;
    let newer = r#"UPDATE credential SET scheme = '{"kind": "entangled"}'"#;
    admin.execute(newer).await.unwrap();

    let agent = house.agent_of(&owner, &shop).await;
    let order = json!({"order_id": "a"});
    let order = house.call(&agent, "get_order", &order).await;
    assert_eq!(order.code(), "not_connected", "{}", order.body);
    assert_eq!(upstream.seen().len(), 0);
}
