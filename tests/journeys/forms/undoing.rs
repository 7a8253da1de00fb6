//! Undoing a decision about many tools, by the page that says what was decided.

use countersign_domain::role::Role;

use super::{
    Scene,
    changed::{decide, group},
    drawn, get, post,
};
use crate::front::Browser;

const REVIEW: &str = "/t/acme/sources/books";

/// The page to which a form leads.
async fn follow(browser: &Browser<'_>, (status, leads): (u16, String)) -> String {
    assert_eq!(status, 303, "{leads}");
    let path = leads.split('"').nth(1).unwrap().replace("&#38;", "&");
    get(browser, &path).await
}

/// The form of the page that undoes what was decided.
fn undo(page: &str) -> Option<String> {
    let id = page.split("id=\"undo-").nth(1)?.split('"').next()?;
    Some(drawn(page, &format!("undo-{id}")))
}

fn on(page: &str) -> usize {
    page.matches("data-state=\"on\"").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_button_undoes_what_was_decided_about_many() {
    let scene = Scene::open("undone").await;
    scene.import("Books", &["/books", "/authors"]).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let reads = group(&get(&ada, REVIEW).await, "READ");
    let page = follow(&ada, decide(&ada, &reads, "choice=run").await).await;
    assert_eq!(on(&page), 2, "{page}");
    assert!(page.contains("Undo these 2"), "{page}");
    let form = undo(&page).expect("a button");
    let decision = page.split("id=\"undo-").nth(1).unwrap();
    let decision = decision.split('"').next().unwrap();
    let link = format!("{REVIEW}?choice=run&decided=1&were_on=0&same=0&decision={decision}");
    let page = get(&ada, &link).await;
    assert!(
        page.contains("Undo these 2"),
        "whatever an address says: {page}"
    );
    let rev = scene
        .house
        .member_of(&scene.owner, Role::Admin, "rev")
        .await;
    let rev = scene.front.browser(&scene.house, &rev).await;
    assert!(undo(&get(&rev, &link).await).is_none(), "somebody else's");

    let page = follow(&ada, post(&ada, &format!("{REVIEW}/undo"), &form).await).await;

    assert!(undo(&get(&ada, &link).await).is_none(), "it stands no more");
    assert_eq!(on(&page), 0, "{page}");
    assert!(page.contains("2 tools are as they were before."), "{page}");
    assert!(undo(&page).is_none(), "{page}");
    let log = get(&ada, "/t/acme/audit?act=tool.turned_off").await;
    assert!(log.contains("Undone: [OPS-12]"), "{log}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_since_is_named_and_stays() {
    let scene = Scene::open("undone-late").await;
    scene.import("Books", &["/books", "/authors"]).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let reads = group(&get(&ada, REVIEW).await, "READ");
    let page = follow(&ada, decide(&ada, &reads, "choice=run").await).await;
    let form = undo(&page).expect("a button");
    let reads = group(&page, "READ");
    assert_eq!(decide(&ada, &reads, "choice=hold").await.0, 303);

    let (status, page) = post(&ada, &format!("{REVIEW}/undo"), &form).await;

    assert_eq!(status, 409, "{page}");
    assert!(
        page.contains("turned it on since you looked at it"),
        "{page}"
    );
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_of_another_tenant_and_no_auditor_undoes_it() {
    let scene = Scene::open("undone-elsewhere").await;
    scene.import("Books", &["/books"]).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let eve = scene.house.owner_of("globex").await;
    let eve = scene.front.browser(&scene.house, &eve).await;
    let amy = scene.house.member_of(&scene.owner, Role::Auditor, "amy");
    let amy = scene.front.browser(&scene.house, &amy.await).await;
    let reads = group(&get(&ada, REVIEW).await, "READ");
    let page = follow(&ada, decide(&ada, &reads, "choice=run").await).await;
    let form = undo(&page).expect("a button");
    for (who, status) in [(&eve, 404), (&amy, 403)] {
        let form = form.replace(&ada.csrf, &who.csrf);
        let answer = post(who, &format!("{REVIEW}/undo"), &form).await;
        assert_eq!(answer.0, status, "{}", answer.1);
    }
    assert_eq!(on(&get(&ada, REVIEW).await), 1);
    scene.front.close().await;
}
