//! Whose secret is whose: personal parts of events are sealed with a key per person and a key per
//! project, and erasing somebody is destroying a key.
//!
//! Data keys are AES-256-GCM and rest in Postgres, wrapped by a key-encryption key that comes from the
//! configuration. What was sealed with a destroyed key opens to nothing, for ever.
//!
//! **Invariant:** an owner in `keys.erasures` has no key: none is made for them, none is restored, and every
//! process forgets the one in its memory within seconds.

mod backup;
mod cipher;
mod config;
mod erasures;
mod error;
mod kek;
mod payload;
mod rotation;
mod rows;
mod sealer;
mod vault;

pub use backup::{BACKUP_DAYS, Restored};
pub use config::Config;
pub use error::Error;
pub use kek::{Kek, Keks};
pub use sealer::Sealer;
pub use vault::Keys;

/// What keys answer, or why they could not.
pub type Result<T> = std::result::Result<T, Error>;

/// The table of wrapped keys; run as the owner of the database.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/keys");
