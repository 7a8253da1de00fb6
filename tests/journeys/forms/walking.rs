//! From one tool of a review to the next, with the filter it was opened with.

use super::{Scene, drawn, get, post};
use crate::front::Browser;

const REVIEW: &str = "/t/acme/sources/books";
const OPEN: &str = "state=undecided&environment=production&page=1";

/// Where a link or a form of a page leads to.
fn leads(page: &str, attribute: &str, start: &str) -> String {
    let (_, rest) = page.split_once(start).expect(start);
    let (_, rest) = rest.split_once(&format!("{attribute}=\"")).unwrap();
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

/// What a page says of the place of its tool.
fn place(page: &str) -> String {
    let (_, rest) = page.split_once("id=\"walk-at\">").expect("a walk");
    let text = rest.split("</span>\n").next().unwrap();
    let pieces = text.split('<').map(|one| one.rsplit('>').next().unwrap());
    pieces.collect()
}

/// Sends one form of a tool's page, and returns the page that it leads to.
async fn decide(browser: &Browser<'_>, page: &str, rest: &str) -> (String, String) {
    let to = leads(page, "action", "<h2 id=\"h-decision\">");
    let form = format!(
        "{}&reason=the+desk+needs+it{rest}",
        drawn(page, "turn-on-form")
    );
    let (status, told) = post(browser, &to, &form).await;
    assert_eq!(status, 303, "{told}");
    let to = told.split('"').nth(1).unwrap().to_owned();
    (get(browser, &to).await, to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_of_a_review_leads_to_the_next_and_back_with_the_filter() {
    let scene = Scene::open("walking").await;
    let paths = ["/authors", "/books", "/members", "/shelves"];
    scene.import("Books", &paths).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let list = get(&ada, &format!("{REVIEW}?state=undecided")).await;
    let first = leads(&list, "href", "class=\"tool-link\"");
    assert!(first.ends_with(&format!("?{OPEN}")), "{first}");

    let one = get(&ada, &first).await;
    assert_eq!(place(&one), "1 of 4 that fit the filter");
    assert!(!one.contains("id=\"walk-before\""), "it is the first");
    let back = leads(&one, "href", "› <a");
    assert_eq!(back, format!("{REVIEW}?{OPEN}#h-tools"));

    let (two, at) = decide(&ada, &one, "&next=yes").await;
    assert!(at.contains(OPEN) && !at.starts_with(&first), "{at}");
    assert!(two.contains("The tool before this one is on."), "{two}");
    assert_eq!(place(&two), "1 of 3 that fit the filter");

    let (still, at) = decide(&ada, &two, "").await;
    assert!(at.contains(OPEN), "{at}");
    assert!(still.contains("The tool is on.") && still.contains("id=\"turn-off-form\""));
    assert_eq!(place(&still), "2 left that fit the filter");
    let three = get(&ada, &leads(&still, "href", "id=\"walk-after\"")).await;
    assert_eq!(place(&three), "1 of 2 that fit the filter");

    let four = get(&ada, &leads(&three, "href", "id=\"walk-after\"")).await;
    assert!(!four.contains("name=\"next\""), "it is the last");
    let alone = get(&ada, first.split('?').next().unwrap()).await;
    assert!(!alone.contains("id=\"walk\""), "opened from no review");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_decides_after_the_end_of_the_session_is_led_back_to_the_same_place() {
    let scene = Scene::open("walking-late").await;
    scene.import("Books", &["/authors", "/books"]).await;
    let mut ada = scene.front.browser(&scene.house, &scene.owner).await;
    let list = get(&ada, &format!("{REVIEW}?state=undecided")).await;
    let tool = leads(&list, "href", "class=\"tool-link\"");
    let page = get(&ada, &tool).await;
    ada.cookie.clear();

    let sent = async |from: &str, to: &str| {
        let (status, told) = post(&ada, to, &drawn(from, "turn-on-form")).await;
        assert_eq!(status, 303, "{told}");
        told.split('"').nth(1).unwrap().to_owned()
    };
    let from_tool = sent(&page, &leads(&page, "action", "<h2 id=\"h-decision\">")).await;
    let decide = leads(&list, "action", "id=\"h-tools\"");
    let from_list = sent(&page, &decide).await;

    let next = |to: &str| {
        let url = url::Url::parse(&format!("http://here{to}")).unwrap();
        let mut pairs = url.query_pairs();
        pairs
            .find(|(name, _)| name == "next")
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(next(&from_tool), tool);
    assert_eq!(next(&from_list), format!("{REVIEW}?state=undecided&page=1"));
    scene.front.close().await;
}
