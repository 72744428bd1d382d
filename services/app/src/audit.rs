//! `atelier audit`: what happened, and whether it is still what was written.

mod history;
mod meter;
mod reconcile;
mod verify;

use clap::Subcommand;

use crate::config::Config;

/// What happened, and whether it is still what was written.
#[derive(Subcommand)]
pub enum Audit {
    /// Proves that the log is unbroken, or names the first wrong event.
    Verify(verify::Verify),
    /// Proves that store, Kafka and read models hold the same events, or names what differs, and where.
    Reconcile(reconcile::Reconcile),
    /// Who did what, when, from where, and what it was before.
    History(history::History),
}

impl Audit {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Verify(verify) => verify.run(config).await,
            Self::Reconcile(reconcile) => reconcile.run(config).await,
            Self::History(history) => history.run(config).await,
        }
    }
}

/// A pool as the owner of the database: what is asked here takes as long as it takes.
async fn owner(config: &Config) -> anyhow::Result<sqlx::PgPool> {
    use anyhow::Context;
    sqlx::PgPool::connect(config.database_url()?).await.context("the database does not answer")
}
