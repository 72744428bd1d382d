//! Who someone is: password accounts, opaque tokens outside, signed internal tokens inside.
//!
//! **Invariant:** a password or a token is never stored, only its hash; neither ever reaches a log line.

mod account;
mod administrators;
mod api_keys;
mod asking;
mod code;
mod config;
mod credentials;
mod devices;
mod errands;
mod error;
mod exchange;
mod factors;
mod families;
mod family;
mod forget;
mod housekeeping;
mod invites;
mod once;
mod password;
mod proof;
mod providers;
mod reach;
mod refresh;
mod remembered;
mod reset;
mod revocations;
mod revoke;
mod rpcs;
mod service;
mod service_token;
mod sign_in;
mod sign_up;
mod standing;
mod steps;
mod switch_tenant;
mod telling;
mod throttle;
mod token;
mod token_keys;
mod vault;

use redis::aio::ConnectionManager;
use rpc::identity::Clock;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use tokio_util::sync::CancellationToken;

pub use config::{Argon2, Config};
pub use error::Error;
pub use family::FamilyId;
pub use providers::{Kind as ProviderKind, Provider};
pub use revocations::{Feed, Missed, News, Revocations, stop};
pub use service::Auth;
pub use sign_up::complaints;
pub use token_keys::{TokenKey, TokenKeys};

/// The tables of this service, in the schema `auth`.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/auth");

/// What auth stands on.
pub struct Parts {
    /// Acts as `atelier_auth`.
    pub pool: PgPool,
    /// The write side, where people are registered and found.
    pub command: rpc::Command,
    /// Carries revocations to other processes and counts sign-in attempts for all of them.
    pub redis: Option<ConnectionManager>,
    /// Where revocations are announced in this process.
    pub revocations: Revocations,
    /// How mails leave.
    pub mailer: mail::Mailer,
    /// Where the web UI is, for links in mails.
    pub site: url::Url,
    /// What internal tokens say of the time.
    pub clock: Clock,
}

/// Serves until `shutdown`: gRPC where an address is configured, and the housekeeping of tokens.
///
/// Where the roles share a process, build [`Auth::new`] once, hand it to the callers as
/// `rpc::Auth::local(auth.clone())`, and run [`Auth::serve`] on the same value.
pub async fn serve(config: Config, parts: Parts, shutdown: CancellationToken) -> anyhow::Result<()> {
    Auth::new(config, parts)?.serve(shutdown).await
}
