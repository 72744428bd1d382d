//! The event store: load, decide, append, in one read and one write.
//!
//! An append is **one statement** and the first write of its transaction: all events of a command, the
//! unique values they take, the stored answer of its idempotency key and, when due, a snapshot. Nothing
//! that others write is waited for. `cqrs-es` runs on the same two functions (see [`Desk`]), and
//! `postgres-es` reads whole streams.
//!
//! **Invariant:** events are only ever added. Personal parts and snapshots rest sealed. Who was erased appends nothing.

mod answers;
mod append;
mod budgets;
mod call;
mod claims;
mod config;
mod era;
mod erasures;
mod error;
mod execute;
mod framework;
mod history;
mod hot;
pub mod housekeeping;
mod leases;
mod load;
mod orphans;
mod pepper;
mod root;
mod rows;
mod snapshot;
mod store;

pub use budgets::{DailyLimits, Reservation, Unsettled};
pub use call::{Call, Idempotency};
pub use config::Config;
pub use erasures::{Erasure, EventCount, Owned, Traces};
pub use error::Error;
pub use execute::Executed;
pub use framework::{Context, Desk};
pub use load::Loaded;
pub use orphans::{Orphan, Since};
pub use root::{Clock, Fact, Root};
pub use store::Store;

/// The tables of this crate and of the relay; run as the owner of the database.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/store");
