//! The endpoint as a protocol: who is let in, both eras, and what is refused before anything runs.

use chrono::TimeDelta;
use countersign_domain::operation::Method;
use countersign_tests::{Agent, House, Upstream};
use serde_json::{Value, json};

async fn open() -> (House, Upstream, Agent) {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    (house, upstream, agent)
}

fn list() -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string()
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread")]
async fn t09_without_a_good_token_the_way_to_one_is_told() {
    let (house, upstream, agent) = open().await;
    let bearer = format!("Bearer {}", agent.token);
    let in_query = format!("{}?access_token={}", agent.url, agent.token);
    let bad: [(&str, &str, bool); 7] = [
        (&agent.url, "", false),
        (&in_query, "", false),
        (&agent.url, "Bearer csa_nothing", true),
        (&agent.url, "Basic dXNlcjpwYXNz", true),
        (&agent.url, "Bearer", true),
        (&agent.url, "Bearer  ", true),
        (&agent.url.replace("/support", "/other"), &bearer, true),
    ];
    for (url, authorization, said_invalid) in &bad {
        let mut headers = vec![JSON];
        if !authorization.is_empty() {
            headers.push(("authorization", authorization));
        }
        let answer = house.http(Method::Post, url, &headers, Some(list())).await;
        assert_eq!(answer.status, 401, "{url} {authorization}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("resource_metadata=\"http://127.0.0.1:"),
            "{challenge}"
        );
        assert!(challenge.contains("scope=\"tools:read"), "{challenge}");
        assert_eq!(
            challenge.contains("error=\"invalid_token\""),
            *said_invalid,
            "{challenge}"
        );
    }
    let two = [
        JSON,
        ("authorization", bearer.as_str()),
        ("authorization", "Bearer x"),
    ];
    assert_eq!(
        house
            .http(Method::Post, &agent.url, &two, Some(list()))
            .await
            .status,
        400
    );
    assert_eq!(upstream.seen().len(), 0);
    println!("{} ways to be nobody: 0 let in", bad.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn t08_a_token_is_good_for_one_endpoint_only() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let eve = house.owner_of("evil").await;
    let shops = [
        house.shop(&ada, &upstream.base).await,
        house.shop(&eve, &upstream.base).await,
    ];
    let agents = [
        house.agent_of(&ada, &shops[0]).await,
        house.agent_of(&eve, &shops[1]).await,
    ];
    for (own, agent) in agents.iter().enumerate() {
        for (target, other) in agents.iter().enumerate() {
            let mixed = Agent {
                url: other.url.clone(),
                token: agent.token.clone(),
            };
            let status = house
                .call(&mixed, "get_order", &json!({"order_id": "a"}))
                .await
                .status;
            assert_eq!(status, if own == target { 200 } else { 401 });
        }
    }
    println!("2 x 2 tokens and endpoints: 2 of 4 let in");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_other_names_and_other_media_are_refused_even_with_a_token() {
    let (house, _upstream, agent) = open().await;
    let bearer = format!("Bearer {}", agent.token);
    let token = ("authorization", bearer.as_str());
    let evil = [JSON, token, ("origin", "https://evil.example")];
    assert_eq!(
        house
            .http(Method::Post, &agent.url, &evil, Some(list()))
            .await
            .status,
        403
    );
    let null = [JSON, token, ("origin", "null")];
    assert_eq!(
        house
            .http(Method::Post, &agent.url, &null, Some(list()))
            .await
            .status,
        403
    );
    let origin = house.public.origin();
    let own = [JSON, token, ("origin", origin.as_str())];
    assert_eq!(
        house
            .http(Method::Post, &agent.url, &own, Some(list()))
            .await
            .status,
        200
    );
    let text = [("content-type", "text/plain"), token];
    assert_eq!(
        house
            .http(Method::Post, &agent.url, &text, Some(list()))
            .await
            .status,
        415
    );
    let rebound = agent.url.replace("127.0.0.1", "localhost");
    assert_eq!(
        house
            .http(Method::Post, &rebound, &[JSON, token], Some(list()))
            .await
            .status,
        403
    );
    for method in [Method::Get, Method::Delete] {
        assert_eq!(
            house.http(method, &agent.url, &[token], None).await.status,
            405
        );
    }
    let huge = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}\"}}",
        "x".repeat(1 << 20)
    );
    assert_eq!(
        house
            .http(Method::Post, &agent.url, &[JSON, token], Some(huge))
            .await
            .status,
        413
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_client_gets_the_handshake_and_its_revision() {
    let (house, _upstream, agent) = open().await;
    for version in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        let hello = json!({"jsonrpc": "2.0", "id": "h", "method": "initialize",
            "params": {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
        let answer = house.post(&agent, &hello).await;
        assert_eq!(answer.body["result"]["protocolVersion"], version);
        assert_eq!(answer.body["id"], "h");
        assert!(answer.body["result"].get("resultType").is_none());
    }
    let unknown = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2026-07-28"}});
    assert_eq!(
        house.post(&agent, &unknown).await.body["result"]["protocolVersion"],
        "2025-11-25"
    );
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(house.post(&agent, &note).await.status, 202);
    let ping = json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
    assert_eq!(house.post(&agent, &ping).await.body["result"], json!({}));
    let missing = json!({"jsonrpc": "2.0", "id": 3, "method": "prompts/list"});
    let answer = house.post(&agent, &missing).await;
    assert_eq!(
        (answer.status, &answer.body["error"]["code"]),
        (200, &json!(-32601))
    );
    let batch = json!([ping, note, ping]);
    assert_eq!(
        house
            .post(&agent, &batch)
            .await
            .body
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modern_client_discovers_lists_and_calls() {
    let (house, upstream, agent) = open().await;
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    let send = async |method: &str, name: Option<&str>, mut params: Value| {
        params["_meta"] = meta.clone();
        let bearer = format!("Bearer {}", agent.token);
        let mut headers = vec![
            JSON,
            ("authorization", &bearer),
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", method),
        ];
        headers.extend(name.map(|name| ("mcp-name", name)));
        let message = json!({"jsonrpc": "2.0", "id": "m", "method": method, "params": params});
        let answer = house
            .http(
                Method::Post,
                &agent.url,
                &headers,
                Some(message.to_string()),
            )
            .await;
        (
            answer.status,
            serde_json::from_slice::<Value>(&answer.body).unwrap(),
        )
    };

    let (_, found) = send("server/discover", None, json!({})).await;
    assert_eq!(found["result"]["supportedVersions"], json!(["2026-07-28"]));
    assert_eq!(found["result"]["cacheScope"], "private");
    let (_, tools) = send("tools/list", None, json!({})).await;
    let names: Vec<_> = tools["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "create_refund",
            "delete_order",
            "get_order",
            "list_orders",
            "set_order_labels"
        ]
    );
    assert_eq!(
        (
            &tools["result"]["resultType"],
            &tools["result"]["cacheScope"]
        ),
        (&json!("complete"), &json!("private"))
    );
    let call = json!({"name": "get_order", "arguments": {"order_id": "m-1"}});
    let (_, called) = send("tools/call", Some("get_order"), call.clone()).await;
    assert_eq!(called["result"]["structuredContent"]["id"], "m-1");
    assert_eq!(
        called["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "countersign"
    );
    let (status, mismatch) = send("tools/call", Some("list_orders"), call).await;
    assert_eq!((status, &mismatch["error"]["code"]), (400, &json!(-32020)));
    let (_, no_arguments) = send(
        "tools/call",
        Some("list_orders"),
        json!({"name": "list_orders"}),
    )
    .await;
    assert_eq!(no_arguments["result"]["isError"], false);
    let (status, gone) = send("tasks/list", None, json!({})).await;
    assert_eq!((status, &gone["error"]["code"]), (404, &json!(-32601)));
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_agent_is_nobody_within_a_second() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    assert_eq!(
        house.call(&agent, "list_orders", &json!({})).await.status,
        200
    );
    let grants = countersign_oauth_server::Grants::new(house.store.clone(), house.world.clone());
    let grant = grants.list(&ada.scope).await.unwrap().remove(0).id;

    grants.revoke(&ada.scope, grant).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;

    assert_eq!(
        house.call(&agent, "list_orders", &json!({})).await.status,
        401
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_a_batch_does_not_hide_what_the_batch_has_done() {
    let (house, upstream, agent) = open().await;
    let call = |id: i64, name: &str| {
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": {"name": name, "arguments": {"order_id": "o-1"}}})
    };
    let narrowed = "UPDATE oauth_access_token SET scopes = ARRAY['tools:write']";
    sqlx::query(narrowed)
        .execute(&mut house.database.admin().await)
        .await
        .unwrap();

    let batch = json!([call(1, "set_order_labels"), call(2, "get_order")]);
    let answer = house.post(&agent, &batch).await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body[0]["result"]["isError"], false);
    assert_eq!(
        answer.body[1]["error"]["data"]["reason"],
        "insufficient_scope"
    );
    assert_eq!(upstream.seen().len(), 1);
    assert_eq!(
        house
            .call(&agent, "get_order", &json!({"order_id": "o-1"}))
            .await
            .status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_guesses_tokens_is_told_to_wait() {
    let (house, _upstream, agent) = open().await;
    let guess = async |number: usize| {
        let stranger = Agent {
            token: format!("csa_{number:043}"),
            ..agent.clone()
        };
        house.post(&stranger, &json!({})).await.status
    };
    let mut told = 0;
    for number in 0..120 {
        told += usize::from(guess(number).await == 429);
    }
    assert_eq!(told, 120 - 50);
    house.clock.advance(TimeDelta::seconds(1));
    assert_eq!(guess(120).await, 401);
    let order = json!({"order_id": "o-1"});
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 200);
    for number in 121..200 {
        guess(number).await;
    }
    assert_eq!(guess(200).await, 429);
    assert_eq!(house.call(&agent, "get_order", &order).await.status, 200);
    println!("120 guessed tokens: {told} not even looked at, 0 let in");
}
