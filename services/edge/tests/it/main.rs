//! The edge on a real Kafka, with real keys: what a browser receives, byte for byte.

#![allow(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "a world is asked, also for what it need not look up"
)]
#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod author;
mod browser;
mod ending;
mod limits;
mod live;
mod outage;
mod resetting;
mod resuming;
mod world;
