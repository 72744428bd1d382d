//! Many writers at once, who go on where they were ended: every command carries an idempotency key, and the last one
//! before the end is said again.

use std::time::Duration;

use domain::session::Command;
use domain::{Session, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgPool, Postgres, Transaction};
use store::{Call, Idempotency, Store};
use tokio::task::JoinSet;

use crate::log::Person;

/// What to write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// The name of this part: its keys begin with it.
    pub part: String,
    pub events: usize,
    pub writers: usize,
    /// With writes that are rolled back, and some that commit late.
    pub rough: bool,
}

/// A session gets so many events: one opens it, the others rename it.
const EACH: usize = 10;
/// One write of so many is begun and rolled back; one of so many commits late.
const ROLLED_BACK: usize = 10;
const LATE: usize = 1_000;
/// How late.
const LATENESS: Duration = Duration::from_millis(200);

const OPERATION: &str = "bench.write";

/// Until everything is written.
pub async fn run(task: &Task, store: &Store, pool: &PgPool) -> anyhow::Result<()> {
    let mut running = JoinSet::new();
    for number in 0..task.writers {
        let share = task.events / task.writers + usize::from(number < task.events % task.writers);
        let person = Person::numbered(number + 1)?;
        let prefix = format!("{}-{number}-", task.part);
        let writer = Writer { store: store.clone(), pool: pool.clone(), person, prefix, rough: task.rough };
        running.spawn(async move { writer.writes(share).await });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}

struct Writer {
    store: Store,
    pool: PgPool,
    person: Person,
    prefix: String,
    rough: bool,
}

impl Writer {
    async fn writes(&self, share: usize) -> anyhow::Result<()> {
        let done = self.done().await?;
        let first = done.saturating_sub(1); // said again: whether it was answered, nobody knows
        let mut session = self.opened(first - first % EACH).await?;
        for n in first..share {
            if n % EACH == 0 {
                session = Some(self.opens(n).await?);
            } else if let Some(session) = session {
                self.renames(session, n).await?;
            }
            if self.rough && n % ROLLED_BACK == 0 {
                self.rolls_back(session).await?;
            }
        }
        Ok(())
    }

    /// How many commands are in the store.
    async fn done(&self) -> anyhow::Result<usize> {
        let query =
            "select count(*) from store.idempotency where tenant_id = $1 and operation = $2 and starts_with(key, $3)";
        let tenant = self.person.call.tenant.to_string();
        let count: i64 =
            sqlx::query_scalar(query).bind(tenant).bind(OPERATION).bind(&self.prefix).fetch_one(&self.pool).await?;
        Ok(count as usize)
    }

    /// The session that command `n` opened, if it did.
    async fn opened(&self, n: usize) -> anyhow::Result<Option<SessionId>> {
        let query =
            "select answer->>'session' from store.idempotency where tenant_id = $1 and operation = $2 and key = $3";
        let tenant = self.person.call.tenant.to_string();
        let id: Option<String> =
            sqlx::query_scalar(query).bind(tenant).bind(OPERATION).bind(self.key(n)).fetch_optional(&self.pool).await?;
        id.map(|id| id.parse().map_err(|error| anyhow::anyhow!("{id}: {error}"))).transpose()
    }

    async fn opens(&self, n: usize) -> anyhow::Result<SessionId> {
        let id = SessionId::generate();
        let (call, text, command) = (self.call(n), id.to_string(), self.person.opening(id));
        let answer = self.store.execute::<Session>(&call, &text, command, |_| json!({ "session": id })).await?.answer;
        let id = answer.get("session").and_then(|id| id.as_str()).unwrap_or_default();
        id.parse().map_err(|error| anyhow::anyhow!("{id}: {error}"))
    }

    async fn renames(&self, session: SessionId, n: usize) -> anyhow::Result<()> {
        let command = Command::Rename { by: self.person.user, title: format!("Title {n}") };
        let (call, id) = (self.call(n), session.to_string());
        let renaming = self.store.execute::<Session>(&call, &id, command, |_| json!({ "session": session }));
        if self.rough && n % LATE == 1 {
            let held = self.holds_up(n).await?;
            let letting_go = async {
                tokio::time::sleep(LATENESS).await;
                anyhow::Ok(held.rollback().await?)
            };
            tokio::try_join!(async { Ok(renaming.await?) }, letting_go)?;
        } else {
            renaming.await?;
        }
        Ok(())
    }

    /// Takes the place of the command's answer, until it is rolled back: the append has its transaction id already,
    /// waits, and commits long after appends that began later.
    async fn holds_up(&self, n: usize) -> anyhow::Result<Transaction<'static, Postgres>> {
        let mut held = self.pool.begin().await?;
        sqlx::query(
            "insert into store.idempotency (tenant_id, actor, operation, key, body, answer, version)
             values ($1, $2, $3, $4, '', '{}', 0) on conflict do nothing",
        )
        .bind(self.person.call.tenant.to_string())
        .bind(&self.person.call.actor)
        .bind(OPERATION)
        .bind(self.key(n))
        .execute(&mut *held)
        .await?;
        Ok(held)
    }

    /// A copy of the session's first event as its millionth, which never was.
    async fn rolls_back(&self, session: Option<SessionId>) -> anyhow::Result<()> {
        let Some(session) = session else { return Ok(()) };
        let mut never = self.pool.begin().await?;
        sqlx::query(
            "insert into store.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                                       tenant_id, event_id, occurred_at, actor, schema_id, digest)
             select aggregate_type, aggregate_id, 1000000, event_type, event_version, payload, metadata,
                    tenant_id, event_id || '-never', occurred_at, actor, schema_id, digest
               from store.events where aggregate_type = 'session' and aggregate_id = $1 and sequence = 1",
        )
        .bind(session.to_string())
        .execute(&mut *never)
        .await?;
        Ok(never.rollback().await?)
    }

    fn call(&self, n: usize) -> Call {
        let idempotency = Idempotency { operation: OPERATION, key: self.key(n), body: n.to_be_bytes().to_vec() };
        Call { idempotency: Some(idempotency), ..self.person.call.clone() }
    }

    fn key(&self, n: usize) -> String {
        format!("{}{n}", self.prefix)
    }
}
