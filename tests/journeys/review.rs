//! The review of a large API, as a browser gets it.

use std::{fmt::Write as _, path::Path, time::Duration};

use countersign_domain::operation::Method;
use countersign_spec_import::{Given, StartImport};
use countersign_tests::{House, Person};
use rustix::time::{ClockId, clock_gettime};
use sqlx::Executor as _;

use crate::front::{Browser, Front};

/// Three pages of a review.
const OPERATIONS: usize = 250;

fn document() -> String {
    let mut paths = String::new();
    for number in 100..100 + OPERATIONS {
        let comma = if number == 100 { "" } else { "," };
        let operation =
            format!(r#"{{"summary": "List the books of shelf {number}", "responses": {{}}}}"#);
        write!(
            paths,
            r#"{comma}"/shelves/{number}/books": {{"get": {operation}}}"#
        )
        .unwrap();
    }
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Library", "version": "1"}}, "paths": {{{paths}}}}}"#
    )
}

async fn import(house: &House, owner: &Person, given: Given) {
    let name = "Library".parse().unwrap();
    let import = StartImport { name, given };
    house.imports.start(&owner.scope, import).await.unwrap();
    house.work().await;
}

/// The status of a review, how many rows it has, and how many of them cannot be read.
async fn page(browser: &Browser<'_>, owner: &Person, query: &str) -> (u16, usize, usize) {
    let path = format!("/t/{}/sources/library?{query}", owner.tenant);
    let (status, text) = browser.ask(Method::Get, &path, None).await;
    let count = |what: &str| text.matches(what).count();
    let (rows, unreadable) = (count("<tr class=\"tool\""), count("this one cannot read"));
    (status, rows, unreadable)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_reads_the_definitions_of_its_own_rows_and_each_once() {
    let house = House::open().await;
    let owner = house.owner_of("acme").await;
    import(&house, &owner, Given::Paste(document())).await;
    let front = Front::open(&house, "review").await;
    let browser = front.browser(&house, &owner).await;
    assert_eq!(page(&browser, &owner, "").await, (200, 100, 0));

    // From here on no definition can be read.
    let mut admin = house.database.admin().await;
    let lost = "UPDATE tool_version SET definition = definition - 'binds'";
    admin.execute(lost).await.unwrap();
    let shelves = page(&browser, &owner, "text=shelves/15").await;
    assert_eq!(shelves, (200, 10, 0), "rows that were shown before");
    assert_eq!(page(&browser, &owner, "").await, (200, 100, 0));
    let next = page(&browser, &owner, "page=2").await;
    assert_eq!(next, (200, 100, 100), "rows that were not");
    println!(
        "N = {OPERATIONS} operations reviewed, the definitions of 100 of them read, each once"
    );
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_finds_every_word_in_any_order_and_shows_where() {
    let house = House::open().await;
    let owner = house.owner_of("acme").await;
    let list = r#"{"summary": "List books", "description": "Asks for 100% of a token first.", "responses": {}}"#;
    let delete = r#"{"summary": "Delete a repository", "responses": {}}"#;
    let given = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Library", "version": "1"}}, "paths": {{"/books": {{"get": {list}}}, "/repos/{{id}}": {{"delete": {delete}}}}}}}"#
    );
    import(&house, &owner, Given::Paste(given)).await;
    let front = Front::open(&house, "words").await;
    let browser = front.browser(&house, &owner).await;
    let found = async |text: &str| page(&browser, &owner, &format!("text={text}")).await.1;

    for all in ["repository+delete", "DELETE+repos", "high+repository"] {
        assert_eq!(found(all).await, 1, "{all}");
    }
    assert_eq!(found("list+repository").await, 0, "not each has both");
    assert_eq!(found("100%25+token").await, 1);
    assert_eq!(found("1%25n").await, 0, "nothing stands for anything");
    let many = "e+".repeat(2000);
    assert_eq!(found(&format!("{many}none")).await, 0, "however many");

    let path = "/t/acme/sources/library?text=token+books";
    let (_, shown) = browser.ask(Method::Get, path, None).await;
    let said = "Its description: “Asks for 100% of a token first.”";
    assert!(shown.contains(said), "{shown}");
    let (_, shown) = browser
        .ask(Method::Get, "/t/acme/sources/library?text=books", None)
        .await;
    assert!(!shown.contains("Its description"), "{shown}");
    assert!(!shown.contains("data-narrows"), "what is ticked is seen");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_of_a_large_document_reads_a_small_part_of_it() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    let Ok(bytes) = std::fs::read(home.join("github/api.github.com.json.gz")) else {
        eprintln!("skipped: GitHub's document is not beside the checkout");
        return;
    };
    let house = House::open().await;
    let owner = house.owner_of("acme").await;
    import(&house, &owner, Given::Upload(bytes.into())).await;
    let front = Front::open(&house, "review-large").await;
    let browser = front.browser(&house, &owner).await;
    let before = milliseconds();
    assert_eq!(page(&browser, &owner, "").await, (200, 100, 0));
    let first = milliseconds() - before;
    for _ in 0..5 {
        assert_eq!(page(&browser, &owner, "").await, (200, 100, 0));
    }
    let again = (milliseconds() - before - first) / 5.0;

    let mut admin = house.database.admin().await;
    let (tools, whole, read): (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), sum(length(definition::text)), sum(length(brief::text)) FROM tool_version",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert!(read * 4 < whole, "{read} of {whole} bytes");
    println!(
        "{tools} operations: a review reads {read} bytes of {whole} and \
         works {again:.0} ms beside the database ({first:.0} the first time)"
    );
    front.close().await;
}

/// What all threads of this process have worked.
fn milliseconds() -> f64 {
    let worked = Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap();
    worked.as_secs_f64() * 1e3
}
