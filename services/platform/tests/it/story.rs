//! The demo, as a test: the whole product from the outside.

use countersign_testkit::Database;
use platform::demo::{DemoSettings, demo};

use crate::{configuration::settings, serving::Folder};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story_keeps_every_promise() {
    let (database, folder) = (Database::create().await, Folder::new("story"));
    let url = format!("--database-url={}", database.url());
    let key = format!("--vault-key-file={}", folder.key());
    let server = settings(&[&url, &key, "--listen=127.0.0.1:0"]);

    let told = demo(DemoSettings { exit: true, server }).await;

    assert!(told.is_ok(), "{told:?}");
}
