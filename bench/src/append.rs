//! Commands a second, beside bare INSERTs of the same payload: load, decide, seal, encode, append. `cold` reads
//! every aggregate anew, as a process does that has not seen it lately.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use store::Store;
use tokio::task::JoinSet;

use crate::log::{Log, Person};
use crate::numbers::load;

#[derive(Args)]
pub struct Append {
    #[arg(long, default_value_t = 32)]
    writers: usize,

    /// How long each of the two takes in a round, in seconds.
    #[arg(long, default_value_t = 6)]
    seconds: u64,

    /// Rounds, in which the two take turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

impl Append {
    pub async fn run(self) -> anyhow::Result<Value> {
        let log = Log::start(self.writers as u32).await?;
        let person = Person::new();
        let session = person.opens(&log.store).await?;
        person.renames(&log.store, session, "warm".to_owned()).await?;
        bare_table(&log).await?;
        let cold_store = log.forgetful()?;
        let (mut bare, mut ours, mut cold) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            bare.push(self.bare(&log).await?);
            ours.push(self.commands(&log.store, &person).await?);
            cold.push(self.commands(&cold_store, &person).await?);
        }
        let (bare, ours, cold) = (middle(bare), middle(ours), middle(cold));
        let line = json!({
            "bench": "append", "writers": self.writers, "bare_inserts_per_second": bare.round(),
            "commands_per_second": ours.round(), "ratio": ratio(ours, bare),
            "cold_commands_per_second": cold.round(), "cold_ratio": ratio(cold, bare), "load": load(),
        });
        log.stack.stop().await;
        Ok(line)
    }

    /// One row, one statement, one commit: what no event store can beat.
    async fn bare(&self, log: &Log) -> anyhow::Result<f64> {
        let mut running = JoinSet::new();
        let (done, until) = (Arc::new(AtomicU64::new(0)), Instant::now() + Duration::from_secs(self.seconds));
        let payload: Value =
            sqlx::query_scalar("select payload from store.events where event_type = 'SessionRenamed' limit 1")
                .fetch_one(&log.pool)
                .await?;
        for writer in 0..self.writers {
            let (pool, done, payload) = (log.pool.clone(), done.clone(), payload.clone());
            let id = format!("{writer}-{until:?}");
            running.spawn(async move {
                let mut sequence = 0_i64;
                while Instant::now() < until {
                    sequence += 1;
                    sqlx::query(
                        "insert into store.bare (aggregate_id, sequence, event_type, payload) values ($1, $2, $3, $4)",
                    )
                    .bind(&id)
                    .bind(sequence)
                    .bind("SessionRenamed")
                    .bind(&payload)
                    .execute(&pool)
                    .await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            });
        }
        self.rate(running, &done).await
    }

    async fn commands(&self, store: &Store, person: &Person) -> anyhow::Result<f64> {
        let mut running = JoinSet::new();
        let (done, until) = (Arc::new(AtomicU64::new(0)), Instant::now() + Duration::from_secs(self.seconds));
        for _ in 0..self.writers {
            let (store, person, done) = (store.clone(), person.clone(), done.clone());
            running.spawn(async move {
                let session = person.opens(&store).await?;
                let mut n = 0_u64;
                while Instant::now() < until {
                    n += 1;
                    person.renames(&store, session, format!("title {n}")).await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            });
        }
        self.rate(running, &done).await
    }

    async fn rate(&self, mut running: JoinSet<anyhow::Result<()>>, done: &AtomicU64) -> anyhow::Result<f64> {
        let begun = Instant::now();
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
    }
}

fn ratio(ours: f64, bare: f64) -> f64 {
    (ours / bare * 1000.0).round() / 1000.0
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

async fn bare_table(log: &Log) -> anyhow::Result<()> {
    let owner = sqlx::PgPool::connect(log.stack.postgres.as_str()).await?;
    sqlx::raw_sql(
        "create table store.bare (aggregate_id text, sequence bigint, event_type text, payload jsonb,
                                  primary key (aggregate_id, sequence));
         grant all on store.bare to atelier_store",
    )
    .execute(&owner)
    .await?;
    owner.close().await;
    Ok(())
}
