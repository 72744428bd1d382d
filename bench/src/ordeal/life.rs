//! One process of the ordeal: this binary again, in one role, until it is done or ended.

use std::time::Duration;

use clap::{Args, ValueEnum};
use keys::Keys;
use runtime::Health;
use runtime::postgres::{self, Limits};
use secrecy::SecretString;
use sqlx::PgPool;
use store::Store;
use tokio::process::Command;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::writer::{self, Task};
use crate::log::{Log, SECRET};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    Writers,
    Relay,
    Projector,
}

#[derive(Args, Clone)]
pub struct Life {
    #[arg(long)]
    role: Role,
    #[arg(long)]
    postgres: String,
    #[arg(long)]
    kafka: String,
    /// What writers have to write, as JSON.
    #[arg(long)]
    task: Option<String>,
}

impl Life {
    pub fn new(role: Role, log: &Log, task: Option<Task>) -> Self {
        let task = task.map(|task| serde_json::json!(task).to_string());
        Self { role, postgres: log.stack.postgres.as_str().to_owned(), kafka: log.stack.kafka.clone(), task }
    }

    /// The process, not started yet. It ends with us.
    pub fn command(&self) -> anyhow::Result<Command> {
        let role = self.role.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["life", "--role", &role, "--postgres", &self.postgres, "--kafka", &self.kafka]);
        if let Some(task) = &self.task {
            command.args(["--task", task]);
        }
        command.kill_on_drop(true);
        Ok(command)
    }

    pub async fn run(self) -> anyhow::Result<()> {
        let keys = Keys::connect(self.pool("keys", 4)?, &keys::Config::new(SecretString::from(SECRET)))?;
        match (self.role, &self.task) {
            (Role::Writers, Some(task)) => {
                let task: Task = serde_json::from_str(task)?;
                let pool = self.pool("store", task.writers as u32 + 8)?;
                let config = store::Config::new(SecretString::from(SECRET));
                writer::run(&task, &Store::connect(pool.clone(), &config, keys)?, &pool).await
            }
            (Role::Writers, None) => anyhow::bail!("writers need a task"),
            (Role::Relay, _) => self.relay().await,
            (Role::Projector, _) => self.projector(keys).await,
        }
    }

    async fn relay(&self) -> anyhow::Result<()> {
        let (_wake, woken) = watch::channel(());
        let pool = self.pool("store", 6)?;
        let parts = relay::Parts { pool, kafka: self.bus(), wake: woken, health: Health::default().role("relay") };
        // Who was killed could not hand its lease back: the next one waits for that long.
        let config = relay::Config {
            lease: Duration::from_secs(1),
            stand_by: Duration::from_millis(50),
            ..relay::Config::default()
        };
        relay::serve(config, parts, CancellationToken::new()).await
    }

    async fn projector(&self, keys: Keys) -> anyhow::Result<()> {
        let parts = projector::Parts {
            pool: self.pool("read", 8)?,
            bus: self.bus(),
            keys,
            progress: projector::Progress::default(),
            health: Health::default().role("projector"),
        };
        // The broker's least: who was killed keeps its partitions for that long.
        let config = projector::Config { session_timeout: Duration::from_secs(6), ..projector::Config::default() };
        projector::serve(config, parts, CancellationToken::new()).await
    }

    fn bus(&self) -> bus::Config {
        bus::Config { bootstrap: self.kafka.clone(), ..bus::Config::default() }
    }

    fn pool(&self, owner: &'static str, connections: u32) -> anyhow::Result<PgPool> {
        Ok(postgres::pool(&self.postgres, owner, Limits { connections, wait: Duration::from_secs(30) })?)
    }
}
