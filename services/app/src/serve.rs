//! `atelier serve`: the given roles, until the first ends or a signal comes.

use anyhow::Context;
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::platform::Platform;
use crate::roles::{self, Role};
use crate::{operations, ports};

/// Plays the given roles, against a Kafka, Postgres and Redis that run already.
#[derive(Args)]
pub struct Serve {
    /// The roles this process plays; all of them if none is named.
    #[arg(long, value_enum, value_delimiter = ',', env = "ATELIER_ROLES", default_values_t = Role::ALL)]
    roles: Vec<Role>,
}

impl Serve {
    pub async fn run(self, config: Config) -> anyhow::Result<()> {
        config.check(&self.roles)?;
        let telemetry = runtime::telemetry::start(&config.telemetry)?;
        let metrics = telemetry.metrics.clone();
        let listener = ports::listen_at(config.operations.listen).await?;
        let outbox =
            mail::Mailer::new(config.mail.clone())?.outbox().cloned().filter(|_| self.roles.contains(&Role::Auth));
        let platform = Platform::new(config, &self.roles)?;
        let shutdown = CancellationToken::new();
        let (health, keys) = (platform.health.clone(), platform.token_keys());
        let operations = operations::serve(listener, health, move || metrics.render(), outbox, keys, shutdown.clone());
        let roles = roles::run(self.roles, &platform, &shutdown);
        until_signalled(&shutdown, async {
            let (roles, operations) = tokio::join!(roles, operations);
            roles.and(operations)
        })
        .await
    }
}

/// Lets `work` end by itself, or asks it to at the first signal; a second signal ends the process.
pub async fn until_signalled(
    shutdown: &CancellationToken,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    tokio::pin!(work);
    tokio::select! {
        outcome = &mut work => return outcome,
        signalled = runtime::signal() => signalled.context("cannot listen for signals")?,
    }
    tracing::info!("stopping: finishing what is under way");
    shutdown.cancel();
    tokio::select! {
        outcome = &mut work => outcome,
        signalled = runtime::signal() => {
            signalled?;
            anyhow::bail!("stopped at once by a second signal; what was under way goes on at the next start")
        }
    }
}
