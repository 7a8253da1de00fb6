//! What was shown is what is sent: T57, over the end of the process that held the call.

use std::sync::Arc;

use countersign_domain::{Fault as _, Kind, hold::Answer as Judged};

use super::{REFUND, scene};

#[tokio::test(flavor = "multi_thread")]
async fn t57_a_request_that_would_be_sent_otherwise_than_it_was_shown_is_not_sent() {
    // As if another Countersign had come up in between, which reads the same facts otherwise.
    let otherwise = [
        (
            "the body's bytes",
            r#"UPDATE tool_version SET definition = jsonb_set(definition, '{body,kind}', '"form"')"#,
        ),
        (
            "a header",
            r#"UPDATE tool_version SET definition =
                jsonb_set(definition, '{body,media_type}', '"application/vnd.shop+json"')"#,
        ),
        (
            "where the credential goes",
            r#"UPDATE credential SET scheme = '{"type": "bearer"}'"#,
        ),
    ];
    for (what, change) in otherwise {
        let mut scene = scene().await;
        scene.countersigned(900).await;
        let mut admin = scene.house.database.admin().await;
        let changed = sqlx::query(change).execute(&mut admin).await.expect(what);
        assert_ne!(changed.rows_affected(), 0, "{what}");
        let house = Arc::get_mut(&mut scene.house).expect("nobody else is there");
        house.restart().await;

        let refused = scene.refund(900).await;

        assert_eq!(refused.code(), "approval_stale", "{what}: {}", refused.body);
        assert_eq!(scene.upstream.count(REFUND), 0, "{what}");
    }
    println!(
        "{} ways to send another request than was shown: 0 sent",
        otherwise.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_countersignature_outlives_the_process_that_held_the_call() {
    let mut scene = scene().await;
    scene.countersigned(900).await;
    let house = Arc::get_mut(&mut scene.house).expect("nobody else is there");
    house.restart().await;

    let ran = scene.refund(900).await;

    assert!(!ran.is_error(), "{}", ran.body);
    assert_eq!(scene.upstream.count(REFUND), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_countersigns_a_request_of_which_a_part_cannot_be_shown() {
    let scene = scene().await;
    assert_eq!(scene.refund(900).await.code(), "held");
    let hold = scene.house.waiting(&scene.reviewer).await.remove(0);
    let mut admin = scene.house.database.admin().await;
    let lost = sqlx::query("UPDATE hold SET request = request - 'body'");
    assert_eq!(lost.execute(&mut admin).await.unwrap().rows_affected(), 1);

    let decided = scene
        .house
        .decide(&scene.reviewer, &hold, Judged::Countersign);

    assert_eq!(decided.await.unwrap_err().kind(), Kind::Internal);
    assert!(
        scene
            .refund(900)
            .await
            .body
            .to_string()
            .contains("hold_unavailable")
    );
    assert_eq!(scene.upstream.count(REFUND), 0);
}
