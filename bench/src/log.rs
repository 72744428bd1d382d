//! An event store of its own on real Postgres and Kafka, and many writers to fill it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use devstack::{Options, Stack};
use domain::session::Command;
use domain::{ProjectId, Session, SessionId, TenantId, UserId};
use runtime::postgres::{self, Limits};
use secrecy::SecretString;
use serde_json::Value;
use sqlx::PgPool;
use store::{Call, Store};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// 32 bytes in base64; secrets of a store that lives for minutes.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub struct Log {
    pub stack: Stack,
    pub pool: PgPool,
    pub keys: keys::Keys,
    pub store: Store,
    pub bus: bus::Config,
    _folder: TempDir,
}

impl Log {
    /// With every safety of a real installation: data is synced before a commit counts.
    pub async fn start(writers: u32) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = Options { kafka: 0, postgres: 0, redis: 0, ..Options::up(folder.path()) };
        let stack = Stack::start(options, |_| {}).await?;
        let url = stack.postgres.as_str();
        for (owner, migrations) in
            [("keys", &keys::MIGRATIONS), ("store", &store::MIGRATIONS), ("read", &projections::MIGRATIONS)]
        {
            postgres::migrate(url, owner, migrations).await.with_context(|| format!("migrations of {owner}"))?;
        }
        let bus = bus::Config { bootstrap: stack.kafka.clone(), ..bus::Config::default() };
        bus::admin::apply(&bus).await?;
        let keys = keys::Keys::connect(pool(url, "keys", 4)?, &keys::Config::new(SecretString::from(SECRET)))?;
        let pool = pool(url, "store", writers + 4)?;
        let store = Store::connect(pool.clone(), &store::Config::new(SecretString::from(SECRET)), keys.clone())?;
        Ok(Self { stack, pool, keys, store, bus, _folder: folder })
    }

    /// The same store, which remembers no aggregate from one command to the next.
    pub fn forgetful(&self) -> anyhow::Result<Store> {
        let config = store::Config { hot_aggregates: 0, ..store::Config::new(SecretString::from(SECRET)) };
        Ok(Store::connect(self.pool.clone(), &config, self.keys.clone())?)
    }

    /// A pool that acts as one of the owners.
    pub fn pool(&self, owner: &'static str, connections: u32) -> anyhow::Result<PgPool> {
        pool(self.stack.postgres.as_str(), owner, connections)
    }

    /// Opens `sessions` sessions, one event each, with so many writers at once.
    pub async fn fill(&self, sessions: usize, writers: usize) -> anyhow::Result<()> {
        let left = Arc::new(AtomicUsize::new(sessions));
        let person = Person::new();
        let mut running = JoinSet::new();
        for _ in 0..writers {
            let (store, left, person) = (self.store.clone(), left.clone(), person.clone());
            running.spawn(async move {
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
                    person.opens(&store).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(())
    }
}

fn pool(url: &str, owner: &'static str, connections: u32) -> anyhow::Result<PgPool> {
    Ok(postgres::pool(url, owner, Limits { connections, wait: Duration::from_secs(30) })?)
}

/// Someone whose sessions fill the log.
#[derive(Clone)]
pub struct Person {
    pub call: Call,
    pub user: UserId,
    project: ProjectId,
}

impl Person {
    pub fn new() -> Self {
        Self::of(UserId::generate(), TenantId::generate(), ProjectId::generate())
    }

    /// The same one in every process.
    pub fn numbered(number: usize) -> anyhow::Result<Self> {
        let id = |kind: &str| format!("{kind}_019a0000-0000-7000-8000-{number:012x}");
        Ok(Self::of(id("usr").parse()?, id("ten").parse()?, id("prj").parse()?))
    }

    fn of(user: UserId, tenant: TenantId, project: ProjectId) -> Self {
        let call = Call {
            tenant,
            actor: user.to_string(),
            correlation_id: "bench".to_owned(),
            causation_id: None,
            traceparent: None,
            origin: None,
            expected_version: None,
            idempotency: None,
        };
        Self { call, user, project }
    }

    pub fn opening(&self, session_id: SessionId) -> Command {
        let title = "A session of the benchmark".to_owned();
        Command::Open { session_id, project_id: self.project, owner: self.user, title }
    }

    pub async fn opens(&self, store: &Store) -> anyhow::Result<SessionId> {
        let session_id = SessionId::generate();
        let command = self.opening(session_id);
        store.execute::<Session>(&self.call, &session_id.to_string(), command, |_| Value::Null).await?;
        Ok(session_id)
    }

    pub async fn renames(&self, store: &Store, session: SessionId, title: String) -> anyhow::Result<()> {
        let command = Command::Rename { by: self.user, title };
        store.execute::<Session>(&self.call, &session.to_string(), command, |_| Value::Null).await?;
        Ok(())
    }
}
