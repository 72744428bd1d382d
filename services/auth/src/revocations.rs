//! The news that a family of tokens is over: within the process by a channel, between processes by Redis.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use redis::aio::ConnectionManager;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::FamilyId;
use crate::family::ParseFamilyError;

/// The Redis channel; the message is the family id.
const CHANNEL: &str = "atelier:revocations";
/// How many revocations a slow listener may be behind before it has to assume that all families are over.
const BACKLOG: usize = 4_096;
/// Between two attempts to subscribe again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long nothing that gateways share of a family counts after news of it: whatever they had learned before ends
/// within that time by itself (an internal token lives five minutes, by clocks that differ by one).
const STOP: Duration = Duration::from_mins(7);

/// The Redis key that says so.
pub fn stop(family: FamilyId) -> String {
    format!("atelier:exchange:stop:{family}")
}

/// What is heard about a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is over.
    Over(FamilyId),
    /// It goes on, and what its person may do has changed: whoever remembers that must ask again.
    Changed(FamilyId),
}

/// Before the family id, for those who only changed.
const CHANGED: &str = "changed ";

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Over(family) => family.fmt(f),
            Self::Changed(family) => write!(f, "{CHANGED}{family}"),
        }
    }
}

impl FromStr for News {
    type Err = ParseFamilyError;

    fn from_str(text: &str) -> Result<Self, ParseFamilyError> {
        match text.strip_prefix(CHANGED) {
            Some(family) => family.parse().map(Self::Changed),
            None => text.parse().map(Self::Over),
        }
    }
}

/// Where revocations are announced and heard. Cheap to clone; all clones are one channel.
#[derive(Clone)]
pub struct Revocations {
    sender: broadcast::Sender<News>,
    complete: Arc<AtomicBool>,
}

/// One listener.
pub struct Feed {
    receiver: broadcast::Receiver<News>,
}

impl Revocations {
    /// For a process that plays auth itself: whatever is revoked is heard here.
    pub fn in_process() -> Self {
        Self::new(true)
    }

    /// For a process that hears of revocations through Redis only, by [`Revocations::follow`].
    pub fn remote() -> Self {
        Self::new(false)
    }

    fn new(complete: bool) -> Self {
        Self { sender: broadcast::channel(BACKLOG).0, complete: Arc::new(AtomicBool::new(complete)) }
    }

    /// Whether every revocation reaches this process now. If not, whoever caches tokens must ask more often.
    pub fn complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    pub fn subscribe(&self) -> Feed {
        Feed { receiver: self.sender.subscribe() }
    }

    /// Tells this process.
    pub fn announce(&self, family: FamilyId) {
        self.tell(News::Over(family));
    }

    /// Tells this process.
    pub fn tell(&self, news: News) {
        // Nobody listening is nobody to tell.
        let _ = self.sender.send(news);
    }

    /// Tells the other processes, through Redis; what they share of the family stops to count first.
    pub(crate) async fn publish(redis: &mut ConnectionManager, news: News) -> redis::RedisResult<()> {
        let (News::Over(family) | News::Changed(family)) = news;
        let mut told = redis::pipe();
        told.set_ex(stop(family), 1, STOP.as_secs()).ignore().publish(CHANNEL, news.to_string()).ignore();
        told.query_async(redis).await
    }

    /// Passes on what other processes revoke, until `shutdown`; reconnects by itself.
    pub async fn follow(&self, redis: redis::Client, shutdown: CancellationToken) {
        let depends_on_redis = !self.complete();
        while !shutdown.is_cancelled() {
            if let Err(error) = self.listen(&redis, depends_on_redis, &shutdown).await {
                tracing::warn!(%error, "revocations of other processes are not heard: {error}");
            }
            if depends_on_redis {
                self.complete.store(false, Ordering::Release);
            }
            tokio::select! { () = shutdown.cancelled() => {}, () = tokio::time::sleep(AGAIN) => {} }
        }
    }

    async fn listen(
        &self,
        redis: &redis::Client,
        depends_on_redis: bool,
        shutdown: &CancellationToken,
    ) -> redis::RedisResult<()> {
        let mut pubsub = redis.get_async_pubsub().await?;
        pubsub.subscribe(CHANNEL).await?;
        if depends_on_redis {
            self.complete.store(true, Ordering::Release);
        }
        let mut messages = pubsub.on_message();
        while let Some(Some(message)) = shutdown.run_until_cancelled(messages.next()).await {
            match message.get_payload::<String>()?.parse() {
                Ok(news) => self.tell(news),
                Err(error) => tracing::warn!(%error, "a revocation names no family"),
            }
        }
        Ok(())
    }
}

impl Feed {
    /// The next news. `Err`: some were missed, so any family may be over. `None`: the process ends.
    pub async fn next(&mut self) -> Option<Result<News, Missed>> {
        match self.receiver.recv().await {
            Ok(news) => Some(Ok(news)),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Err(Missed)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// Some revocations were missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_listener_hears_of_a_revocation() {
        let revocations = Revocations::in_process();
        let (mut one, mut other) = (revocations.subscribe(), revocations.subscribe());
        let family = FamilyId::generate();
        revocations.announce(family);
        assert_eq!(one.next().await, Some(Ok(News::Over(family))));
        assert_eq!(other.next().await, Some(Ok(News::Over(family))));
    }

    #[test]
    fn news_survive_the_way_through_redis() {
        let family = FamilyId::generate();
        for news in [News::Over(family), News::Changed(family)] {
            assert_eq!(news.to_string().parse(), Ok(news));
        }
        assert!("changed fam_1".parse::<News>().is_err());
    }

    #[tokio::test]
    async fn a_listener_that_fell_behind_is_told() {
        let revocations = Revocations::in_process();
        let mut feed = revocations.subscribe();
        for _ in 0..=BACKLOG {
            revocations.announce(FamilyId::generate());
        }
        assert_eq!(feed.next().await, Some(Err(Missed)));
    }
}
