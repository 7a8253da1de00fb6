//! Anybody may register, and it gives them nothing (T13).

use std::net::{IpAddr, Ipv6Addr};

use actix_web::test::TestRequest;
use countersign_oauth_server::{AddressQuota, Limits};
use countersign_store::oauth_authorizations::OpenAuthorizations;
use serde_json::json;

use crate::house::{House, generous};

#[actix_web::test]
async fn what_real_clients_send_is_registered_and_only_what_we_understood_comes_back() {
    let house = House::open().await;
    let sent = json!({
        "client_name": "MCP CLI Proxy",
        "redirect_uris": ["http://localhost:3334/oauth/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_post",
        "application_type": "native",
        "client_secret": "hunter2",
        "client_id": "mine",
        "jwks_uri": "http://169.254.169.254/",
        "logo_uri": "http://10.0.0.1/x.png",
        "software_id": "x",
        "scope": "tools:admin",
    });
    let answer = house.post_json("/oauth/register", &sent).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut registered = answer.json();
    assert!(
        registered["client_id"]
            .as_str()
            .unwrap()
            .starts_with("client_")
    );
    registered["client_id"] = "[id]".into();
    registered["client_id_issued_at"] = "[seconds]".into();
    insta::assert_json_snapshot!(registered, @r#"
    {
      "client_id": "[id]",
      "client_id_issued_at": "[seconds]",
      "client_name": "MCP CLI Proxy",
      "redirect_uris": [
        "http://localhost:3334/oauth/callback"
      ],
      "grant_types": [
        "authorization_code",
        "refresh_token"
      ],
      "response_types": [
        "code"
      ],
      "token_endpoint_auth_method": "none"
    }
    "#);
}

#[actix_web::test]
async fn what_cannot_be_registered_is_refused_with_the_right_word() {
    let house = House::open().await;
    let good = "https://app.example/cb";
    let many: Vec<_> = (0..11).map(|n| format!("{good}/{n}")).collect();
    let refused = [
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": many}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": [good, "javascript:alert(1)"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://*.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["http://app.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://app.example/cb#x"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [good], "client_name": ""}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "client_name": "x".repeat(81)}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "client_name": "Claude\u{202e}"}),
            "invalid_client_metadata",
        ),
        (json!({"redirect_uris": good}), "invalid_client_metadata"),
        (json!({"redirect_uris": [1]}), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
    ];
    for (body, error) in &refused {
        let answer = house.post_json("/oauth/register", body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (400, *error),
            "{body}"
        );
    }
    let doubled =
        format!(r#"{{"redirect_uris":["{good}"],"redirect_uris":["https://evil.example/cb"]}}"#);
    let request = TestRequest::post()
        .uri("/oauth/register")
        .set_payload(doubled);
    assert_eq!(house.ask(request).await.error(), "invalid_client_metadata");
    assert_eq!(house.count("SELECT count(*) FROM oauth_client").await, 0);
    println!("{} registrations refused", refused.len() + 1);
}

#[actix_web::test]
async fn one_address_cannot_flood() {
    let few = AddressQuota::new(3, 1);
    let house = House::with(Limits {
        register: few,
        authorize: few,
        token: few,
        ..generous()
    })
    .await;
    let body = json!({"redirect_uris": ["https://app.example/cb"]});
    for _ in 0..3 {
        assert_eq!(house.post_json("/oauth/register", &body).await.status, 201);
        assert_ne!(house.get("/oauth/authorize").await.status, 429);
        assert_ne!(house.post_form("/oauth/token", &[]).await.status, 429);
    }
    let refused = [
        house.post_json("/oauth/register", &body).await,
        house.get("/oauth/authorize").await,
        house.post_form("/oauth/token", &[]).await,
        house.post_form("/oauth/revoke", &[]).await,
    ];
    for answer in refused {
        assert_eq!(answer.status, 429);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
}

/// An address of each household of a neighbourhood: of the /64s of a /48, and of a /24.
fn households() -> [fn(u8) -> IpAddr; 2] {
    [
        |n| Ipv6Addr::new(0x2001, 0xdb8, 7, n.into(), 0, 0, 0, 1).into(),
        |n| [198, 51, 100, n].into(),
    ]
}

#[actix_web::test]
async fn a_neighbourhood_of_many_households_asks_eight_times_as_much_as_one_and_leaves_others_alone()
 {
    let few = AddressQuota::new(3, 1);
    let house = House::with(Limits {
        register: few,
        authorize: few,
        token: few,
        ..generous()
    })
    .await;
    let asked: [fn() -> TestRequest; 3] = [
        || {
            TestRequest::post()
                .uri("/oauth/register")
                .set_json(json!({}))
        },
        || TestRequest::get().uri("/oauth/authorize"),
        || {
            TestRequest::post()
                .uri("/oauth/token")
                .set_form([("a", "b")])
        },
    ];
    for (ask, household) in asked
        .iter()
        .flat_map(|ask| households().map(|at| (ask, at)))
    {
        let mut answered = 0;
        for n in (0..=255).chain(0..=255) {
            let answer = house.ask_from(household(n), ask()).await;
            if answer.status == 429 {
                assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
            } else {
                answered += 1;
            }
        }
        assert!((24..=30).contains(&answered), "{answered}");
        assert_ne!(house.ask(ask()).await.status, 429);
        println!("{answered} of 512 requests of one neighbourhood answered");
    }
}

#[actix_web::test]
async fn a_household_that_asks_too_much_takes_its_own_share_and_no_more() {
    let house = House::with(Limits {
        register: AddressQuota::new(3, 1),
        ..generous()
    })
    .await;
    for household in households() {
        let register = async |n| {
            let request = TestRequest::post()
                .uri("/oauth/register")
                .set_json(json!({}));
            house.ask_from(household(n), request).await.status != 429
        };
        for _ in 0..200 {
            register(0).await;
        }
        assert!(!register(0).await);
        for n in 1..=7 {
            assert!(register(n).await && register(n).await && register(n).await);
        }
    }
}

const UNUSED: &str = "SELECT count(*) FROM oauth_client WHERE last_used_at IS NULL";

#[actix_web::test]
async fn a_full_house_lets_newcomers_in_and_the_oldest_idle_client_out() {
    const NEWCOMERS: usize = 20;
    let mut limits = generous();
    limits.unused_clients.most = 5;
    let house = House::with(limits).await;
    let resource = house.acme.resource("support");
    let agent = house.connect(house.acme.owner, &resource).await;
    let idle = house.register().await;
    let asking = house.register().await;
    let (browser, waits) = house.begin(&House::request(&asking, &resource)).await;

    let mut last = String::new();
    for _ in 0..NEWCOMERS {
        last = house.register().await;
    }

    assert_eq!(house.count(UNUSED).await, 5);
    let known = async |client: &str| {
        let answer = house.authorize(&House::request(client, &resource)).await;
        answer.status == 303
    };
    assert!(known(&last).await, "the newest stays");
    assert!(!known(&idle).await, "the oldest that waits for nobody goes");
    let consents = &house.server.authorizations;
    let owner = house.acme.owner;
    consents.pending(owner, &browser, waits).await.unwrap();
    consents.approve(owner, &browser, waits).await.unwrap();
    assert!(house.is_alive(&agent).await);
    println!("{NEWCOMERS} newcomers to a full house, all let in");
}

#[actix_web::test]
async fn many_newcomers_at_once_are_all_let_in_and_soon_no_more_than_fit() {
    let mut limits = generous();
    limits.unused_clients.most = 5;
    let house = House::with(limits).await;
    futures_util::future::join_all((0..40).map(|_| house.register())).await;
    house.register().await;
    house.register().await;
    let left = house.count(UNUSED).await;
    println!("{left} left of 42");
    assert!((1..=5).contains(&left), "{left}");
}

#[actix_web::test]
async fn a_client_is_forgotten_after_an_hour_if_it_never_asked_and_else_after_a_day() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let agent = house.connect(house.acme.owner, &resource).await;
    let asked = house.register().await;
    house.begin(&House::request(&asked, &resource)).await;
    for _ in 0..4 {
        house.register().await;
    }
    let after = async |minutes: u32| {
        let sql = format!("UPDATE oauth_client SET created_at = now() - interval '{minutes} min'");
        house.sql(&sql).await;
        house.server.clients.forget_unused().await.unwrap()
    };
    assert_eq!(after(59).await, 0);
    assert_eq!(after(61).await, 4);
    assert_eq!(after(23 * 60).await, 0);
    assert_eq!(after(25 * 60).await, 1);
    assert!(house.is_alive(&agent).await);
}

#[actix_web::test]
async fn requests_that_wait_are_only_so_many_and_the_newest_is_always_among_them() {
    const OPEN: &str = "SELECT count(*) FROM oauth_authorization WHERE consumed_at IS NULL";
    let limits = Limits {
        open_authorizations: OpenAuthorizations {
            per_client: 3,
            most: 5,
        },
        ..generous()
    };
    let house = House::with(limits).await;
    let resource = house.acme.resource("support");
    let owner = house.acme.owner;
    let consents = &house.server.authorizations;
    let (one, other) = (house.register().await, house.register().await);
    let quiet = house.begin(&House::request(&other, &resource)).await;

    let (browser, oldest) = house.begin(&House::request(&one, &resource)).await;
    let mut newest = None;
    for _ in 0..5 {
        newest = Some(house.begin(&House::request(&one, &resource)).await);
    }
    assert_eq!(house.count(OPEN).await, 4, "three of one, one of the other");
    assert!(consents.pending(owner, &browser, oldest).await.is_err());
    for (browser, id) in [quiet, newest.unwrap()] {
        consents.pending(owner, &browser, id).await.unwrap();
    }

    for _ in 0..6 {
        let client = house.register().await;
        let (browser, id) = house.begin(&House::request(&client, &resource)).await;
        consents.pending(owner, &browser, id).await.unwrap();
    }
    assert_eq!(house.count(OPEN).await, 5);
    println!("13 requests begun, 5 wait");
}

#[actix_web::test]
async fn no_neighbourhood_crowds_out_somebody_elsewhere_who_waits() {
    for household in households() {
        let limits = Limits {
            authorize: AddressQuota::new(3, 1),
            open_authorizations: OpenAuthorizations {
                per_client: 1_000,
                most: 40,
            },
            ..generous()
        };
        let house = House::with(limits).await;
        let resource = house.acme.resource("support");
        let owner = house.acme.owner;
        let (quiet, loud) = (house.register().await, house.register().await);
        let (browser, waits) = house.begin(&House::request(&quiet, &resource)).await;

        let mut begun = 0;
        for n in 0..100 {
            let visit = House::visit(&House::request(&loud, &resource));
            begun += usize::from(house.ask_from(household(n), visit).await.status == 303);
        }

        let consents = &house.server.authorizations;
        consents.pending(owner, &browser, waits).await.unwrap();
        consents.approve(owner, &browser, waits).await.unwrap();
        println!("100 households of one neighbourhood began {begun}");
        assert!(begun >= 24, "{begun}");
    }
}
