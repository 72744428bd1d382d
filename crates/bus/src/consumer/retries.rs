//! Work that waits for its next try.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::Work;

/// Ordered by when it is due; the number keeps apart what is due at once.
#[derive(Default)]
pub struct Retries {
    waiting: BTreeMap<(Instant, u64), Work>,
    count: u64,
}

impl Retries {
    pub fn put(&mut self, work: Work, pause: Duration) {
        self.count += 1;
        self.waiting.insert((Instant::now() + pause, self.count), work);
    }

    pub fn take_due(&mut self) -> Option<Work> {
        let first = self.waiting.first_entry()?;
        (first.key().0 <= Instant::now()).then(|| first.remove())
    }

    /// Ends when something is due; never, if nothing waits.
    pub async fn due(&self) {
        match self.waiting.first_key_value() {
            Some(((at, _), _)) => tokio::time::sleep_until(*at).await,
            None => std::future::pending().await,
        }
    }
}
