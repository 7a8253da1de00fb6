//! What is seen of a tool before it is decided about, and what becomes of the decision.

use countersign_domain::role::Role;
use countersign_spec_import::{Given, StartImport};

use super::{
    Scene,
    changed::{decide, group},
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
    let kept = (0..40)
        .map(|one| format!(" part {one},"))
        .collect::<Vec<_>>()
        .concat();
    let said = |start: &str, middle: &str, end: &str| {
        let words = format!("{start} what is kept:{kept} and so on.{middle} Also{kept} done{end}");
        let told = format!(r#""List some", "description": "{words}""#);
        document("Books", &["/books"]).replace(r#""List some""#, &told)
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
    let long = (0..400)
        .map(|one| format!("b{one} "))
        .collect::<Vec<_>>()
        .concat();
    scene.import_document("Books", document(&long)).await;

    let page = get(&ada, REVIEW).await;
    assert!(page.contains("Not all that changed is shown."), "{page}");
    let (status, told) = decide(&ada, &group(&page, "READ"), "choice=run").await;

    assert_eq!(status, 409, "{told}");
    assert!(
        told.contains("More of it has changed than a list shows"),
        "{told}"
    );
    assert!(
        get(&ada, REVIEW)
            .await
            .contains("data-state=\"changed, needs review\"")
    );
    let alone = get(&ada, &tool(&page)).await;
    assert!(alone.contains("b399"), "{alone}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_from_before_does_not_override_who_turned_a_tool_off() {
    let scene = Scene::open("decided-meanwhile").await;
    scene.import("Books", &["/books", "/authors"]).await;
    let bob = scene.house.member_of(&scene.owner, Role::Reviewer, "bob");
    let bob = scene.front.browser(&scene.house, &bob.await).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    turn_on_reads(&ada).await;
    let list = get(&ada, REVIEW).await;
    let page = tool(&list);
    let alone = drawn(&get(&ada, &page).await, "turn-on-form");
    let off = drawn(&get(&bob, &page).await, "turn-off-form");
    let off = format!("{off}&reason=Incident+4711:+must+stay+off");
    assert_eq!(post(&bob, &format!("{page}/turn-off"), &off).await.0, 303);

    let hold = alone.replace("handling=run", "handling=hold");
    let hold = format!("{hold}&reason=the+desk+needs+it");
    let single = post(&ada, &format!("{page}/turn-on"), &hold).await;
    let together = decide(&ada, &group(&list, "READ"), "choice=hold").await;
    let boxes: Vec<&str> = list.split("name=\"tool\" value=\"").skip(1).collect();
    let boxes = boxes.iter().map(|rest| rest.split('"').next().unwrap());
    let boxes = boxes
        .map(|one| format!("&tool={one}"))
        .collect::<Vec<_>>()
        .concat();
    let rows = format!(
        "csrf={}&environment=production&choice=hold&reason=the+desk+needs+it{boxes}",
        ada.csrf
    );
    let rows = post(&ada, &format!("{REVIEW}/decide"), &rows).await;

    for (status, told) in [&single, &together, &rows] {
        assert!(told.contains("Incident 4711: must stay off"), "{told}");
        assert!([200, 409].contains(status), "{status}");
    }
    assert!(
        rows.1.contains("1 tool turned on, each call held."),
        "{}",
        rows.1
    );
    assert!(get(&ada, REVIEW).await.contains("data-state=\"off\""));
    let seen = decide(
        &ada,
        &group(&get(&ada, REVIEW).await, "READ"),
        "choice=hold",
    )
    .await;
    assert_eq!(seen.0, 303, "{}", seen.1);
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_about_many_says_how_many_and_leads_to_their_rows() {
    let scene = Scene::open("counted-decision").await;
    scene.import("Books", &["/books", "/authors"]).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let after = async |choice: &str| {
        let all = group(&get(&ada, REVIEW).await, "READ");
        let (status, told) = decide(&ada, &all, choice).await;
        assert_eq!(status, 303, "{told}");
        let path = told.split('"').nth(1).expect("a way").to_owned();
        get(&ada, &path).await
    };
    let on = after("choice=run").await;
    assert!(on.contains("2 tools turned on."), "{on}");
    let link = on
        .split("id=\"decided-rows\" href=\"")
        .nth(1)
        .expect("a link");
    let link = link.split('"').next().unwrap().to_owned();
    // Something newer is on record by then, another decision among it.
    let off = after("choice=off").await;
    assert!(off.contains("2 tools turned off."), "{off}");
    let rows = get(&ada, &link).await;
    assert_eq!(rows.matches("<td data-label=\"Act\">").count(), 2, "{rows}");
    assert!(!rows.contains("A tool was turned off<br>"), "{rows}");
    let on = after("choice=run").await;
    assert!(on.contains("2 tools turned on."), "{on}");
    let again = after("choice=run").await;
    assert!(
        again.contains("2 tools had been decided so before."),
        "{again}"
    );

    scene
        .import("Books", &["/books", "/authors", "/shelves"])
        .await;
    let off = after("choice=off").await;
    assert!(
        off.contains("3 tools turned off. 2 of them had been on."),
        "{off}"
    );
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_button_for_all_read_tools_says_which_of_them_touch_sensitive_data() {
    let scene = Scene::open("sensitive-reads").await;
    let schema = r#"{"type": "object", "properties": {"email": {"type": "string"}}}"#;
    let content = format!(r#"{{"application/json": {{"schema": {schema}}}}}"#);
    let answer =
        format!(r#""responses": {{"200": {{"description": "Done.", "content": {content}}}}}"#);
    let given = document("Books", &["/customers", "/books", "/shelves"]);
    let given = given.replacen(r#""responses": {}"#, &answer, 1);
    scene.import_document("Books", given).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;

    let page = get(&ada, REVIEW).await;

    let said = page.split("id=\"reads-sensitive\"").nth(1).expect("said");
    let said = said.split("</p>").next().unwrap();
    assert!(said.contains("1 of 3</a> touches sensitive data"), "{said}");
    assert!(said.contains("1 personal</a>)"), "{said}");
    for link in said.split("href=\"").skip(1) {
        let link = link.replace("&#38;", "&");
        let query = link.split('#').next().unwrap();
        let listed = get(&ada, &format!("{REVIEW}{query}")).await;
        assert_eq!(listed.matches("<tr class=\"tool\"").count(), 1, "{listed}");
    }
    turn_on_reads(&ada).await;
    assert!(!get(&ada, REVIEW).await.contains("reads-sensitive"));
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_role_may_not_turn_a_tool_on_has_no_box_for_it_and_is_told_who_may() {
    let scene = Scene::open("who-may").await;
    let delete = r#""responses": {}}, "delete": {"summary": "Remove it", "responses": {}}"#;
    let given = document("Books", &["/books", "/authors"]);
    let given = given.replacen(r#""responses": {}}"#, delete, 1);
    scene.import_document("Books", given).await;
    let house = &scene.house;
    let rev = house.member_of(&scene.owner, Role::Reviewer, "rev").await;
    let rev = scene.front.browser(house, &rev).await;
    let ada = scene.front.browser(house, &scene.owner).await;
    let read = group(&get(&ada, REVIEW).await, "READ");
    let boxes = |page: &str| page.matches("name=\"tool\"").count();

    let review = get(&rev, REVIEW).await;
    assert_eq!(boxes(&review), 1, "of the one that is high-risk");
    let who = "These are turned on by owners, admins and developers;";
    assert_eq!(review.matches(who).count(), 1, "{review}");
    let reads = get(&rev, &format!("{REVIEW}?class=READ")).await;
    assert!(!reads.contains("id=\"decide\""), "{reads}");
    let (status, told) = decide(&rev, &read, "choice=hold").await;
    assert_eq!(status, 409, "a box of another page: {told}");
    let page = get(&rev, &tool(&reads)).await;
    let who = "Tools that are not high-risk are turned on by owners, admins and developers.";
    assert!(page.contains(who), "{page}");

    turn_on_reads(&ada).await;
    let review = get(&rev, REVIEW).await;
    assert_eq!(boxes(&review), 3, "what is on can be turned off");
    let read = group(&review, "READ");
    let (_, refused) = decide(&rev, &read, "choice=hold").await;
    let who = "Your role does not allow this: owners, admins and developers can.";
    assert!(refused.contains(who), "{refused}");
    assert_eq!(decide(&rev, &read, "choice=off").await.0, 303);
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_api_of_the_same_name_is_not_made_by_mistake() {
    let scene = Scene::open("twins").await;
    scene.import("Books", &["/books"]).await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let list = async || get(&ada, "/t/acme/sources").await;
    assert!(!list().await.contains("Books (books)"));
    let form = format!("csrf={}&name=books", ada.csrf);

    for (way, given) in [
        ("paste", "document={}"),
        ("url", "url=https://api.example.com"),
    ] {
        let path = format!("/t/acme/import/{way}");
        let (status, page) = post(&ada, &path, &format!("{form}&{given}")).await;
        assert_eq!(status, 409, "{page}");
        let twin = page.split("id=\"twin\"").nth(1).expect("said");
        assert!(
            twin.contains("href=\"/t/acme/sources/books/import\""),
            "{twin}"
        );
    }
    assert_eq!(list().await.matches("<tr><th scope=\"row\">").count(), 1);

    // Made so all the same, as by the API, they are told apart.
    let (name, given) = ("Books".parse().unwrap(), Given::Paste("{}".to_owned()));
    let start = StartImport { name, given };
    let started = scene.house.imports.start(&scene.owner.scope, start).await;
    scene.house.work().await;
    let both = list().await;
    assert!(
        both.contains("Books (books)") && both.contains("Books (books-2)"),
        "{both}"
    );
    let failed = format!("/t/acme/imports/{}", started.unwrap().revision);
    let failed = get(&ada, &failed).await;
    assert!(failed.contains("Remove Books (books-2)"), "{failed}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_filter_keeps_a_reason_out_of_the_address_and_on_the_page() {
    let scene = Scene::open("filter-keeps").await;
    scene.import("Books", &["/books", "/authors"]).await;
    let globex = scene.house.owner_of("globex").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let eve = scene.front.browser(&scene.house, &globex).await;
    let page = get(&ada, REVIEW).await;
    let book = page.split("data-name=\"get_books\"").nth(1).unwrap();
    let book = book.split("name=\"tool\" value=\"").nth(1).unwrap();
    let book = book.split('"').next().unwrap();
    let form = drawn(&page, "decide-form");
    let all = group(&page, "READ");

    let (status, to) = post(
        &ada,
        REVIEW,
        &format!("{form}&text=books&choice=run&reason="),
    )
    .await;
    assert_eq!(status, 303, "{to}");
    let narrowed = format!("{form}&text=books&choice=run&reason=The+desk+needs+it&tool={book}");
    let (status, page) = post(&ada, REVIEW, &format!("{narrowed}&group={all}")).await;

    assert_eq!(status, 200, "{page}");
    assert!(page.contains("data-name=\"get_books\""), "{page}");
    assert!(!page.contains("data-name=\"get_authors\""), "{page}");
    assert!(page.contains("value=\"The desk needs it\""), "{page}");
    assert!(page.contains("<option value=\"run\" selected>"), "{page}");
    let ticked = page.matches(" checked").count();
    assert_eq!(
        ticked, 2,
        "the tool and the switch of keys, not the group that is smaller now"
    );
    assert!(!page.contains("=The+desk"), "no link has it");
    let decided = format!(
        "{}&choice=run&reason=The+desk+needs+it",
        drawn(&page, "decide-form")
    );
    let narrowed = narrowed.replace("text=books", "text=nothing");
    let (_, none) = post(&ada, REVIEW, &narrowed).await;
    assert!(none.contains("No tool fits"), "{none}");
    let kept = "<input type=\"hidden\" name=\"reason\" value=\"The desk needs it\">";
    assert!(none.contains(kept), "{none}");
    let stranger = narrowed.replace(&ada.csrf, &eve.csrf);
    assert_eq!(post(&eve, REVIEW, &stranger).await.0, 404);
    let decided = post(&ada, &format!("{REVIEW}/decide?text=books"), &decided).await;
    assert_eq!(decided.0, 303, "{}", decided.1);
    scene.front.close().await;
}
