//! Runs everything in `projections`: takes batches from Kafka, folds each in one transaction that also
//! stores the place in the topic, and parks what cannot be folded.
//!
//! **Invariant:** the places live in Postgres, beside what they led to. Kafka's own offsets are not used, so
//! a crash anywhere repeats nothing and skips nothing, and a batch of a late owner is refused whole.

mod batch;
mod catalog;
mod config;
mod consumer;
pub mod dead_letters;
mod drain;
mod folding;
mod follow;
mod group;
mod home;
mod letters;
mod offsets;
mod parked;
mod places;
mod readiness;
pub mod rebuild;
mod run;
mod watermarks;

pub use config::Config;
pub use projections::Progress;

use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use readiness::Readiness;

/// What the projector works with.
#[derive(Clone)]
pub struct Parts {
    /// With the role `atelier_read`; each projection uses one connection at a time.
    pub pool: PgPool,
    pub bus: bus::Config,
    pub keys: keys::Keys,
    /// Told what has become visible; the gateway of the same process listens.
    pub progress: Progress,
    /// Ready once everything that was there at the start is folded.
    pub health: runtime::RoleHealth,
}

/// Folds until `shutdown`; ends early only when Kafka refuses us for good.
pub async fn serve(config: Config, parts: Parts, shutdown: CancellationToken) -> anyhow::Result<()> {
    let readiness = Readiness::new(parts.health.clone(), parts.progress.clone());
    let mut running = JoinSet::new();
    for entry in catalog::ALL {
        running.spawn((entry.run)(config.clone(), parts.clone(), &readiness, shutdown.clone()));
    }

    let (pool, keys) = (parts.pool.clone(), parts.keys.clone());
    let (every, ending) = (config.forget_copies_every, shutdown.clone());
    running.spawn(async move {
        ending.run_until_cancelled(rebuild::erased::drop_copies(pool, keys, every)).await;
        Ok(())
    });

    let mut outcome = Ok(());
    while let Some(ended) = running.join_next().await {
        shutdown.cancel();
        outcome = outcome.and(ended?);
    }
    outcome
}
