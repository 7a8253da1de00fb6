//! Where forms lead that come too late, and addresses that are no pages.

use countersign_domain::operation::Method;

use super::{Scene, drawn, get, post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_decides_after_the_end_of_the_session_is_told_that_nothing_was_done() {
    let scene = Scene::open("ended-session").await;
    scene.import("Books", &["/books"]).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let review = "/t/acme/sources/books";
    let form = drawn(&get(&ada, review).await, "turn-on-reads-form");
    let form = format!("{form}&reason=they+only+read");
    let sign_out = format!("csrf={}", ada.csrf);
    assert_eq!(post(&ada, "/sign-out", &sign_out).await.0, 303);

    let (status, leads) = post(&ada, &format!("{review}/turn-on-reads"), &form).await;

    assert_eq!(status, 303, "{leads}");
    let page = get(&ada, leads.split('"').nth(1).unwrap()).await;
    assert!(
        page.contains("Your session has ended; nothing was done."),
        "{page}"
    );
    assert!(
        page.contains(&format!("name=\"next\" value=\"{review}\"")),
        "{page}"
    );
    // Who only wanted to look has lost nothing.
    let (_, leads) = ada.ask(Method::Get, review, None).await;
    let page = get(&ada, leads.split('"').nth(1).unwrap()).await;
    assert!(!page.contains("nothing was done"), "{page}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_forms_are_sent_to_leads_to_its_form() {
    let scene = Scene::open("form-addresses").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    for (path, form) in [
        ("/t/acme/members/invite", "/t/acme/members"),
        ("/t/acme/members/mem_1/role", "/t/acme/members"),
        (
            "/t/acme/sources/books/decide?class=READ",
            "/t/acme/sources/books?class=READ",
        ),
    ] {
        let (status, leads) = ada.ask(Method::Get, path, None).await;
        assert_eq!((status, leads.split('"').nth(1).unwrap()), (303, form));
    }
    // There is no form to sign out with.
    assert_eq!(ada.ask(Method::Get, "/sign-out", None).await.0, 405);
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_ends_another_says_so_and_the_ended_one_says_what_to_do() {
    let scene = Scene::open("ended-link").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let form = format!("csrf={}&email=bo@acme.example&role=reviewer", ada.csrf);
    let (_, first) = post(&ada, "/t/acme/members/invite", &form).await;
    assert!(!first.contains("no longer works"), "{first}");
    let link = first.split("<pre id=\"invitation-link\">").nth(1).unwrap();
    let link = link.split('<').next().unwrap();
    let path = link.strip_prefix(&scene.front.origin).unwrap();
    get(&ada, path).await;

    let (status, second) = post(&ada, "/t/acme/members/invite", &form).await;

    assert_eq!(status, 200, "{second}");
    assert!(second.contains("no longer works"), "{second}");
    let ended = ada.ask(Method::Get, path, None).await;
    assert_eq!(ended.0, 404);
    assert!(
        ended
            .1
            .contains("used or taken back, or has expired; ask for another")
    );
    assert_eq!(
        ada.ask(Method::Get, "/invitations/never-was", None).await,
        ended
    );
    scene.front.close().await;
}
