//! Who was somebody when a request began and is nobody any more when the rest of it comes.

use std::time::Duration;

use countersign_accounts::{ChangeRole, RemoveMember};
use countersign_domain::role::Role;
use countersign_oauth_server::Grants;
use countersign_testkit::until;
use countersign_tests::{Agent, House, Person, Upstream, Wire};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::front::{Browser, Front};

/// Longer than a token is remembered.
const FORGOTTEN: Duration = Duration::from_secs(1);

struct Scene {
    house: House,
    upstream: Upstream,
    ada: Person,
    agent: Agent,
}

impl Scene {
    async fn open() -> Self {
        let (house, upstream) = (House::open().await, Upstream::start());
        let ada = house.owner_of("acme").await;
        let shop = house.shop(&ada, &upstream.base).await;
        let agent = house.agent_of(&ada, &shop).await;
        Self {
            house,
            upstream,
            ada,
            agent,
        }
    }

    async fn revoke(&self) {
        let grants = Grants::new(self.house.store.clone(), self.house.world.clone());
        let grant = grants.list(&self.ada.scope).await.unwrap().remove(0).id;
        grants.revoke(&self.ada.scope, grant).await.unwrap();
        sleep(FORGOTTEN).await;
    }
}

fn call(id: i64, order: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": {"name": "get_order", "arguments": {"order_id": order}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_agent_makes_no_more_calls_of_a_batch_that_it_began() {
    let scene = Scene::open().await;
    let batch = json!([call(1, "withheld"), call(2, "o-2"), call(3, "o-3")]);
    let revoked_during_the_first = async {
        until("the first call", async || scene.upstream.seen().len() == 1).await;
        scene.revoke().await;
        scene.upstream.release();
    };

    let posted = scene.house.post(&scene.agent, &batch);
    let (answer, ()) = tokio::join!(posted, revoked_during_the_first);

    // What was sent before is answered, so that the agent knows of it.
    assert_eq!(
        answer.body[0]["result"]["isError"], false,
        "{}",
        answer.body
    );
    for refused in [1, 2] {
        let reason = &answer.body[refused]["error"]["data"]["reason"];
        assert_eq!(reason, "invalid_token", "{}", answer.body);
    }
    assert_eq!(scene.upstream.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_last_byte_comes_after_the_revocation_is_nobodys() {
    let scene = Scene::open().await;
    let body = call(1, "o-1").to_string();
    let (most, last) = body.split_at(body.len() - 1);
    let bearer = format!("Bearer {}", scene.agent.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
    ];
    let mut wire = Wire::post(&scene.agent.url, &headers, body.len()).await;
    wire.send(most).await;
    // Let in by what is known of the token now.
    sleep(FORGOTTEN).await;

    scene.revoke().await;
    wire.send(last).await;

    let answer = wire.answer().await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("error=\"invalid_token\""), "{answer}");
    assert_eq!(scene.upstream.seen().len(), 0);
}

const FORM: &str = "application/x-www-form-urlencoded";
const UPLOAD: &str = "multipart/form-data; boundary=b";

/// What becomes of somebody while a form of theirs is on its way.
#[derive(Clone, Copy, Debug)]
enum Becomes {
    Nothing,
    Removed,
    Demoted,
    SignedOut,
}

async fn becomes(scene: &Scene, bob: &Person, what: Becomes) {
    let (accounts, by) = (&scene.house.accounts, &scene.ada.scope);
    let member = bob.scope.member().unwrap();
    match what {
        Becomes::Nothing => {}
        Becomes::Removed => {
            let reason = "they left".parse().unwrap();
            let remove = RemoveMember { member, reason };
            accounts.remove_member(by, remove).await.unwrap();
        }
        Becomes::Demoted => {
            let role = Role::Auditor;
            let change = ChangeRole { member, role };
            accounts.change_role(by, change).await.unwrap();
        }
        Becomes::SignedOut => accounts.sign_out(bob.signed_in.session).await.unwrap(),
    }
}

/// A request of a browser.
struct Sent<'a> {
    path: &'a str,
    kind: &'a str,
    body: &'a str,
}

/// Sends all of a request but its last byte, then that, when somebody has become what they become.
async fn answer_to_who_becomes(
    what: Becomes,
    scene: &Scene,
    (front, bob, browser): (&Front, &Person, &Browser<'_>),
    sent: &Sent<'_>,
) -> String {
    let headers = [
        ("content-type", sent.kind),
        ("cookie", browser.cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let url = format!("{}{}", front.origin, sent.path);
    let mut wire = Wire::post(&url, &headers, sent.body.len()).await;
    let (most, last) = sent.body.split_at(sent.body.len() - 1);
    wire.send(most).await;
    // The house has come to where it waits for the rest.
    sleep(Duration::from_millis(500)).await;
    becomes(scene, bob, what).await;
    wire.send(last).await;
    wire.answer().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t41_a_form_whose_last_byte_comes_too_late_changes_nothing() {
    let scene = Scene::open().await;
    let (house, ada) = (&scene.house, &scene.ada);
    let front = Front::open(house, "meanwhile").await;
    let environment = &house.registry.environments(&ada.scope).await.unwrap()[0].slug;
    let path = "/t/acme/sources/corner-shop/connection/base-url";
    for (what, status) in [
        (Becomes::Removed, 403),
        (Becomes::Demoted, 403),
        (Becomes::SignedOut, 401),
        (Becomes::Nothing, 303),
    ] {
        let name = format!("{what:?}").to_lowercase();
        let bob = house.member_of(ada, Role::Admin, &name).await;
        let browser = front.browser(house, &bob).await;
        let fields = format!(
            "csrf={}&environment={environment}&base_url=https%3A%2F%2F{name}.example",
            browser.csrf
        );
        let sent = Sent {
            path,
            kind: FORM,
            body: &fields,
        };
        let answer = answer_to_who_becomes(what, &scene, (&front, &bob, &browser), &sent).await;
        let wanted = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&wanted), "{what:?}: {answer}");
        let place = house.connections.list(&ada.scope).await.unwrap();
        let went_there = place[0].base_url.to_string().contains(&name);
        assert_eq!(went_there, status == 303, "{what:?}");
    }
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t41_an_upload_whose_last_byte_comes_too_late_is_no_import() {
    let scene = Scene::open().await;
    let (house, ada) = (&scene.house, &scene.ada);
    let front = Front::open(house, "meanwhile-upload").await;
    let path = "/t/acme/sources/corner-shop/import/upload";
    for (what, status) in [
        (Becomes::Removed, 403),
        (Becomes::SignedOut, 401),
        (Becomes::Nothing, 303),
    ] {
        let name = format!("{what:?}").to_lowercase();
        let bob = house.member_of(ada, Role::Developer, &name).await;
        let browser = front.browser(house, &bob).await;
        let part = |head: &str, text: &str| {
            format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{text}\r\n")
        };
        let document = countersign_tests::document(&format!("https://{name}.example"));
        let body = part("name=\"csrf\"", &browser.csrf)
            + &part("name=\"name\"", "Corner shop")
            + &part("name=\"file\"; filename=\"api.json\"", &document)
            + "--b--";
        let sent = Sent {
            path,
            kind: UPLOAD,
            body: &body,
        };
        let answer = answer_to_who_becomes(what, &scene, (&front, &bob, &browser), &sent).await;
        let wanted = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&wanted), "{what:?}: {answer}");
    }
    let mut admin = house.database.admin().await;
    let revisions: i64 = sqlx::query_scalar("SELECT count(*) FROM revision")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(revisions, 2, "the first, and the one of who is still there");
    front.close().await;
}
