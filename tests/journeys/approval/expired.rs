//! Time that runs out while others look: T54.

use std::sync::Arc;

use countersign_approvals::{Consume, Consumption, Ending, HoldsWanted};
use countersign_domain::{
    digest::Digest,
    record::{Act, Record},
};
use countersign_edge::token::TokenKind;
use countersign_store::CallFacts;

use super::scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_many_find_expired_at_once_is_on_record_once() {
    const ROUNDS: u32 = 10;
    let scene = Arc::new(scene().await);
    let token = TokenKind::Access.read(&scene.agent.token).unwrap();
    let agent = scene.house.store.agent(token, &scene.agent.url).await;
    let agent = agent.unwrap().unwrap();
    let mut admin = scene.house.database.admin().await;
    for round in 1..=ROUNDS {
        scene.countersigned(round).await;
        // As an agent's call finds it, just before time runs out.
        let decided =
            scene
                .house
                .approvals
                .inbox(&scene.reviewer.scope, HoldsWanted::Decided, None);
        let approved = decided.await.unwrap().holds.remove(0);
        sqlx::query("UPDATE hold SET expires_at = now() - interval '1 second'")
            .execute(&mut admin)
            .await
            .unwrap();
        let attempts = (0..8).map(|number| {
            let (scene, agent, hold) = (Arc::clone(&scene), agent.clone(), approved.clone());
            tokio::spawn(async move {
                let approvals = &scene.house.approvals;
                if number % 2 == 0 {
                    approvals.expire_due().await.unwrap();
                    return;
                }
                let (world, act) = (&scene.house.world, Act::CallIntended);
                let facts = CallFacts {
                    call: world.id(),
                    version: hold.held.version,
                    arguments: Digest::of_canonical(&hold.held.arguments).unwrap(),
                };
                let intent = &Record::new(world, agent.tenant(), act, agent.who());
                let hold = &hold;
                let consume = Consume {
                    hold,
                    facts,
                    intent,
                };
                let ended = approvals.consume(&agent, consume).await.unwrap();
                assert!(
                    matches!(ended, Consumption::Ended(Ending::Expired)),
                    "{ended:?}"
                );
            })
        });
        for attempt in attempts.collect::<Vec<_>>() {
            attempt.await.unwrap();
        }
        let recorded: i64 =
            sqlx::query_scalar("SELECT count(*) FROM record WHERE act = 'hold.expired'")
                .fetch_one(&mut admin)
                .await
                .unwrap();
        assert_eq!(recorded, i64::from(round));
    }
    println!("{ROUNDS} holds that 4 sweeps and 4 calls found expired: {ROUNDS} rows");
}
