//! News from a projector in this process to those who wait for their own write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What has just become visible. Cheap to clone; the projector tells, requests wait.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Projections that run in this process, and whether each has caught up since its start.
    running: HashMap<&'static str, bool>,
    waiting: HashMap<String, Vec<Wanted>>,
}

#[derive(Debug)]
struct Wanted {
    /// Several projections fold the same aggregate, and not at the same moment.
    projection: &'static str,
    version: i64,
    visible: Arc<Notify>,
}

impl Progress {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A projection runs here; `caught_up` once it has seen all that was there when it began.
    pub fn running(&self, projection: &'static str, caught_up: bool) {
        self.inner().running.insert(projection, caught_up);
    }

    /// A projection runs here no more.
    pub fn stopped(&self, projection: &'static str) {
        self.inner().running.remove(projection);
    }

    /// Whether this projection runs in this process.
    pub fn is_here(&self, projection: &str) -> bool {
        self.inner().running.contains_key(projection)
    }

    /// Whether this projection runs here and has seen all that was there when it began.
    pub fn has_caught_up(&self, projection: &str) -> bool {
        self.inner().running.get(projection).copied().unwrap_or_default()
    }

    /// These aggregates are visible in this projection up to these versions now.
    pub fn visible<'a>(&self, projection: &str, aggregates: impl IntoIterator<Item = (&'a str, i64)>) {
        let inner = self.inner();
        if inner.waiting.is_empty() {
            return;
        }
        for (id, version) in aggregates {
            if let Some(waiting) = inner.waiting.get(id) {
                waiting
                    .iter()
                    .filter(|wanted| wanted.projection == projection && wanted.version <= version)
                    .for_each(|wanted| wanted.visible.notify_one());
            }
        }
    }

    /// Begins to listen for one aggregate in one projection. Listen first, then look at the row, then wait.
    pub fn listen(&self, projection: &'static str, id: &str, version: i64) -> Waiter {
        let visible = Arc::new(Notify::new());
        let wanted = Wanted { projection, version, visible: Arc::clone(&visible) };
        self.inner().waiting.entry(id.to_owned()).or_default().push(wanted);
        Waiter { progress: self.clone(), id: id.to_owned(), visible }
    }
}

/// One request that waits for one version of one aggregate; dropping it ends the wait.
#[derive(Debug)]
pub struct Waiter {
    progress: Progress,
    id: String,
    visible: Arc<Notify>,
}

impl Waiter {
    /// Returns when the version was made visible by this process, also if that was before the call.
    pub async fn visible(&self) {
        self.visible.notified().await;
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut inner = self.progress.inner();
        if let Some(waiting) = inner.waiting.get_mut(&self.id) {
            waiting.retain(|wanted| !Arc::ptr_eq(&wanted.visible, &self.visible));
            if waiting.is_empty() {
                inner.waiting.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn news_before_the_wait_is_not_missed() {
        let progress = Progress::default();
        let waiter = progress.listen("sessions", "ses_1", 3);
        progress.visible("sessions", [("ses_1", 4)]);
        timeout(Duration::from_secs(5), waiter.visible()).await.unwrap();
    }

    #[tokio::test]
    async fn an_older_version_another_aggregate_or_another_projection_wakes_nobody() {
        let progress = Progress::default();
        let waiter = progress.listen("sessions", "ses_1", 3);
        progress.visible("sessions", [("ses_1", 2), ("ses_2", 9)]);
        progress.visible("usage", [("ses_1", 3)]);
        assert!(timeout(Duration::from_millis(20), waiter.visible()).await.is_err());
    }

    #[test]
    fn who_goes_away_is_forgotten() {
        let progress = Progress::default();
        let (first, second) = (progress.listen("sessions", "ses_1", 1), progress.listen("sessions", "ses_1", 2));
        drop(first);
        assert_eq!(progress.inner().waiting["ses_1"].len(), 1);
        drop(second);
        assert!(progress.inner().waiting.is_empty());
    }
}
