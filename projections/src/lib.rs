//! What people see: one read model per file, each its fold of a topic's events and its queries side by side.
//!
//! The projector calls [`Projection::apply`], inside the transaction that also stores the offset. The
//! gateway calls the queries, on a transaction from [`read::begin`], as a role that can only read.
//!
//! **Invariant:** a read model's tables are named in its own file (or folder) only, and written from one
//! topic only. `apply` has no clock, and reads nothing but its own rows.

pub mod audit;
pub mod changes;
pub mod export;
mod fact;
mod paging;
mod progress;
pub mod projects;
pub mod read;
pub mod sessions;
pub mod tenants;
mod text;
pub mod usage;
pub mod users;
mod wait;

pub use fact::{Error, Fact, Projection, Source};
pub use paging::{BadCursor, Listing, Page};
pub use progress::{Progress, Waiter};
pub use wait::{After, BadAfter, Freshness, Wait};

/// The tables of all read models; run as the owner of the database.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/read");
