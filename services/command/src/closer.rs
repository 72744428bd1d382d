//! Ends the answers that no worker will end, so that nobody waits for ever and the next prompt has its turn.

use std::time::Duration;

use domain::Session;
use domain::session::Command;
use serde::Deserialize;
use serde_json::Value;
use store::{Orphan, Since, Store};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{Commands, call};

/// When an answer is given up that nobody is writing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How often such answers are looked for. One that was stopped after its worker was lost ends with the next look.
    #[serde(with = "humantime_serde")]
    pub look_every: Duration,

    /// How long an answer may wait for a worker before it fails with `deadline_exceeded`; until then it is offered
    /// again and again.
    #[serde(with = "humantime_serde")]
    pub patience: Duration,

    /// Requests that are older than this are not looked at, by a process that has just begun.
    #[serde(with = "humantime_serde")]
    pub look_back: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(10),
            patience: Duration::from_secs(24 * 3600),
            look_back: Duration::from_secs(7 * 24 * 3600),
        }
    }
}

/// One per installation is enough, several do no harm.
pub struct Closer {
    commands: Commands,
    config: Config,
    since: Option<Since>,
}

impl Closer {
    pub(crate) const fn new(commands: Commands, config: Config) -> Self {
        Self { commands, config, since: None }
    }

    /// Looks now and then, until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = sleep(self.config.look_every) => {}
            }
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "answers that nobody writes are looked for later");
            }
        }
    }

    /// Gives up what is to be given up now.
    pub async fn look(&mut self) -> Result<(), store::Error> {
        let Config { patience, look_back, .. } = self.config;
        let (orphans, since) = self.commands.store.orphans(self.since, patience, look_back).await?;
        for orphan in orphans {
            self.give_up(orphan).await?;
        }
        self.since = Some(since);
        Ok(())
    }

    async fn give_up(&self, Orphan { generation, session, tenant }: Orphan) -> Result<(), store::Error> {
        let call = call::by_service(tenant, "closer", &generation.to_string());
        let command = Command::GiveUp { generation_id: generation };
        let done = self.store().execute::<Session>(&call, &session.to_string(), command, |_| Value::Null).await;
        match done {
            Ok(done) => {
                tracing::info!(session.id = %session, "an answer that nobody writes is over");
                self.commands.settle(&done).await;
                Ok(())
            }
            // Its worker, or another closer, was quicker; or there is nothing to answer any more.
            Err(store::Error::Rejected(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    const fn store(&self) -> &Store {
        &self.commands.store
    }
}
