//! Nobody is sent anywhere but where the client said when it registered (T05).

use serde_json::json;

use crate::house::House;

const REGISTERED: [&str; 4] = [
    "https://app.example/callback",
    "http://127.0.0.1:6276/oauth/callback",
    "http://[::1]:6276/cb",
    "http://localhost:3334/oauth/callback",
];

const TRICKS: [&str; 92] = [
    "",
    "https://app.example",
    "https://app.example/",
    "https://app.example/callbac",
    "https://app.example/callback/",
    "https://app.example/callback2",
    "https://app.example/callback/../callback",
    "https://app.example/./callback",
    "https://app.example//callback",
    "https://app.example/Callback",
    "https://app.example/callback?",
    "https://app.example/callback?x=1",
    "https://app.example/callback#",
    "https://app.example/callback#x",
    "https://app.example/callback;x",
    "https://app.example/callback/..;/",
    "https://app.example/x/..;/callback",
    "https://app.example/call%62ack",
    "https://app.example/callback%00",
    "https://app.example/callback%2f",
    "https://app.example/callback%0d%0aLocation:%20https://evil.example",
    "https://app.example/callback\r\nX: y",
    "https://app.example/callback\n",
    "https://app.example/callback\t",
    "https://app.example/callback ",
    " https://app.example/callback",
    "https://app.example/callback\u{0}",
    "https://app.example/callback\u{200b}",
    "https://app.example:443/callback",
    "https://app.example:8443/callback",
    "https://app.example:/callback",
    "https://app.example./callback",
    "https://app.example%2e/callback",
    "https://app.example@evil.example/callback",
    "https://app.example:pw@evil.example/callback",
    "https://evil.example@app.example/callback",
    "https://user@app.example/callback",
    "https://@app.example/callback",
    "https://app.example@@evil.example/callback",
    "https://app.example%25@evil.example/callback",
    "https://app.example%40evil.example/callback",
    "https://evil.example/https://app.example/callback",
    "https://evil.example?https://app.example/callback",
    "https://evil.example#https://app.example/callback",
    "https://evil.example\\@app.example/callback",
    "https://app.example\\.evil.example/callback",
    "https:\\\\app.example\\callback",
    "https:/app.example/callback",
    "https:app.example/callback",
    "https:///app.example/callback",
    "//app.example/callback",
    "/callback",
    "callback",
    "HTTPS://app.example/callback",
    "Https://app.example/callback",
    "https://APP.example/callback",
    "https://app.EXAMPLE/callback",
    "http://app.example/callback",
    "https://app.example.evil.example/callback",
    "https://evilapp.example/callback",
    "https://sub.app.example/callback",
    "https://\u{430}pp.example/callback",
    "https://xn--pp-6kc.example/callback",
    "https://app\u{3002}example/callback",
    "https://app.example\u{2215}callback",
    "https://\u{ff41}pp.example/callback",
    "javascript:alert(1)//https://app.example/callback",
    "data:text/html,https://app.example/callback",
    "vbscript:x",
    "file:///callback",
    "ftp://app.example/callback",
    "about:blank",
    "blob:https://app.example/callback",
    "app.example/callback",
    "*",
    "https://*/callback",
    "null",
    "http://127.0.0.1:6276/oauth/callback/",
    "http://127.0.0.1:6276/oauth/other",
    "http://127.0.0.1:6276@evil.example/oauth/callback",
    "http://127.0.0.1:99999/oauth/callback",
    "http://127.0.0.1:08080/oauth/callback",
    "http://127.0.0.1:/oauth/callback",
    "http://127.0.0.1.evil.example:80/oauth/callback",
    "http://127.0.0.1evil.example/oauth/callback",
    "http://127.0.0.2:6276/oauth/callback",
    "http://127.1:6276/oauth/callback",
    "http://2130706433:6276/oauth/callback",
    "https://127.0.0.1:6276/oauth/callback",
    "http://localhost:3335/oauth/callback",
    "http://localhost/oauth/callback",
    "http://localhost:6276/oauth/callback",
];

#[actix_web::test]
async fn a_redirect_uri_that_is_not_the_clients_own_leads_nowhere() {
    let house = House::open().await;
    let body = json!({"client_name": "Many doors", "redirect_uris": REGISTERED});
    let client = house.post_json("/oauth/register", &body).await.json()["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let resource = house.acme.resource("support");
    for trick in TRICKS {
        let mut request = House::request(&client, &resource);
        request.insert("redirect_uri", trick.to_owned());
        let answer = house.authorize(&request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (400, ""),
            "{trick:?}"
        );
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(!answer.body.contains("evil"), "{trick:?}");
    }
    let mut request = House::request(&client, &resource);
    request.remove("redirect_uri");
    assert_eq!(house.authorize(&request).await.status, 400);

    for good in REGISTERED.into_iter().chain([
        "http://127.0.0.1/oauth/callback",
        "http://127.0.0.1:1/oauth/callback",
        "http://127.0.0.1:65535/oauth/callback",
        "http://[::1]:80/cb",
    ]) {
        request.insert("redirect_uri", good.to_owned());
        assert_eq!(house.authorize(&request).await.status, 303, "{good}");
    }
    println!(
        "{} redirect URIs that are not the client's own, none followed",
        TRICKS.len() + 1
    );
}

#[actix_web::test]
async fn a_client_that_is_not_known_leads_nowhere() {
    let house = House::open().await;
    let disabled = house.register().await;
    house
        .sql("UPDATE oauth_client SET disabled_at = now()")
        .await;
    let unknown = "client_00000000000000000000000000000000";
    for client in [
        disabled.as_str(),
        unknown,
        "",
        "https://evil.example/client.json",
        "<script>",
    ] {
        let answer = house
            .authorize(&House::request(client, &house.acme.resource("support")))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (400, ""),
            "{client}"
        );
        assert!(!answer.body.contains("script>") && !answer.body.contains("evil"));
    }
}
