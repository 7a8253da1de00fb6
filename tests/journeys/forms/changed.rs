//! What an import changed, where people decide about it.

use countersign_tests::House;
use sqlx::Executor as _;

use super::{Scene, drawn, get, post};
use crate::front::Browser;

const REVIEW: &str = "/t/acme/sources/books";

/// Two reads and two operations of high risk.
fn document(summary: &str, security: &str) -> String {
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Books", "version": "1"}},
        "components": {{"securitySchemes": {{"key": {{"type": "apiKey", "in": "header", "name": "X-Key"}}}}}},
        "paths": {{
          "/books": {{"get": {{"operationId": "list_books", "summary": "{summary}", "responses": {{}}}}}},
          "/members": {{"get": {{"operationId": "list_members", "summary": "List the members", "security": {security}, "responses": {{}}}}}},
          "/books/{{id}}": {{"delete": {{"operationId": "delete_book", "summary": "Delete a book", "responses": {{}}, "parameters":
            [{{"name": "id", "in": "path", "required": true, "schema": {{"type": "string"}}}}]}}}},
          "/shelves/{{id}}": {{"delete": {{"operationId": "delete_shelf", "summary": "Delete a shelf", "responses": {{}}, "parameters":
            [{{"name": "id", "in": "path", "required": true, "schema": {{"type": "string"}}}}]}}}}}}}}"#
    )
}

/// What the box of a whole group says.
pub(super) fn group(page: &str, class: &str) -> String {
    let start = format!("name=\"group\" value=\"{class}@");
    let rest = page.split(&start).nth(1).expect("a box of the group");
    format!("{class}@{}", rest.split('"').next().unwrap())
}

pub(super) async fn decide(browser: &Browser<'_>, group: &str, choice: &str) -> (u16, String) {
    let form = format!(
        "csrf={}&environment=production&group={group}&{choice}&reason=[OPS-12]+the+desk+needs+it",
        browser.csrf
    );
    post(browser, &format!("{REVIEW}/decide"), &form).await
}

async fn state(house: &House, scene: &Scene, name: &str) -> String {
    let place = house.registry.environments(&scene.owner.scope).await;
    let source = house.registry.sources(&scene.owner.scope).await.unwrap();
    let (source, place) = (source[0].source.id, place.unwrap()[0].id);
    let tools = house.tools(&scene.owner, source, place).await;
    let tool = tools.iter().find(|view| view.tool.name == name);
    format!("{:?}", tool.unwrap().state)
}

/// What lets one in before it is changed.
const KEY: &str = r#"[{"key": []}]"#;

impl Scene {
    /// Both reads are on.
    async fn with_reads_on(name: &str) -> Self {
        let scene = Self::open(name).await;
        scene
            .import_document("Books", document("List the books", KEY))
            .await;
        let ada = scene.front.browser(&scene.house, &scene.owner).await;
        let carried = format!("csrf={}&environment=production", ada.csrf);
        for (form, rest) in [
            ("base-url", "base_url=https://api.example.com"),
            (
                "credential",
                "base_url=https://api.example.com&scheme=bearer&secret=s3cr3t-t0k3n",
            ),
        ] {
            let path = format!("{REVIEW}/connection/{form}");
            let saved = post(&ada, &path, &format!("{carried}&{rest}")).await;
            assert_eq!(saved.0, 303, "{}", saved.1);
        }
        let reads = drawn(&get(&ada, REVIEW).await, "turn-on-reads-form");
        let reads = format!("{reads}&reason=reading+is+fine");
        let on = post(&ada, &format!("{REVIEW}/turn-on-reads"), &reads).await;
        assert_eq!(on.0, 303, "{}", on.1);
        scene
    }

    /// Both reads are on; then an import opens one to everybody and words the other differently.
    async fn with_changes(name: &str) -> Self {
        let scene = Self::with_reads_on(name).await;
        scene
            .import_document("Books", document("List all the books", "[]"))
            .await;
        scene
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_told_where_people_pass() {
    let scene = Scene::with_changes("waits").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let home = get(&ada, "/t/acme").await;
    assert!(home.contains("id=\"review-count\""), "{home}");
    let apis = get(&ada, "/t/acme/sources").await;
    let bar = "aria-label=\"Tools: 2 needs review, 2 undecided\"";
    assert!(apis.contains(bar), "{apis}");
    assert!(apis.contains("2 changed, wait for review"), "{apis}");

    let review = get(&ada, &format!("{REVIEW}?text=members")).await;
    let link = |page: &str, of: &str| {
        let rest = page.split(&format!("/t/acme/{of}/")).nth(1).unwrap();
        let id = rest.split(['"', '?']).next().unwrap();
        format!("/t/acme/{of}/{id}")
    };
    let (tool, import) = (link(&review, "tools"), link(&review, "imports"));
    for path in [REVIEW, &tool, &import] {
        let page = get(&ada, path).await;
        let told = "The credential of Books in Production is suspended.";
        assert!(page.contains(told), "{path}: {page}");
    }
    let report = get(&ada, "/t/acme/report").await;
    assert!(report.contains("finding-credential_suspended"), "{report}");
    let log = get(&ada, "/t/acme/audit").await;
    assert!(log.contains("2 tools together"), "{log}");

    let page = get(&ada, &import).await;
    let at = |name: &str| page.find(&format!("\">{name}</a>")).expect("a tool");
    assert!(
        at("list_members") < at("list_books"),
        "what lets one in first"
    );
    let found = get(&ada, &format!("{import}?text=members")).await;
    assert!(!found.contains(">list_books</a>"), "{found}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_tool_says_why_it_waits_and_what_lets_one_in_is_decided_by_itself() {
    let scene = Scene::with_changes("changed").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let page = get(&ada, &format!("{REVIEW}?state=review")).await;
    assert_eq!(page.matches("<tr class=\"tool\"").count(), 2, "{page}");
    for said in [
        "1 security</a>",
        "1 text</a>",
        "The credential that a call needs has changed.",
        "List<ins> all</ins> the books",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for (kind, name) in [("security", "list_members"), ("text", "list_books")] {
        let one = get(&ada, &format!("{REVIEW}?changed={kind}")).await;
        assert_eq!(one.matches("<tr class=\"tool\"").count(), 1, "{kind}");
        assert!(one.contains(&format!("data-name=\"{name}\"")), "{kind}");
    }

    let (status, told) = decide(&ada, &group(&page, "READ"), "choice=run").await;
    assert_eq!(status, 200, "{told}");
    assert!(told.contains("1 tool turned on."), "{told}");
    assert!(told.contains("decide there."), "{told}");
    let (house, members) = (&scene.house, "list_members");
    assert_eq!(state(house, &scene, members).await, "NeedsReview");
    assert_eq!(state(house, &scene, "list_books").await, "On(Run)");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_import_put_back_is_no_reason_to_wait() {
    let scene = Scene::with_changes("put-back").await;
    let back = document("List all the books", KEY);
    let back = back.replace("List the members", "List all the members");
    scene.import_document("Books", back).await;

    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let page = get(&ada, &format!("{REVIEW}?state=review")).await;
    assert!(page.contains("2 text</a>"), "{page}");
    assert!(!page.contains("security</a>"), "{page}");
    let gone = "The credential that a call needs has changed.";
    assert!(!page.contains(gone), "{page}");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_is_refused_stays_chosen_with_its_reason_and_can_be_held() {
    let scene = Scene::open("refused-group").await;
    scene
        .import_document("Books", document("List the books", "[]"))
        .await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let box_of_all = group(&get(&ada, REVIEW).await, "DELETE");

    let (status, page) = decide(&ada, &box_of_all, "choice=run").await;

    assert_eq!(status, 409, "{page}");
    let form = drawn(&page, "decide-form");
    assert!(form.contains("group=DELETE"), "{form}");
    assert!(
        page.contains("value=\"[OPS-12] the desk needs it\""),
        "{page}"
    );
    assert!(
        page.contains("<option value=\"run\" selected>"),
        "the decision"
    );
    assert!(page.contains("id=\"hold-instead\""), "{page}");
    let held = format!("{form}&choice=run&instead=hold&reason=the+desk+needs+it");
    let held = post(&ada, &format!("{REVIEW}/decide"), &held).await;
    assert_eq!(held.0, 303, "{}", held.1);
    for name in ["delete_book", "delete_shelf"] {
        assert_eq!(state(&scene.house, &scene, name).await, "On(Hold)");
    }
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn off_and_on_again_is_no_way_around_looking() {
    let scene = Scene::with_changes("off-and-on").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    for (choice, status) in [("choice=off", 303), ("choice=run", 200)] {
        let box_of_all = group(&get(&ada, REVIEW).await, "READ");
        let (told, page) = decide(&ada, &box_of_all, choice).await;
        assert_eq!(told, status, "{choice}: {page}");
    }
    assert_eq!(state(&scene.house, &scene, "list_members").await, "Off");
    assert_eq!(state(&scene.house, &scene, "list_books").await, "On(Run)");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lets_one_in_is_looked_at_also_where_it_changed_while_the_tool_was_off() {
    let scene = Scene::with_reads_on("changed-while-off").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let all = async |choice: &str| {
        let box_of_all = group(&get(&ada, REVIEW).await, "READ");
        decide(&ada, &box_of_all, choice).await
    };
    assert_eq!(all("choice=off").await.0, 303);
    for words in ["List all the books", "List every book"] {
        scene.import_document("Books", document(words, "[]")).await;
    }

    let (status, page) = all("choice=run").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("decide there."), "{page}");
    assert_eq!(state(&scene.house, &scene, "list_members").await, "Off");
    assert_eq!(state(&scene.house, &scene, "list_books").await, "On(Run)");
    let review = get(&ada, &format!("{REVIEW}?text=members")).await;
    let tool = review.split("/t/acme/tools/").nth(1).unwrap();
    let tool = tool.split(['"', '?']).next().unwrap();
    let page = get(&ada, &format!("/t/acme/tools/{tool}")).await;
    let differs = "Anybody is let in now, without any credential.";
    assert!(page.contains(differs), "beside the decision: {page}");

    scene
        .import_document("Books", document("List every book", KEY))
        .await;
    assert_eq!(all("choice=run").await.0, 303);
    let members = state(&scene.house, &scene, "list_members").await;
    assert_eq!(members, "On(Run)", "it is as it was looked at");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_unreadably_is_not_turned_on_among_others() {
    let scene = Scene::with_reads_on("unreadable").await;
    scene
        .import_document("Books", document("List all the books", KEY))
        .await;
    // As some version to come may write it.
    let newer =
        r#"UPDATE revision_change SET changes = '[{"kind": "hologram"}]' WHERE outcome = 'review'"#;
    let mut admin = scene.house.database.admin().await;
    let written = admin.execute(newer).await.unwrap();
    assert_eq!(written.rows_affected(), 1);
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let review = get(&ada, REVIEW).await;
    assert!(review.contains("which this one cannot read."), "{review}");

    let (status, page) = decide(&ada, &group(&review, "READ"), "choice=hold").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("decide there."), "{page}");
    let books = state(&scene.house, &scene, "list_books").await;
    assert_eq!(books, "NeedsReview");
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decisions_that_say_the_same_are_told_apart() {
    let scene = Scene::open("told-apart").await;
    scene
        .import_document("Books", document("List the books", "[]"))
        .await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    for choice in ["choice=hold", "choice=off", "choice=hold"] {
        let box_of_all = group(&get(&ada, REVIEW).await, "DELETE");
        let (status, page) = decide(&ada, &box_of_all, choice).await;
        assert_eq!(status, 303, "{page}");
    }

    let log = get(&ada, "/t/acme/audit?act=tool.turned_on").await;
    let links = log.split("/t/acme/audit?").skip(1);
    let links: Vec<&str> = links.filter(|link| link.contains("each=")).collect();
    assert_eq!(log.matches("2 tools together").count(), 2, "{log}");
    let reason = "reason: [OPS-12] the desk needs it";
    assert_eq!(log.matches(reason).count(), 2, "{log}");
    for (link, rows) in links.iter().zip([2, 2]) {
        let query = link.split('"').next().unwrap().replace("&#38;", "&");
        let each = get(&ada, &format!("/t/acme/audit?{query}")).await;
        assert_eq!(
            each.matches("<td data-label=\"Act\">").count(),
            rows,
            "{each}"
        );
    }
    scene.front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_has_changed_is_to_be_chosen_again() {
    let scene = Scene::with_changes("stale-group").await;
    let ada = scene.front.browser(&scene.house, &scene.owner).await;
    let (status, page) = decide(&ada, "READ@before", "choice=off").await;
    assert_eq!(status, 409, "{page}");
    let said = "A group that has changed has to be chosen again.";
    assert!(page.contains(said), "{page}");
    scene.front.close().await;
}
