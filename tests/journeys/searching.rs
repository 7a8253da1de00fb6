//! What a search of the audit log finds, and what it may take from everybody else.

use countersign_domain::operation::Method;
use countersign_reporting::{Audit, RecordFilter};
use countersign_tests::{House, Upstream};
use futures_util::future::join_all;
use serde_json::json;
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
    assert!(too_long >= 1, "{told:?}");
    assert_eq!(too_long + too_many, SEARCHES, "{told:?}");
    let (status, page) = get("/t/acme/audit?text=owner").await;
    assert!(status == 200 && page.contains("member.signed_up"), "{page}");
    println!("{SEARCHES} searches: {too_long} ended, {too_many} refused; the other pages answered");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_a_call_is_found_by_the_name_of_its_tool() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &upstream.base).await;
    let agent = house.agent_of(&ada, &shop).await;
    let audit = Audit::new(house.store.clone());
    let acts_of = async |tool: &str| {
        let filter = RecordFilter {
            tool: Some(tool.to_owned()),
            ..RecordFilter::default()
        };
        let page = audit.list(&ada.scope, &filter, None).await.unwrap();
        let acts = page.rows.into_iter().map(|row| row.act);
        acts.collect::<Vec<_>>()
    };

    house.call(&agent, "nothing_like_it", &json!({})).await;
    assert_eq!(acts_of("nothing_like").await, ["call.denied"]);

    let refund = json!({"order_id": "o-1", "body": {"amount_cents": 5}});
    house.call(&agent, "create_refund", &refund).await;
    let passed = "UPDATE hold SET expires_at = now() - interval '1 second'";
    let mut admin = house.database.admin().await;
    admin.execute(passed).await.unwrap();
    assert_eq!(house.approvals.expire_due().await.unwrap(), 1);
    let found = acts_of("refund").await;
    assert!(found.contains(&"hold.expired".to_owned()), "{found:?}");
}
