//! Events a second that `audit verify` proves, beside reading the same rows and nothing more.

use std::time::Instant;

use audit::verify::Topic;
use clap::Args;
use futures::TryStreamExt;
use runtime::Health;
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;
use tokio_util::sync::CancellationToken;

use crate::log::Log;
use crate::numbers::load;

#[derive(Args)]
pub struct Verify {
    /// Events to verify.
    #[arg(long, default_value_t = 200_000)]
    events: usize,

    #[arg(long, default_value_t = 32)]
    writers: usize,

    /// Rounds, in which the two take turns; the middle one counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

impl Verify {
    pub async fn run(self) -> anyhow::Result<Value> {
        let log = Log::start(self.writers as u32).await?;
        log.fill(self.events, self.writers).await?;
        self.relay(&log).await?;
        let owner = PgPool::connect(log.stack.postgres.as_str()).await?;
        let (mut read, mut verified) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            read.push(self.read_alone(&owner).await?);
            verified.push(self.verified(&log, &owner).await?);
        }
        let (read, verified) = (middle(read), middle(verified));
        let line = json!({
            "bench": "verify", "events": self.events, "verified_per_second": verified.round(),
            "rows_read_per_second": read.round(), "ratio": (verified / read * 1000.0).round() / 1000.0, "load": load(),
        });
        log.stack.stop().await;
        Ok(line)
    }

    async fn relay(&self, log: &Log) -> anyhow::Result<()> {
        let parts = relay::Parts {
            pool: log.pool("store", 6)?,
            kafka: log.bus.clone(),
            wake: log.store.subscribe_appends(),
            health: Health::default().role("relay"),
        };
        tokio::select! {
            ended = relay::serve(relay::Config::default(), parts, CancellationToken::new()) => ended,
            reached = self.published(log) => reached,
        }
    }

    async fn published(&self, log: &Log) -> anyhow::Result<()> {
        let query = "select coalesce(max(position), 0) from store.log";
        while sqlx::query_scalar::<_, i64>(query).fetch_one(&log.pool).await? < self.events as i64 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The same columns in the same form, thrown away.
    async fn read_alone(&self, owner: &PgPool) -> anyhow::Result<f64> {
        let query = format!("copy (select {} from store.events e) to stdout (format binary)", chain::COLUMNS);
        let begun = Instant::now();
        let mut rows = owner.copy_out_raw(&query).await?;
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await? {
            bytes += row.len();
        }
        anyhow::ensure!(bytes > self.events, "the store is empty");
        Ok(self.events as f64 / begun.elapsed().as_secs_f64())
    }

    async fn verified(&self, log: &Log, owner: &PgPool) -> anyhow::Result<f64> {
        let trusted = chain::Config::default().trusted()?;
        let report = audit::verify(owner, Topic::Kafka(&log.bus), &trusted, (None, None), &|_| {}).await?;
        anyhow::ensure!(report.first_wrong.is_none(), "{:?}", report.first_wrong);
        anyhow::ensure!(report.events == self.events as i64, "{} events were verified", report.events);
        Ok(report.events as f64 / report.seconds)
    }
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
