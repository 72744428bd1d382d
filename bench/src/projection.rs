//! Events a second into a read model, from offset zero, beside COPY of the same rows: as the projector follows the
//! topic, and as an operator rebuilds a copy, with the default batches and with those for a cluster of its own.

use std::time::{Duration, Instant};

use clap::Args;
use runtime::Health;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolCopyExt;
use tokio_util::sync::CancellationToken;

use crate::log::Log;
use crate::numbers::load;

#[derive(Args)]
pub struct Projection {
    /// Events to fold; each makes one row.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Events of one transaction in the rebuild that has a cluster of its own.
    #[arg(long, default_value_t = 5_000)]
    large: usize,
}

impl Projection {
    pub async fn run(self) -> anyhow::Result<Value> {
        let log = Log::start(32).await?;
        log.fill(self.events, 32).await?;
        self.relay(&log).await?;
        let folded = self.fold(&log).await?;
        let rebuilt = self.rebuild(&log, projector::Config::default()).await?;
        let large = projector::Config { rebuild_batch_events: self.large, ..projector::Config::default() };
        let rebuilt_large = self.rebuild(&log, large).await?;
        let copied = self.copy(&log).await?;
        let ratio = |rate: f64| (rate / copied * 1000.0).round() / 1000.0;
        let line = json!({
            "bench": "projection", "events": self.events, "copied_per_second": copied.round(),
            "folded_per_second": folded.round(), "ratio": ratio(folded),
            "rebuilt_per_second": rebuilt.round(), "rebuilt_ratio": ratio(rebuilt),
            "rebuilt_large_per_second": rebuilt_large.round(), "rebuilt_large_ratio": ratio(rebuilt_large),
            "large": self.large, "load": load(),
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
            reached = self.reached(log.pool("store", 1)?, "select coalesce(max(position), 0) from store.log") => reached,
        }
    }

    async fn fold(&self, log: &Log) -> anyhow::Result<f64> {
        let parts = projector::Parts {
            pool: log.pool("read", 6)?,
            bus: log.bus.clone(),
            keys: log.keys.clone(),
            progress: projector::Progress::default(),
            health: Health::default().role("projector"),
        };
        let begun = Instant::now();
        tokio::select! {
            ended = projector::serve(projector::Config::default(), parts, CancellationToken::new()) => ended?,
            reached = self.reached(log.pool("read", 1)?, "select count(*) from read.sessions") => reached?,
        }
        Ok(self.events as f64 / begun.elapsed().as_secs_f64())
    }

    /// An operator's rebuild of the same read model, into a copy.
    async fn rebuild(&self, log: &Log, config: projector::Config) -> anyhow::Result<f64> {
        let tools = projector::rebuild::Tools {
            owner: sqlx::PgPool::connect(log.stack.postgres.as_str()).await?,
            fill: log.pool("rebuild", 6)?,
            compare: log.pool("compare", 1)?,
            bus: log.bus.clone(),
            keys: log.keys.clone(),
        };
        let operator = projector::rebuild::Operator::of("sessions", config, tools)?;
        let rebuilt = operator.rebuild(true, &|_| {}).await?;
        Ok(rebuilt.folded as f64 / rebuilt.took.as_secs_f64())
    }

    /// As the role whose rows they are: row-level security is forced, and shows an owner nothing.
    async fn reached(&self, pool: sqlx::PgPool, query: &'static str) -> anyhow::Result<()> {
        loop {
            let count: i64 = sqlx::query_scalar(query).fetch_one(&pool).await?;
            if count >= self.events as i64 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The rows as text in memory, then COPY into an empty table with the same indexes.
    async fn copy(&self, log: &Log) -> anyhow::Result<f64> {
        let owner = sqlx::PgPool::connect(log.stack.postgres.as_str()).await?;
        sqlx::raw_sql("create table read.copied (like read.sessions including all)").execute(&owner).await?;
        let mut rows = Vec::new();
        let mut out = owner.copy_out_raw("copy read.sessions to stdout").await?;
        while let Some(chunk) = futures::TryStreamExt::try_next(&mut out).await? {
            rows.extend_from_slice(&chunk);
        }
        drop(out);
        let begun = Instant::now();
        let mut copy = owner.copy_in_raw("copy read.copied from stdin").await?;
        for chunk in rows.chunks(1 << 20) {
            copy.send(chunk).await?;
        }
        let copied = copy.finish().await?;
        Ok(copied as f64 / begun.elapsed().as_secs_f64())
    }
}
