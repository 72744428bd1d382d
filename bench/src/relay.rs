//! Events a second from the store to Kafka, beside reading the rows alone; none lost, none twice.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use clap::Args;
use futures::TryStreamExt;
use runtime::Health;
use serde_json::{Value, json};
use sqlx::Row;
use tokio_util::sync::CancellationToken;

use crate::log::Log;
use crate::numbers::load;

#[derive(Args)]
pub struct Relay {
    /// Events to relay.
    #[arg(long, default_value_t = 100_000)]
    events: usize,

    #[arg(long, default_value_t = 32)]
    writers: usize,

    /// How often the relay is ended in the middle and started again.
    #[arg(long, default_value_t = 2)]
    kills: u32,
}

impl Relay {
    pub async fn run(self) -> anyhow::Result<Value> {
        let log = Log::start(self.writers as u32).await?;
        let filling = Instant::now();
        log.fill(self.events, self.writers).await?;
        let filled = rate(self.events, filling.elapsed());
        let read = self.read_alone(&log).await?;
        let relayed = self.relayed(&log).await?;
        let (records, distinct) = counted(&log).await?;
        let lost = self.events.saturating_sub(distinct);
        let line = json!({
            "bench": "relay", "events": self.events, "appended_per_second": filled, "rows_read_per_second": read,
            "relayed_per_second": relayed, "kills": self.kills,
            "lost": lost, "repeated_and_dropped_by_position": records - distinct,
            "load": load(),
        });
        log.stack.stop().await;
        anyhow::ensure!(lost == 0, "events are lost: {line}");
        Ok(line)
    }

    /// The same rows, fetched and looked at, and nothing more.
    async fn read_alone(&self, log: &Log) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let mut rows = sqlx::query("select * from store.events order by xid, row_id").fetch(&log.pool);
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await? {
            bytes += row.try_get::<Value, _>("payload")?.to_string().len();
        }
        anyhow::ensure!(bytes > 0, "the store is empty");
        Ok(rate(self.events, begun.elapsed()))
    }

    /// From the first event to the last acknowledgement, with ends in between that leave no time to say goodbye.
    async fn relayed(&self, log: &Log) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let mut down = Duration::ZERO;
        for life in 0..=self.kills {
            let goal = self.events as i64 * i64::from(life + 1) / i64::from(self.kills + 1);
            let shutdown = CancellationToken::new();
            let parts = relay::Parts {
                pool: log.pool("store", 6)?,
                kafka: log.bus.clone(),
                wake: log.store.subscribe_appends(),
                health: Health::default().role("relay"),
            };
            let config = relay::Config {
                lease: Duration::from_secs(2),
                stand_by: Duration::from_millis(50),
                ..Default::default()
            };
            let serving = relay::serve(config, parts, shutdown.clone());
            tokio::select! {
                ended = serving => ended?,
                reached = published(log, goal) => reached?,
            }
            if life < self.kills {
                // Dropped in the middle: its lease has to run out first.
                down += Duration::from_secs(2);
            }
        }
        Ok(rate(self.events, begun.elapsed().saturating_sub(down)))
    }
}

fn rate(events: usize, time: Duration) -> f64 {
    (events as f64 / time.as_secs_f64()).round()
}

async fn published(log: &Log, goal: i64) -> anyhow::Result<()> {
    loop {
        let position: i64 =
            sqlx::query_scalar("select coalesce(max(position), 0) from store.log").fetch_one(&log.pool).await?;
        if position >= goal {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// All records of the topic, and the events among them.
pub async fn counted(log: &Log) -> anyhow::Result<(usize, usize)> {
    let (topic, mut seen, mut records) = (log.bus.topics().sessions(), HashSet::new(), 0);
    for number in 0..log.bus.topics().partitions(&topic).unwrap_or_default() as i32 {
        let partition = bus::Partition::new(topic.as_str(), number);
        let reader = bus::Reader::new(&log.bus)?;
        let (low, high) = reader.range(&partition).await?;
        reader.add(&partition, bus::Start::Beginning).await?;
        for _ in low..high {
            let record = reader.next().await?;
            records += 1;
            seen.insert(record.headers.get(bus::headers::EVENT_ID).map(str::to_owned));
        }
    }
    Ok((records, seen.len()))
}
