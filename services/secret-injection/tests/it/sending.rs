//! What goes out, and what does not.

use countersign_domain::{
    Fault as _,
    connection::AuthScheme,
    operation::{Body, BodyKind, Method, Place as In, Security},
    record::Status,
};
use countersign_egress::Plenty;
use countersign_secret_injection::{Dispatch as _, OutboundCall, Sent, credential_label, preview};
use serde_json::{Value, json};

use crate::{
    house::{House, alone, bind, header_key, object, operation, query_key, secured},
    upstream::{Upstream, answer},
};

const SECRET: &str = "sk_live_51H8xQ2eZvKYlo2C";

fn json_body() -> Body {
    Body {
        required: true,
        media_type: "application/json".to_owned(),
        kind: BodyKind::Json,
        encoding: Vec::new(),
    }
}

#[tokio::test]
async fn each_scheme_puts_the_secret_where_it_belongs_and_nowhere_else() {
    let house = House::open().await;
    let bearer = format!("Bearer {SECRET}");
    let basic = "Basic YWRhOnNrX2xpdmVfNTFIOHhRMmVadktZbG8yQw==";
    let as_user = format!("ada:{SECRET}");
    let spiced = "a&b=c d/+";
    let cookies = format!("door={SECRET}");
    for (scheme, secret, header, query) in [
        (
            AuthScheme::Bearer,
            SECRET,
            Some(("authorization", &*bearer)),
            "",
        ),
        (
            AuthScheme::Basic,
            &as_user,
            Some(("authorization", basic)),
            "",
        ),
        (
            header_key("X-Api-Key"),
            SECRET,
            Some(("x-api-key", SECRET)),
            "",
        ),
        (
            query_key("key[]"),
            spiced,
            None,
            "&key%5B%5D=a%26b%3Dc%20d%2F%2B",
        ),
        (
            AuthScheme::ApiKeyCookie {
                name: "door".to_owned(),
            },
            SECRET,
            Some(("cookie", &*cookies)),
            "",
        ),
    ] {
        let upstream = Upstream::agreeable().await;
        house.connect(&upstream.url("/v1")).await;
        house.store(scheme, secret).await;
        let mut list = operation(Method::Get, "/items");
        list.binds = vec![bind(In::Query, "page")];

        let outcome = house.call(&list, &json!({"page": 2})).await;

        let arrived = upstream.only();
        let line = format!("GET /v1/items?page=2{query} HTTP/1.1");
        assert_eq!(arrived.line, line);
        if let Some((name, value)) = header {
            assert_eq!(arrived.header(name), Some(value));
        }
        let others = arrived
            .headers
            .iter()
            .filter(|(name, _)| Some(name.as_str()) != header.map(|(name, _)| name));
        for (name, value) in others {
            assert!(!value.contains(SECRET), "{name}");
        }
        assert_eq!((outcome.status(), outcome.sent), (Status::Ok, Sent::Yes));
    }
}

#[tokio::test]
async fn the_outbound_headers_are_exactly_these() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/v1")).await;
    house.store(AuthScheme::Bearer, SECRET).await;
    let mut create = operation(Method::Post, "/items/{id}");
    create.binds = vec![
        bind(In::Path, "id"),
        bind(In::Header, "If-Match"),
        bind(In::Cookie, "flavour"),
    ];
    create.body = Some(json_body());

    let arguments = json!({"id": "a", "If-Match": "w1", "flavour": "x", "body": {"n": 1}});
    house.call(&create, &arguments).await;
    house
        .call(&operation(Method::Get, "/items"), &json!({}))
        .await;

    let [with_all, bare] = upstream.arrived().try_into().unwrap();
    let expected = [
        "accept",
        "accept-encoding",
        "authorization",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "if-match",
        "user-agent",
    ];
    assert_eq!(with_all.header_names(), expected);
    assert_eq!(with_all.text(), r#"{"n":1}"#);
    let user_agent = with_all.header("user-agent").unwrap();
    assert!(user_agent.starts_with("countersign/"), "{user_agent}");
    let expected = [
        "accept",
        "accept-encoding",
        "authorization",
        "host",
        "user-agent",
    ];
    assert_eq!(bare.header_names(), expected);
}

#[tokio::test]
async fn no_argument_may_set_what_says_who_asks_or_where_from() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(AuthScheme::Bearer, SECRET).await;
    let forbidden = [
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "Cookie",
        "Host",
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Real-IP",
        "X-Original-URL",
        "Transfer-Encoding",
        "Content-Length",
        "Connection",
        "Via",
    ];
    for name in forbidden {
        let mut list = operation(Method::Get, "/items");
        list.binds = vec![bind(In::Header, name)];
        let outcome = house.call(&list, &json!({name: "x"})).await;
        assert_eq!(outcome.code(), Some("bind_refused"), "{name}");
        assert_eq!(
            (outcome.status(), outcome.sent),
            (Status::Refused, Sent::No)
        );
    }
    assert!(upstream.arrived().is_empty());
    println!("{} headers that no argument may set", forbidden.len());
}

#[tokio::test]
async fn an_argument_cannot_stand_where_the_credential_goes() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    for (scheme, place, name) in [
        (header_key("X-Api-Key"), In::Header, "x-api-key"),
        (header_key("X-Api-Key"), In::Header, "x_api_key"),
        (query_key("key"), In::Query, "key"),
        (query_key("key"), In::Query, "KEY"),
    ] {
        house.store(scheme, SECRET).await;
        let mut list = operation(Method::Get, "/items");
        list.binds = vec![bind(place, name)];
        let outcome = house.call(&list, &json!({name: "mine"})).await;
        assert_eq!(outcome.code(), Some("credential_clash"));
        assert!(upstream.arrived().is_empty());
    }
}

#[tokio::test]
async fn an_operation_that_lets_anybody_in_takes_an_argument_where_the_credential_would_go() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(header_key("X-Api-Key"), SECRET).await;
    let mut list = operation(Method::Get, "/items");
    list.binds = vec![bind(In::Header, "X-Api-Key")];
    list.security = Security::Public;

    let given = object(&json!({"X-Api-Key": "mine"}));
    let facts = house.facts().await;
    let shown = preview(&list, &given, (&facts, &alone(&facts))).unwrap();
    assert_eq!(shown.credential, None);
    assert_eq!(
        credential_label(&list, &given, (&facts, &alone(&facts))),
        None
    );
    let outcome = house.call(&list, &json!({"X-Api-Key": "mine"})).await;
    assert_eq!(upstream.only().header("x-api-key"), Some("mine"));
    assert_eq!(outcome.credential, None, "nobody was shown ours");

    let outcome = house.call(&list, &json!({})).await;
    let [_, second] = upstream.arrived().try_into().unwrap();
    assert_eq!(second.header("x-api-key"), Some(SECRET), "there is room");
    assert!(outcome.credential.is_some());
    let label = credential_label(&list, &object(&json!({})), (&facts, &alone(&facts)));
    assert_eq!(outcome.credential, label);
}

#[tokio::test]
async fn a_key_is_added_to_a_query_that_is_a_form_and_to_no_other() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(query_key("key"), SECRET).await;
    let whole = |media: &str| {
        let mut search = operation(Method::Query, "/items");
        search.binds = vec![bind(In::Querystring, "whole")];
        search.binds[0].content_type = Some(media.to_owned());
        search
    };
    let form = whole("application/x-www-form-urlencoded");
    let filled = "the argument `whole` is the whole query, so the credential of this connection \
        cannot stand in it; store one that is sent elsewhere, such as in a header";
    let taken = "an argument would set what the credential of this connection sets";
    for (search, value, text) in [
        (&form, json!({"a": 1, "key": "mine"}), taken),
        (&whole("application/json"), json!({"a": 1}), filled),
        (&whole("text/plain"), json!("a"), filled),
    ] {
        let outcome = house.call(search, &json!({"whole": value})).await;
        assert_eq!(outcome.code(), Some("credential_clash"), "{value}");
        assert_eq!(outcome.result.unwrap_err().to_string(), text, "{value}");
        assert!(upstream.arrived().is_empty());
    }
    house.call(&form, &json!({"whole": {"a": "b c"}})).await;
    let line = format!("QUERY /items?a=b%20c&key={SECRET} HTTP/1.1");
    assert_eq!(upstream.only().line, line);
}

#[tokio::test]
async fn templates_in_arguments_stay_what_they_are() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(AuthScheme::Bearer, SECRET).await;
    let mut create = operation(Method::Post, "/items/{id}");
    create.binds = vec![
        bind(In::Path, "id"),
        bind(In::Query, "q"),
        bind(In::Header, "X-Note"),
    ];
    create.body = Some(json_body());
    let templates = [
        "${JWT_SECRET}",
        "{{vault:credential}}",
        "$HOME",
        "%(secret)s",
        "{id}",
        "<%= ENV['KEY'] %>",
        "#{secret}",
        "{{CREDENTIAL}}",
        "${jndi:ldap://x}",
        "$(id)",
    ];
    for template in templates {
        let arguments =
            json!({"id": template, "q": template, "X-Note": template, "body": {"n": template}});
        let outcome = house.call(&create, &arguments).await;
        assert_eq!(outcome.status(), Status::Ok, "{template}");
        let arrived = upstream.arrived().pop().unwrap();

        let target = arrived.line.split(' ').nth(1).unwrap();
        let url: url::Url = upstream.url(target).parse().unwrap();
        let segment = url.path_segments().unwrap().next_back().unwrap();
        let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        assert_eq!(decoded, template);
        let query: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(query, [("q".to_owned(), template.to_owned())]);
        assert_eq!(arrived.header("x-note"), Some(template));
        let body: Value = serde_json::from_slice(&arrived.body).unwrap();
        assert_eq!(body, json!({"n": template}));
    }
    println!(
        "{} templates in 4 places each, all sent as they are",
        templates.len()
    );
}

#[tokio::test]
async fn a_credential_never_goes_to_another_address() {
    let house = House::open().await;
    let elsewhere = Upstream::agreeable().await;
    let there = elsewhere.url("/v1/stolen");
    let upstream =
        Upstream::that(move |_| answer("302 Found", &format!("location: {there}\r\n"), "")).await;
    house.connect(&upstream.url("/v1")).await;
    house.store(AuthScheme::Bearer, SECRET).await;
    let list = operation(Method::Get, "/items");
    let facts = house.facts().await;

    // A redirect is an answer, not a way.
    let redirected = house.call_over(&facts, &list, &json!({})).await;
    assert_eq!(redirected.upstream_status, Some(302));
    // Facts that were put together wrongly: the address of one, the credential of another.
    let mut mixed = facts.clone();
    mixed.base_url = elsewhere.url("/v1").parse().unwrap();
    let mut rebound = facts.clone();
    rebound.credential.as_mut().unwrap().base_url = elsewhere.url("/").parse().unwrap();
    let mut prefixed = facts.clone();
    prefixed.base_url = upstream.url("/v1/refunds").parse().unwrap();
    let mut attempts = 1;
    for facts in [&mixed, &rebound, &prefixed] {
        let outcome = house.call_over(facts, &list, &json!({})).await;
        assert_eq!(outcome.code(), Some("upstream_host_not_allowed"));
        assert_eq!((outcome.sent, outcome.credential), (Sent::No, None));
        let shown = preview(&list, &object(&json!({})), (facts, &alone(facts))).unwrap_err();
        assert_eq!(shown.code(), "upstream_host_not_allowed");
        attempts += 2;
    }
    // Paths and servers that a document or an argument would lead away with.
    for path in [
        "//evil.example/x",
        "/../../admin",
        "/..%2f..%2fadmin",
        "@evil.example/",
        "\\\\evil.example\\x",
    ] {
        let strange = operation(Method::Get, path);
        house.call_over(&facts, &strange, &json!({})).await;
        let went = upstream.arrived().pop().unwrap().line;
        assert!(went.starts_with("GET /v1/"), "{path} went {went}");
        attempts += 1;
    }
    assert!(elsewhere.arrived().is_empty());
    println!("{attempts} ways to another address, none taken");
}

#[tokio::test]
async fn what_wants_a_credential_is_not_sent_without_one() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    let mut list = operation(Method::Get, "/items");

    list.security = secured();
    let refused = house.call(&list, &json!({})).await;
    assert_eq!(refused.code(), Some("credential_missing"));
    assert!(upstream.arrived().is_empty());

    for open in [
        Security::Undeclared,
        Security::Public,
        Security::AnyOf(vec![vec![]]),
    ] {
        list.security = open;
        let outcome = house.call(&list, &json!({})).await;
        assert_eq!((outcome.status(), outcome.credential), (Status::Ok, None));
    }
    for arrived in upstream.arrived() {
        assert_eq!(arrived.header("authorization"), None);
    }
}

#[tokio::test]
async fn only_the_very_call_that_was_authorized_is_sent() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/")).await;
    house.store(AuthScheme::Bearer, SECRET).await;
    let connection = house.facts().await;
    let mut list = operation(Method::Get, "/items");
    list.binds = vec![bind(In::Query, "page")];
    let (approved, other) = (object(&json!({"page": 1})), object(&json!({"page": 2})));
    let addresses = alone(&connection);
    let call = |authorized: &countersign_store::Authorized| OutboundCall {
        scope: &house.acme.agent,
        version: authorized.facts().version,
        operation: &list,
        arguments: &approved,
        connection: &connection,
        addresses: &addresses,
        room: &Plenty,
    };

    let authorized = house.authorized(&house.acme.agent, &approved);
    let other_arguments = OutboundCall {
        arguments: &other,
        ..call(&authorized)
    };
    let mut outcomes = vec![house.injector.send(authorized, other_arguments).await];
    let authorized = house.authorized(&house.acme.agent, &approved);
    let other_version = OutboundCall {
        version: house.world.id(),
        ..call(&authorized)
    };
    outcomes.push(house.injector.send(authorized, other_version).await);
    let foreign = house.authorized(&house.globex.agent, &approved);
    let other_tenant = call(&foreign);
    outcomes.push(house.injector.send(foreign, other_tenant).await);
    for outcome in &outcomes {
        assert_eq!(
            (outcome.code(), outcome.sent),
            (Some("not_authorized"), Sent::No)
        );
    }

    // Another tenant, in every way but the connection's: the vault has nothing for it.
    let theirs = house.authorized(&house.globex.agent, &approved);
    let borrowed = OutboundCall {
        scope: &house.globex.agent,
        ..call(&theirs)
    };
    let outcome = house.injector.send(theirs, borrowed).await;
    assert_eq!(outcome.code(), Some("credential_unavailable"));
    assert!(upstream.arrived().is_empty());

    let authorized = house.authorized(&house.acme.agent, &approved);
    let same = call(&authorized);
    assert_eq!(
        house.injector.send(authorized, same).await.status(),
        Status::Ok
    );
}

#[tokio::test]
async fn what_a_reviewer_is_shown_is_what_is_sent_but_for_the_secret() {
    let house = House::open().await;
    let upstream = Upstream::agreeable().await;
    house.connect(&upstream.url("/v1")).await;
    let label = house
        .store(header_key("X-Api-Key"), SECRET)
        .await
        .credential
        .unwrap()
        .label;
    let mut create = operation(Method::Post, "/items/{id}");
    create.binds = vec![
        bind(In::Path, "id"),
        bind(In::Query, "q"),
        bind(In::Header, "X-Note"),
    ];
    create.body = Some(json_body());
    let arguments = json!({"id": "a b", "q": "ü", "X-Note": "n", "body": {"pay": "001\u{202e}"}});

    let facts = house.facts().await;
    let place = (&facts, &alone(&facts));
    let shown = preview(&create, &object(&arguments), place).unwrap();
    house.call(&create, &arguments).await;

    let arrived = upstream.only();
    assert_eq!(shown.method, "POST");
    assert_eq!(
        shown.url,
        upstream.url(arrived.line.split(' ').nth(1).unwrap())
    );
    for (name, value) in &shown.headers {
        assert_eq!(arrived.header(name), Some(value.as_str()), "{name}");
    }
    let unseen: Vec<_> = arrived
        .header_names()
        .into_iter()
        .filter(|name| !shown.headers.iter().any(|(known, _)| known == name))
        .collect();
    assert_eq!(
        unseen,
        ["accept-encoding", "content-length", "host", "x-api-key"]
    );
    assert_eq!(shown.body.as_deref(), Some("{\"pay\":\"001⟦U+202E⟧\"}"));
    assert_eq!(shown.body_bytes, arrived.body.len());
    let credential = shown.credential.clone().unwrap();
    assert_eq!(
        (credential.label, credential.place),
        (label, "header x-api-key".to_owned())
    );
    let whole = serde_json::to_string(&shown).unwrap();
    assert!(!whole.contains(SECRET));

    // What looks alike on the page has a digest of its own.
    let drawn = json!({"id": "a b", "q": "ü", "X-Note": "n", "body": {"pay": "001⟦U+202E⟧"}});
    let alike = preview(&create, &object(&drawn), place).unwrap();
    assert_eq!(alike.body, shown.body);
    assert_ne!(alike.digest, shown.digest);
}

#[tokio::test]
async fn a_request_that_nobody_could_read_is_not_shown() {
    let house = House::open().await;
    house.connect("http://127.0.0.1:8123/").await;
    let mut create = operation(Method::Post, "/items");
    create.body = Some(json_body());
    let facts = house.facts().await;
    let sized = |bytes: usize| object(&json!({"body": "x".repeat(bytes)}));

    let place = (&facts, &alone(&facts));
    assert!(preview(&create, &sized(60 * 1024), place).is_ok());
    let refused = preview(&create, &sized(64 * 1024), place).unwrap_err();
    assert_eq!(refused.code(), "too_large_to_review");
}
