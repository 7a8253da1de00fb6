//! An agent that tries again and again while all calls are stopped does not fill the log.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn refusals_that_are_not_on_record_are_counted() {
    const CALLS: usize = 30;
    let scene = Scene::open().await;
    scene.stop().await;
    scene.reads("stopped").await;
    let refuse = async || {
        let answer = scene.call("get_order", json!({"order_id": "o-1"})).await;
        assert_eq!(answer.code(), "stopped", "{}", answer.body);
    };
    // The first of a second is put on record, and tells of all before it.
    let told = async || {
        sleep(Duration::from_millis(1_100)).await;
        refuse().await;
        let rows = "record WHERE rule = 'stopped'";
        let others = format!(
            "(SELECT jsonb_path_query(detail, '$.unrecorded_before') n FROM {rows}) r,
            generate_series(1, n::int)"
        );
        (scene.count(rows).await, scene.count(&others).await)
    };

    let (rows, others) = told().await;
    for _ in 0..CALLS {
        refuse().await;
    }
    let (rows_after, others_after) = told().await;

    let refused = i64::try_from(CALLS).unwrap() + 1;
    assert_eq!(rows_after + others_after, rows + others + refused);
    assert!(others_after > others, "{others_after}");
    println!(
        "N = {refused} refusals, {} of them on record",
        rows_after - rows
    );
}
