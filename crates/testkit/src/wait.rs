//! Waiting for facts, never for time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a story waits for a fact before it fails. Generous: machines are busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until the answer is `Some`; fails the story with `what` when patience ends.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(fact) = ask().await {
            return fact;
        }
        assert!(Instant::now() < until, "waited {PATIENCE:?} in vain: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
