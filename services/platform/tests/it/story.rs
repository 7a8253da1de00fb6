//! The demo, as a test: the whole product from the outside.

use countersign_testkit::Database;
use platform::demo::{DemoSettings, demo};

use crate::{configuration::settings, program, serving::Folder};

/// Plays the story over a database of an operator's, with more flags.
async fn told(folder: &Folder, more: &[&str]) {
    let database = Database::create().await;
    let url = format!("--database-url={}", database.url());
    let key = format!("--vault-key-file={}", folder.key());
    let mut flags = vec![url.as_str(), &key, "--listen=127.0.0.1:0"];
    flags.extend(more);
    let server = settings(&flags);

    let told = demo(DemoSettings { exit: true, server }, program()).await;

    assert!(told.is_ok(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story_keeps_every_promise() {
    told(&Folder::new("story"), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "where the tests' Redis is, is told by tests/with-stores alone"
)]
async fn the_whole_story_keeps_every_promise_over_redis() {
    let redis = std::env::var("TEST_REDIS_URL").expect("set TEST_REDIS_URL; tests/run does it");
    let url = format!("--redis-url={redis}");
    let prefix = format!("--redis-prefix=story-{}", std::process::id());
    told(&Folder::new("story-redis"), &[&url, &prefix]).await;
}
