//! The projector on a real Kafka and a real Postgres.

#![allow(clippy::wrong_self_convention, reason = "it reads well in a story")]
#![allow(clippy::unused_self, reason = "a world is asked, also for what it need not look up")]
#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod auditing;
mod child;
mod database;
mod dead_letters;
mod exactly_once;
mod life;
mod parking;
mod reading;
mod rebuild;
mod talk;
mod usage;
mod versions;
mod world;
mod zombie;
