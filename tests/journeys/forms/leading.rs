//! Where forms lead that come too late, and addresses that are no pages.

use countersign_domain::{operation::Method, role::Role};

use super::{Scene, document, drawn, get, post, turn_on_reads};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_says_no_to_a_member_keeps_the_way_to_the_others() {
    let scene = Scene::open("kept-navigation").await;
    let dev = scene
        .house
        .member_of(&scene.owner, Role::Developer, "dev")
        .await;
    let dev = scene.front.browser(&scene.house, &dev).await;
    for (path, status) in [
        ("/t/acme/audit", 403),
        ("/t/acme/sources/nothing", 404),
        ("/t/elsewhere/sources", 404),
    ] {
        let (said, page) = dev.ask(Method::Get, path, None).await;
        assert_eq!(said, status, "{path}");
        let is_here = path.starts_with("/t/acme/");
        assert_eq!(page.contains("href=\"/t/acme/sources\""), is_here, "{page}");
    }
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_about_many_tools_leads_to_their_api_and_what_waits_for_review_is_not_on() {
    let scene = Scene::open("many-tools").await;
    let paths: Vec<String> = (1..=9).map(|number| format!("/books{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    scene.import("Books", &paths).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    turn_on_reads(&ada, "books").await;

    let report = get(&ada, "/t/acme/report").await;
    let finding = report.split("id=\"finding-tool_on_without_connection\"");
    let finding = finding.last().unwrap().split("</div>").next().unwrap();
    let link = "<a href=\"/t/acme/sources/books?state=on\">Books: 9 tools</a>";
    assert!(finding.contains(link), "{finding}");
    assert_eq!(finding.matches("<a ").count(), 1, "{finding}");

    let edition = r#""parameters": [{"name": "edition", "in": "query", "required": true, "schema": {"type": "string"}}], "responses""#;
    let changed = document("Books", &paths).replacen(r#""responses""#, edition, 1);
    scene.import_document("Books", changed).await;
    let report = get(&ada, "/t/acme/report").await;
    assert!(report.contains("finding-tools_need_review"), "{report}");
    let on = report.split("id=\"decided-reads\"").nth(1).unwrap();
    assert_eq!(on.matches("<tr>").count(), 1 + 8, "{on}");
    scene.front.close().await;
}
