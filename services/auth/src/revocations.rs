//! The news that a family of tokens is over: within the process by a channel, between processes by Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::FamilyId;

/// The Redis channel; the message is the family id.
const CHANNEL: &str = "atelier:revocations";
/// How many revocations a slow listener may be behind before it has to assume that all families are over.
const BACKLOG: usize = 4_096;
/// Between two attempts to subscribe again.
const AGAIN: Duration = Duration::from_secs(1);

/// Where revocations are announced and heard. Cheap to clone; all clones are one channel.
#[derive(Clone)]
pub struct Revocations {
    sender: broadcast::Sender<FamilyId>,
    complete: Arc<AtomicBool>,
}

/// One listener.
pub struct Feed {
    receiver: broadcast::Receiver<FamilyId>,
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
        // Nobody listening is nobody to tell.
        let _ = self.sender.send(family);
    }

    /// Tells the other processes, through Redis.
    pub(crate) async fn publish(redis: &mut ConnectionManager, family: FamilyId) -> redis::RedisResult<()> {
        redis.publish(CHANNEL, family.to_string()).await
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
                Ok(family) => self.announce(family),
                Err(error) => tracing::warn!(%error, "a revocation names no family"),
            }
        }
        Ok(())
    }
}

impl Feed {
    /// The next family that is over. `Err`: some were missed, so any may be over. `None`: the process ends.
    pub async fn next(&mut self) -> Option<Result<FamilyId, Missed>> {
        match self.receiver.recv().await {
            Ok(family) => Some(Ok(family)),
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
        assert_eq!(one.next().await, Some(Ok(family)));
        assert_eq!(other.next().await, Some(Ok(family)));
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
