//! Answers with schemas: what is published, what comes back, and that no answer is ever lost.

use countersign_domain::operation::Method;
use countersign_tests::{Agent, House, Upstream};
use serde_json::{Map, Value, json};

/// Posts as an agent of 2026-07-28.
async fn post_modern(house: &House, agent: &Agent, method: &str, mut params: Value) -> Value {
    let name = params
        .get("name")
        .and_then(Value::as_str)
        .map(str::to_owned);
    params["_meta"] = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    let bearer = format!("Bearer {}", agent.token);
    let mut headers = vec![
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", method),
        ("authorization", &bearer),
    ];
    headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let answer = house
        .http(Method::Post, &agent.url, &headers, Some(body))
        .await;
    serde_json::from_slice(&answer.body).unwrap()
}

async fn post(
    house: &House,
    agent: &Agent,
    modern: bool,
    (method, params): (&str, Value),
) -> Value {
    if modern {
        return post_modern(house, agent, method, params).await;
    }
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    house.post(agent, &message).await.body
}

/// The output schemas of a list by tool, each compiled as a client does.
fn schemas(list: &Value) -> Map<String, Value> {
    let tools = list["result"]["tools"].as_array().unwrap();
    tools
        .iter()
        .filter_map(|tool| {
            let schema = tool.get("outputSchema")?;
            assert_eq!(schema["type"], "object");
            jsonschema::draft202012::new(schema).unwrap();
            Some((tool["name"].as_str()?.to_owned(), schema.clone()))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_upstream_answers_reaches_the_agent_in_the_form_that_was_published() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let order = |id: &str| ("get_order", json!({"order_id": id}));
    let outside = |value: Value| json!({"answer_outside_schema": value});
    let mut checked = 0;
    for modern in [false, true] {
        let list = post(&house, &agent, modern, ("tools/list", json!({}))).await;
        let published = schemas(&list);
        assert_eq!(
            published.keys().collect::<Vec<_>>(),
            ["get_order", "list_orders"]
        );
        assert!(published["get_order"]["properties"].get("draft").is_none());
        for ((tool, arguments), wanted, problem) in [
            (
                ("list_orders", json!({"limit": 1})),
                json!({"result": ["o-1", "o-2"]}),
                None,
            ),
            (
                order("odd"),
                outside(json!({"id": 7})),
                Some("output_mismatch"),
            ),
            (
                order("list"),
                outside(json!(["not", "an", "order"])),
                Some("output_mismatch"),
            ),
            (
                order("plain"),
                outside(json!("no JSON")),
                Some("output_not_json"),
            ),
            (
                order("none"),
                outside(json!("HTTP 204 No Content\n\nThe answer has no body.")),
                Some("output_not_json"),
            ),
        ] {
            let params = json!({"name": tool, "arguments": arguments});
            let answer = post(&house, &agent, modern, ("tools/call", params)).await;
            let result = &answer["result"];
            assert_eq!(result["isError"], false, "{answer}");
            assert_eq!(result["structuredContent"], wanted, "{answer}");
            assert_eq!(result["_meta"]["dev.countersign/output"].as_str(), problem);
            assert!(jsonschema::draft202012::is_valid(&published[tool], &wanted));
            assert!(!result["content"][0]["text"].as_str().unwrap().is_empty());
            checked += 1;
        }
        let params = json!({"name": "get_order", "arguments": {"order_id": "o-7"}});
        let good = post(&house, &agent, modern, ("tools/call", params)).await;
        assert_eq!(good["result"]["structuredContent"]["id"], "o-7");
        let params = json!({"name": "get_order", "arguments": {"order_id": "broken"}});
        let failed = post(&house, &agent, modern, ("tools/call", params)).await;
        assert_eq!(failed["result"]["isError"], true);
        assert_eq!(failed["result"].get("structuredContent"), None);
    }
    println!("N = {checked} answers that break or fit their schema reached the agent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_comes_as_a_text_is_read_and_the_record_says_so() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;

    let arguments = json!({"filter": "{\"paid\": true}", "limit": null});
    let answer = house.call(&agent, "list_orders", &arguments).await;

    assert!(!answer.is_error(), "{}", answer.body);
    assert_eq!(
        upstream.count("GET /orders?filter=%7B%22paid%22%3Atrue%7D"),
        1
    );
    let mut admin = house.database.admin().await;
    let detail: String = sqlx::query_scalar(
        "SELECT detail::text FROM record WHERE tool_name = 'list_orders' AND call_id IS NOT NULL",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    let detail: Value = serde_json::from_str(&detail).unwrap();
    assert_eq!(detail["decoded"], json!(["/filter"]));
}
