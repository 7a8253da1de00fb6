//! Removing a member: what falls with them is said before.

use countersign_domain::role::Role;
use countersign_tests::Upstream;
use sqlx::Executor as _;

use super::{Scene, drawn, get, post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_removed_by_who_was_told_what_falls_with_them() {
    let (scene, upstream) = (Scene::open("leaving").await, Upstream::start());
    let house = &scene.house;
    let bob = house.member_of(&scene.owner, Role::Developer, "bob").await;
    let shop = house.shop(&scene.owner, &upstream.base).await;
    house.agent_of(&bob, &shop).await;
    let ada = scene.front.browser(house, &scene.owner).await;
    let members = get(&ada, "/t/acme/members").await;
    let link = format!("/t/acme/members/{}/remove", bob.scope.member().unwrap());
    assert!(members.contains(&format!("href=\"{link}\"")), "{members}");
    assert!(
        !members.contains(&format!("action=\"{link}\"")),
        "nothing happens at one press"
    );

    let page = get(&ada, &link).await;
    let (_, falls) = page.split_once("id=\"what-goes\"").unwrap();
    assert!(
        falls.contains("test agent <span class=\"muted\">at Support"),
        "{falls}"
    );
    let form = format!("{}&reason=moved+to+sales", drawn(&page, "remove-form"));
    let (status, asked) = post(&ada, &link, &form).await;
    assert_eq!(status, 400, "without the tick");
    assert!(asked.contains("moved to sales"), "the reason is kept");
    assert!(
        get(&ada, "/t/acme/members")
            .await
            .contains("bob@acme.example")
    );

    let (status, told) = post(&ada, &link, &format!("{form}&confirm=yes")).await;
    assert_eq!(status, 303, "{told}");
    assert!(
        !get(&ada, "/t/acme/members")
            .await
            .contains("bob@acme.example")
    );
    let mut admin = house.database.admin().await;
    let kept = "SELECT 1 FROM record WHERE act = 'member.removed'
         AND detail ->> 'reason' = 'moved to sales' AND detail ->> 'grants_revoked' = '1'";
    assert!(admin.fetch_optional(kept).await.unwrap().is_some());
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_owner_is_told_why_they_stay() {
    let scene = Scene::open("last-owner").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let link = format!(
        "/t/acme/members/{}/remove",
        scene.owner.scope.member().unwrap()
    );
    let page = get(&ada, &link).await;

    let form = format!(
        "{}&reason=moved+on&confirm=yes",
        drawn(&page, "remove-form")
    );
    let (status, told) = post(&ada, &link, &form).await;

    assert_eq!(status, 409);
    assert!(
        told.contains("This is the last owner; make another member an owner first."),
        "{told}"
    );
    scene.front.close().await;
}
