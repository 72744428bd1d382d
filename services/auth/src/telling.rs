//! News for other processes, through Redis. What it does not take now is told again when it is back: what gateways
//! share there must not outlive a sign-out that Redis slept through.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::ConnectionManager;
use tokio_util::sync::CancellationToken;

use crate::{News, Revocations};

/// News that wait at most; the oldest are let go, and end by themselves within minutes.
const MOST: usize = 4_096;
/// Between two attempts.
const AGAIN: Duration = Duration::from_secs(1);

pub struct Untold {
    redis: Option<ConnectionManager>,
    timeout: Duration,
    waiting: Mutex<VecDeque<News>>,
}

impl Untold {
    pub fn new(redis: Option<ConnectionManager>, timeout: Duration) -> Self {
        Self { redis, timeout, waiting: Mutex::default() }
    }

    /// Now, or as soon as it can be.
    pub async fn tell(&self, news: News) {
        if self.redis.is_some() && !self.publish(news).await {
            tracing::warn!("other processes hear of {news} only when they ask, or when Redis is back");
            self.put(news);
        }
    }

    /// Tells what waits, until `shutdown`.
    pub async fn run(&self, shutdown: &CancellationToken) {
        let mut tick = tokio::time::interval(AGAIN);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            while let Some(news) = self.take() {
                if !self.publish(news).await {
                    self.put(news);
                    break;
                }
            }
        }
    }

    async fn publish(&self, news: News) -> bool {
        let Some(mut redis) = self.redis.clone() else { return true };
        let told = tokio::time::timeout(self.timeout, Revocations::publish(&mut redis, news)).await;
        matches!(told, Ok(Ok(())))
    }

    fn put(&self, news: News) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back(news);
        if waiting.len() > MOST {
            waiting.pop_front();
        }
    }

    fn take(&self) -> Option<News> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}
