//! What searching the audit log may take from everybody else.

use countersign_domain::operation::Method;
use countersign_tests::House;
use futures_util::future::join_all;
use sqlx::Executor as _;

use crate::front::Front;

#[tokio::test(flavor = "multi_thread")]
async fn searches_of_a_long_log_end_and_leave_the_other_pages_their_connections() {
    const SEARCHES: usize = 40;
    let house = House::open().await;
    let ada = house.owner_of("acme").await;
    let front = Front::open(&house, "searching").await;
    let browser = front.browser(&house, &ada).await;
    let get = |path: &'static str| browser.ask(Method::Get, path, None);

    // No log is so long that it takes for ever to read: somebody holds it.
    let mut holder = house.database.admin().await;
    holder.execute("BEGIN; LOCK TABLE record").await.unwrap();
    let searching = join_all((0..SEARCHES).map(|_| get("/t/acme/audit?text=refund")));
    let looking_around = async {
        for _ in 0..SEARCHES {
            let (status, page) = get("/t/acme/members").await;
            assert_eq!(status, 200, "{page}");
        }
    };
    let (searched, ()) = tokio::join!(searching, looking_around);
    holder.execute("ROLLBACK").await.unwrap();

    let told: Vec<_> = searched
        .iter()
        .map(|(status, page)| {
            let code = page.split("id=\"problem-code\">").nth(1);
            (*status, code.and_then(|rest| rest.split('<').next()))
        })
        .collect();
    let count = |answer| told.iter().filter(|told| **told == answer).count();
    let too_long = count((400, Some("search_too_long")));
    let too_many = count((429, Some("too_many_searches")));
    assert!(too_long >= 2, "{told:?}");
    assert_eq!(too_long + too_many, SEARCHES, "{told:?}");
    let (status, page) = get("/t/acme/audit?text=owner").await;
    assert!(status == 200 && page.contains("member.signed_up"), "{page}");
    println!("{SEARCHES} searches: {too_long} ended, {too_many} refused; the other pages answered");
    front.close().await;
}
