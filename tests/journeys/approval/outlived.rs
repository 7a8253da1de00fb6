//! An approval that has outlived something it was given for (T56).

use sqlx::{Connection as _, Executor as _};

use super::{REFUND, scene};
use crate::locks::waited_for;

const LOCK_HOLDS: &str = "LOCK TABLE hold IN EXCLUSIVE MODE";

/// Changes one fact behind a countersigned call that is about to run; it must be refused, and say
/// why.
async fn refused_after(change: &str, code: &str) {
    let scene = scene().await;
    scene.countersigned(900).await;
    let (mut admin, mut watch) = (
        scene.house.database.admin().await,
        scene.house.database.admin().await,
    );
    let mut frozen = admin.begin().await.unwrap();
    frozen.execute(LOCK_HOLDS).await.unwrap();
    // The agent is let in and the call let through before anything has changed.
    let meanwhile = async {
        waited_for(&mut watch, "hold").await;
        for statement in change.split(';') {
            let statement = sqlx::AssertSqlSafe(statement.to_owned());
            frozen.execute(statement).await.expect(change);
        }
        frozen.commit().await.unwrap();
    };

    let (refused, ()) = tokio::join!(scene.refund(900), meanwhile);

    assert_eq!(refused.code(), code, "{change}: {}", refused.body);
    assert_eq!(scene.upstream.count(REFUND), 0, "{change}");
    let next = scene.refund(900).await;
    let asks_anew = next.code() == "held" || next.status == 401;
    assert!(asks_anew, "{change}: {}", next.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn t56_an_approval_does_not_outlive_what_it_was_given_for() {
    // Behind the product's back, so that only the consuming UPDATE can see it.
    let cases = [
        ("UPDATE hold SET expires_at = now() - interval '1 second'", "approval_expired"),
        ("UPDATE member SET removed_at = now() WHERE role = 'reviewer'", "approval_stale"),
        ("UPDATE member SET role = 'auditor' WHERE role = 'reviewer'", "approval_stale"),
        (
            "UPDATE enablement SET superseded_at = now() WHERE high_risk;
             INSERT INTO enablement SELECT tenant_id, gen_random_uuid(), environment_id, tool_id, tool_version_id,
                high_risk, state, handling, 'again', decided_by, now(), NULL FROM enablement WHERE high_risk",
            "approval_stale",
        ),
        ("UPDATE credential SET version = version + 1", "approval_stale"),
        ("UPDATE connection SET base_url = 'http://127.0.0.1:1'", "approval_stale"),
        ("UPDATE member SET role_since = now() WHERE role = 'reviewer'", "approval_stale"),
        ("UPDATE oauth_grant SET revoked_at = now()", "approval_stale"),
        ("UPDATE oauth_grant SET expires_at = now()", "approval_stale"),
        ("UPDATE member SET role = 'auditor' WHERE role = 'owner'", "approval_stale"),
        ("UPDATE member SET removed_at = now() WHERE role = 'owner'", "approval_stale"),
        (
            "DELETE FROM endpoint_tool USING tool
             WHERE tool.id = endpoint_tool.tool_id AND tool.name = 'create_refund'",
            "approval_stale",
        ),
        ("UPDATE endpoint SET removed_at = now()", "approval_stale"),
    ];
    for (change, code) in cases {
        refused_after(change, code).await;
    }
    println!(
        "{} changes between approval and call: {} refused, 0 sent",
        cases.len(),
        cases.len()
    );
}
