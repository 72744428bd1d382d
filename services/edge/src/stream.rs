//! One open stream: frames, heartbeats, and the reason why it ends.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::feed::{Feed, Slow};
use crate::frame::{Frame, HEARTBEAT};
use crate::limits::Permit;

/// Everything that one connection needs.
pub struct Stream {
    pub feed: Feed,
    pub ready: VecDeque<Bytes>,
    pub ending: Ending,
    pub heartbeat: Duration,
    /// The next heartbeat, if nothing else is sent before.
    pub beat: Instant,
    /// When the connection was handed its last bytes.
    pub handed: Option<Instant>,
    pub over: bool,
    /// Asks whether they may still watch, where it is not theirs; ends with the stream.
    pub _asking: Option<DropGuard>,
    pub _permit: Permit,
}

/// What ends a stream from outside.
pub struct Ending {
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked: CancellationToken,
    pub changed: CancellationToken,
    pub moved: CancellationToken,
    /// Cancelled when it is not shared with them any more.
    pub unshared: CancellationToken,
}

/// Why the server ends a stream, as the browser hears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    SignedOut,
    Expired,
    Moved,
    Slow,
    /// It is not shared with them any more.
    Unshared,
}

impl Stream {
    /// The next bytes to send; `None`: it is over.
    pub async fn next(&mut self) -> Option<Bytes> {
        if let Some(handed) = self.handed.take() {
            self.feed.blocked += handed.elapsed();
        }
        loop {
            if let Some(reason) = self.ending.now().filter(|_| !self.over) {
                self.close(reason);
            }
            if let Some(frame) = self.ready.pop_front() {
                let now = Instant::now();
                (self.handed, self.beat) = (Some(now), now + self.heartbeat);
                return Some(frame);
            }
            if self.over {
                return None;
            }
            self.step().await;
        }
    }

    async fn step(&mut self) {
        tokio::select! {
            biased;
            () = self.ending.reached() => {}
            step = self.feed.advance() => match step {
                Ok(frames) => self.ready.extend(frames),
                Err(Slow) => self.close(Reason::Slow),
            },
            () = sleep_until(self.beat) => self.ready.push_back(HEARTBEAT),
        }
    }

    /// What was not sent yet is not lost: the browser resumes before it.
    fn close(&mut self, reason: Reason) {
        metrics::counter!("atelier_edge_closings_total", "reason" => reason.word()).increment(1);
        let last = Frame::new(None, "closing", &json!({ "reason": reason.word() })).whole();
        (self.ready, self.over) = (VecDeque::from([last]), true);
    }
}

impl Ending {
    /// The reason, if it is reached. By the clock on the wall, which may be set while we sleep.
    fn now(&self) -> Option<Reason> {
        if self.revoked.is_cancelled() {
            Some(Reason::SignedOut)
        } else if self.expires_at.is_some_and(|end| end <= Utc::now()) {
            Some(Reason::Expired)
        } else {
            let moved = self.moved.is_cancelled() || self.changed.is_cancelled();
            let unshared = self.unshared.is_cancelled().then_some(Reason::Unshared);
            unshared.or_else(|| moved.then_some(Reason::Moved))
        }
    }

    async fn reached(&self) {
        tokio::select! {
            () = self.revoked.cancelled() => {}
            () = self.moved.cancelled() => {}
            () = self.unshared.cancelled() => {}
            () = self.changed.cancelled() => {}
            () = self.expired() => {}
        }
    }

    async fn expired(&self) {
        match self.expires_at {
            Some(end) => sleep((end - Utc::now()).to_std().unwrap_or_default()).await,
            None => std::future::pending().await,
        }
    }
}

impl Reason {
    const fn word(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
            Self::Moved => "moved",
            Self::Slow => "slow",
            Self::Unshared => "unshared",
        }
    }
}
