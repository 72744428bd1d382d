//! What must be true in the end, and how far things have come until then.

use std::time::Duration;

use audit::{Reconciled, Report, verify::Topic};
use bus::{Partition, Reader};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::sleep;

use crate::log::Log;
use crate::relay::counted;

/// How often it is asked how far things have come.
const GLANCE: Duration = Duration::from_millis(20);

pub struct Proof<'a> {
    log: &'a Log,
    owner: PgPool,
    reader: Reader,
    projections: PgPool,
}

impl<'a> Proof<'a> {
    pub async fn new(log: &'a Log) -> anyhow::Result<Self> {
        let owner = PgPool::connect(log.stack.postgres.as_str()).await?;
        Ok(Self { log, owner, reader: Reader::new(&log.bus)?, projections: log.pool("read", 1)? })
    }

    /// Events in the store.
    pub async fn stored(&self) -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from store.events").fetch_one(&self.owner).await?)
    }

    /// Until the log has this position.
    pub async fn published(&self, goal: i64) -> anyhow::Result<()> {
        let query = "select coalesce(max(position), 0) from store.log";
        while sqlx::query_scalar::<_, i64>(query).fetch_one(&self.owner).await? < goal {
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Until every projection of the sessions has come to the end of its topic.
    pub async fn folded(&self) -> anyhow::Result<()> {
        let topic = self.log.bus.topics().sessions();
        let mut end = 0;
        for number in 0..self.log.bus.topics().partitions(&topic).unwrap_or_default() as i32 {
            end += self.reader.range(&Partition::new(topic.as_str(), number)).await?.1;
        }
        let query = "select count(*) from (select projection from read.offsets where topic = $1
                      group by projection having sum(next_offset) >= $2) as reached";
        let followers = 3; // sessions, usage, audit_sessions
        while sqlx::query_scalar::<_, i64>(query).bind(&topic).bind(end).fetch_one(&self.projections).await? < followers
        {
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Every event counted in the store and on the topic, the chain proved, the read models folded anew.
    pub async fn whole(&self, events: i64) -> anyhow::Result<Whole> {
        let stored = self.stored().await?;
        let (records, distinct) = counted(self.log).await?;
        let trusted = chain::Config::default().trusted()?;
        let verified = audit::verify(&self.owner, Topic::Kafka(&self.log.bus), &trusted, (None, None), &|_| {}).await?;
        let parts = audit::reconcile::Parts {
            owner: self.owner.clone(),
            kafka: self.log.bus.clone(),
            keys: self.log.keys.clone(),
            scratch: self.log.stack.postgres.as_str().to_owned(),
        };
        let reconciled = audit::reconcile(&parts, &|what, done, of| {
            if done == of {
                eprintln!("compared: {what}");
            }
        })
        .await?;
        Ok(Whole { events, stored, records: records as i64, distinct: distinct as i64, verified, reconciled })
    }
}

/// What was found in the end.
pub struct Whole {
    events: i64,
    stored: i64,
    records: i64,
    distinct: i64,
    verified: Report,
    reconciled: Reconciled,
}

impl Whole {
    const fn lost(&self) -> i64 {
        let least = if self.stored < self.distinct { self.stored } else { self.distinct };
        self.events - least
    }

    const fn twice(&self) -> i64 {
        let most = if self.stored > self.distinct { self.stored } else { self.distinct };
        most - self.events
    }

    pub const fn holds(&self) -> bool {
        let unbroken = self.verified.first_wrong.is_none() && self.verified.events == self.events;
        self.lost() == 0 && self.twice() == 0 && unbroken && self.reconciled.count == 0
    }

    pub fn told(&self) -> Value {
        let Self { verified, reconciled, .. } = self;
        json!({
            "lost": self.lost(), "twice": self.twice(), "repeats_dropped_by_position": self.records - self.distinct,
            "chain": { "events": verified.events, "roots": verified.roots, "per_second": verified.events_per_second.round(),
                       "first_wrong": verified.first_wrong.as_ref().map(|wrong| format!("{wrong:?}")) },
            "read_models": { "rows_like_a_replay": reconciled.read_models.iter().map(|model| model.rows).sum::<i64>(),
                             "differences": reconciled.count, "first": reconciled.differences.first().map(ToString::to_string) },
        })
    }
}
