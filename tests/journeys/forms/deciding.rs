//! What is seen of a tool before it is decided about, and what becomes of the decision.

use super::{
    Scene,
    changed::{decide, group, state},
    document, drawn, get, post,
};
use crate::front::Browser;

const REVIEW: &str = "/t/acme/sources/books";

/// Turns every READ tool on.
async fn turn_on_reads(browser: &Browser<'_>) {
    let form = drawn(&get(browser, REVIEW).await, "turn-on-reads-form");
    let form = format!("{form}&reason=they+only+read");
    let on = post(browser, &format!("{REVIEW}/turn-on-reads"), &form).await;
    assert_eq!(on.0, 303, "{}", on.1);
}

/// The page of the first tool of a review.
fn tool(review: &str) -> String {
    let rest = review.split("/t/acme/tools/").nth(1).expect("a tool");
    format!("/t/acme/tools/{}", rest.split(['"', '?']).next().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_between_two_small_edits_is_shown() {
    let scene = Scene::open("between-edits").await;
    let kept: String = (0..40).map(|one| format!(" part {one},")).collect();
    let said = |start: &str, middle: &str, end: &str| {
        let words = format!("{start} what is kept:{kept} and so on.{middle} Also{kept} done{end}");
        document("Books", &["/books"]).replace("List some", &words)
    };
    scene.import_document("Books", said("Lists", "", ".")).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    turn_on_reads(&ada).await;
    let new = " The field note says where the names of all customers are sent.";
    scene
        .import_document("Books", said("Kindly lists", new, "!"))
        .await;

    let review = get(&ada, REVIEW).await;
    let page = get(&ada, &tool(&review)).await;

    let marked = format!("<ins>{new}</ins>");
    let row = review.split("<tr class=\"tool\"").nth(1).unwrap();
    assert!(row.contains(&marked), "{row}");
    assert!(row.contains('…'), "{row}");
    let since = page.split("id=\"since-turned-on\"").nth(1).unwrap();
    let since = since.split("</section>").next().unwrap();
    assert!(since.contains(&marked) && since.contains("<del>Lists</del>"));
    assert!(!since.contains('…'), "all of both: {since}");
    assert!(since.contains(&kept), "{since}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_row_cannot_show_is_decided_by_itself() {
    let scene = Scene::open("cut-changes").await;
    let document = |default: &str| {
        let parameter = format!(
            r#"{{"name": "shelf", "in": "query", "schema": {{"type": "string", "default": "{default}"}}}}"#
        );
        let rest = format!(r#""parameters": [{parameter}], "responses""#);
        document("Books", &["/books"]).replace(r#""responses""#, &rest)
    };
    scene.import_document("Books", document("a")).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    turn_on_reads(&ada).await;
    let long: String = (0..400).map(|one| format!("b{one} ")).collect();
    scene.import_document("Books", document(&long)).await;

    let page = get(&ada, REVIEW).await;
    assert!(page.contains("Not all that changed is shown."), "{page}");
    let (status, told) = decide(&ada, &group(&page, "READ"), "choice=run").await;

    assert_eq!(status, 409, "{told}");
    assert!(
        told.contains("More of it has changed than a list shows"),
        "{told}"
    );
    assert_eq!(state(&scene.house, &scene, "books").await, "NeedsReview");
    let alone = get(&ada, &tool(&page)).await;
    assert!(alone.contains("b399"), "{alone}");
    scene.front.close().await;
}
