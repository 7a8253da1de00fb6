//! Waiting for what must come.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

/// How long a test waits for what must come before it has failed: much longer than it takes on a
/// busy machine. How quick something is, benchmarks say and tests do not.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Looks again and again until it is so.
///
/// # Panics
/// When it is not to be.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for what ends by itself.
///
/// # Panics
/// When it does not.
pub async fn ends<T>(what: &str, future: impl Future<Output = T>) -> T {
    let ended = timeout(PATIENCE, future).await;
    ended.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}
