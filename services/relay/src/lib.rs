//! From the event store to Kafka, in the final order, every event at least once.
//!
//! One relay works at a time, under a lease with an epoch. It reads what is below the oldest running
//! transaction by (xid, row id): an order that never changes. It gives each event the next position, and
//! moves its cursor only past what Kafka has acknowledged. A crash repeats, never skips.
//!
//! Appends of this process wake it; those of others are found by polling (a NOTIFY for them may come later).

mod ack;
mod beyond;
mod cluster;
mod config;
mod error;
mod gap;
mod lease;
mod measure;
mod order;
mod poll;
mod publish;
mod read;
mod rebase;
mod record;
mod roots;
mod route;
mod sweep;
mod term;

use bus::Config as Kafka;
use runtime::RoleHealth;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub use config::Config;
pub use error::Error;
pub use rebase::{Lost, Rebased, rebase};

/// What the relay works with.
pub struct Parts {
    /// Acts as `atelier_store`. It needs six connections.
    pub pool: PgPool,
    pub kafka: Kafka,
    /// Changes when this process has appended: `store::Store::subscribe_appends`.
    pub wake: watch::Receiver<()>,
    pub health: RoleHealth,
}

/// Relays until `shutdown`, then waits for what is on its way and hands the lease back.
///
/// Trouble with Postgres or Kafka is waited out. Ends with an error only if the database is another
/// one than before, because then the stored cursor means nothing, or if the key for roots is none.
pub async fn serve(config: Config, parts: Parts, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut pause = config.retry.pauses();
    while !shutdown.is_cancelled() {
        match term::serve(&config, &parts, &shutdown).await {
            Ok(()) => pause = config.retry.pauses(),
            Err(error @ (Error::OtherCluster { .. } | Error::AuditKey(_))) => return Err(error.into()),
            Err(error) => {
                parts.health.unready(error.to_string());
                tracing::warn!(error = &error as &dyn std::error::Error, "the relay begins again: {error}");
                tokio::select! {
                    () = sleep(pause.next()) => {}
                    () = shutdown.cancelled() => {}
                }
            }
        }
    }
    Ok(())
}
