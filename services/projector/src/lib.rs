//! Runs everything in `projections`: takes batches from Kafka, folds each in one transaction that also
//! stores the place in the topic, and parks what cannot be folded.
//!
//! **Invariant:** the places live in Postgres, beside what they led to. Kafka's own offsets are not used, so
//! a crash anywhere repeats nothing and skips nothing, and a batch of a late owner is refused whole.

mod batch;
mod config;
mod consumer;
mod folding;
mod group;
mod offsets;
mod parked;
mod places;
mod readiness;
mod run;
mod watermarks;

pub use config::Config;
pub use projections::Progress;

use domain::{project, session, user};
use projections::audit::Audit;
use projections::projects::Projects;
use projections::sessions::Sessions;
use projections::users::Users;
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use readiness::Readiness;

/// What the projector works with.
#[derive(Clone)]
pub struct Parts {
    /// With the role `atelier_read`; three connections are used at once.
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
    running.spawn(run::run::<Users>(config.clone(), parts.clone(), readiness.of::<Users>(), shutdown.clone()));
    running.spawn(run::run::<Projects>(config.clone(), parts.clone(), readiness.of::<Projects>(), shutdown.clone()));
    running.spawn(run::run::<Sessions>(config.clone(), parts.clone(), readiness.of::<Sessions>(), shutdown.clone()));
    let part = readiness.of::<Audit<user::Event>>();
    running.spawn(run::run::<Audit<user::Event>>(config.clone(), parts.clone(), part, shutdown.clone()));
    let part = readiness.of::<Audit<project::Event>>();
    running.spawn(run::run::<Audit<project::Event>>(config.clone(), parts.clone(), part, shutdown.clone()));
    let part = readiness.of::<Audit<session::Event>>();
    running.spawn(run::run::<Audit<session::Event>>(config, parts, part, shutdown.clone()));

    let mut outcome = Ok(());
    while let Some(ended) = running.join_next().await {
        shutdown.cancel();
        outcome = outcome.and(ended?);
    }
    outcome
}
