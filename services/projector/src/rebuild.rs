//! A read model folded again beside the live one: filled from offset zero, compared, exchanged.
//!
//! Read it in the order `lease` (one at a time), `copies` (tables like the live ones), `fill` (the topic into
//! them), `compare` (row by row, at one moment), `exchange` (the two change places), `listing`.
//!
//! **Invariant:** what fills a copy acts as `atelier_rebuild`, which may not touch what is live.

mod compare;
mod copies;
pub(crate) mod erased;
mod exchange;
pub(crate) mod fill;
mod gate;
mod lease;
mod listing;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sqlx::{PgConnection, PgPool};

use crate::catalog::{self, Entry};
use crate::home::Home;
use crate::{Config, watermarks};
pub use compare::{Example, TableDiff};
pub use copies::discard_all;
use fill::{Fillers, Tally};
use gate::Gate;
use lease::Lease;
pub use listing::{Listed, list};

/// What an operator works with.
#[derive(Clone)]
pub struct Tools {
    /// As the owner of the database: makes, exchanges and drops tables.
    pub owner: PgPool,
    /// With the role `atelier_rebuild`.
    pub fill: PgPool,
    /// With the role `atelier_compare`.
    pub compare: PgPool,
    pub bus: bus::Config,
    pub keys: keys::Keys,
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Records behind it, those of an interrupted run included.
    pub folded: i64,
    /// Records it wants to have behind it.
    pub of: i64,
    /// Records a second, in this run.
    pub rate: f64,
    /// Until the goal, at this rate.
    pub left: Option<Duration>,
}

/// A copy that has reached its goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// The stated offsets that it was filled to; it has gone on since.
    pub goal: BTreeMap<i32, i64>,
    /// Records that an interrupted run had folded already.
    pub resumed_at: i64,
    /// Records folded in this run.
    pub folded: i64,
    pub took: Duration,
}

/// Told now and then how far it is.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// One projection, in an operator's hands.
pub struct Operator {
    entry: Entry,
    config: Config,
    tools: Tools,
    topic: String,
}

/// The names of all projections.
pub fn names() -> Vec<&'static str> {
    catalog::ALL.iter().map(|entry| entry.name).collect()
}

impl Operator {
    /// For the projection of that name.
    pub fn of(projection: &str, config: Config, tools: Tools) -> anyhow::Result<Self> {
        let entry = catalog::ALL.into_iter().find(|entry| entry.name == projection);
        let entry =
            entry.with_context(|| format!("there is no projection {projection}; there are {}", names().join(", ")))?;
        let topic = tools.bus.topics().named(entry.topic);
        Ok(Self { entry, config, tools, topic })
    }

    /// Fills a copy from offset zero to where the topic ends now, and catches up with what came meanwhile. An
    /// interrupted one goes on where it stopped; `afresh` throws it away first.
    pub async fn rebuild(&self, afresh: bool, tell: Tell<'_>) -> anyhow::Result<Rebuilt> {
        self.alone("a rebuild", async |lease| self.refill(lease, afresh, tell).await).await
    }

    async fn refill(&self, lease: &mut Lease, afresh: bool, tell: Tell<'_>) -> anyhow::Result<Rebuilt> {
        let ranges = self.ranges().await?;
        let goal = ranges.iter().map(|(partition, (_, end))| (*partition, *end)).collect();
        let goal = copies::open(lease.connection(), &self.entry, goal, afresh).await?;
        let begins = copies::places(lease.connection(), Home::Next, &self.entry).await?;
        self.has_its_beginning(&ranges, &begins)?;

        let began = Instant::now();
        let tally = Tally::from(begins.values().sum());
        let mut fillers = self.fillers(Home::Next, ranges.keys())?;
        fill::with_news(fillers.reach(&goal, &tally), &tally, goal.values().sum(), tell).await?;
        self.catch_up(&mut fillers, &tally, tell).await?;
        copies::is_ready(lease.connection(), self.entry.name).await?;
        Ok(Rebuilt { goal, resumed_at: tally.began_at(), folded: tally.folded(), took: began.elapsed() })
    }

    /// Where the copy's rows differ from the live ones, with both at the same offsets; `examples` keys of each table.
    pub async fn diff(&self, examples: i64, tell: Tell<'_>) -> anyhow::Result<Vec<TableDiff>> {
        self.alone("a comparison", async |lease| self.compare(lease, examples, tell).await).await
    }

    async fn compare(&self, lease: &mut Lease, examples: i64, tell: Tell<'_>) -> anyhow::Result<Vec<TableDiff>> {
        let (mut fillers, tally) = self.ready_copy(Home::Next, lease).await?;
        self.catch_up(&mut fillers, &tally, tell).await?;
        let gate = Gate::close(lease.connection(), self.entry.name, self.config.rebuild_hold).await?;
        let level = self.level(&mut fillers, &tally).await;
        let moment = compare::moment(&self.tools.compare).await;
        gate.open().await?;
        level?;
        compare::tables(moment?, Home::Next, self.entry.tables, examples).await
    }

    /// Exchanges the copy with what is live, in one moment; `back`: with what was live before. Returns how long
    /// the live projection stood still.
    pub async fn swap(&self, back: bool, tell: Tell<'_>) -> anyhow::Result<Duration> {
        let from = if back { Home::Previous } else { Home::Next };
        self.alone("a swap", async |lease| self.change_places(lease, from, tell).await).await
    }

    async fn change_places(&self, lease: &mut Lease, from: Home, tell: Tell<'_>) -> anyhow::Result<Duration> {
        let (mut fillers, tally) = self.ready_copy(from, lease).await?;
        self.catch_up(&mut fillers, &tally, tell).await?;
        let began = Instant::now();
        let gate = Gate::close(lease.connection(), self.entry.name, self.config.rebuild_hold).await?;
        let swapped = async {
            self.level(&mut fillers, &tally).await?;
            self.exchange(from, began).await
        };
        let swapped = swapped.await;
        gate.open().await?;
        swapped.map(|()| began.elapsed())
    }

    /// Drops this projection's copies.
    pub async fn discard(&self) -> anyhow::Result<()> {
        let discard = async |lease: &mut Lease| Ok(copies::discard(lease.connection(), &self.entry).await?);
        self.alone("the dropping of copies", discard).await
    }

    /// Under the lease, which is given back whatever comes of it.
    async fn alone<T>(&self, what: &str, work: impl AsyncFnOnce(&mut Lease) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut lease = Lease::take(&self.tools.owner, self.entry.name, what).await?;
        let done = work(&mut lease).await;
        lease.give_back().await;
        done
    }

    async fn ready_copy(&self, home: Home, lease: &mut Lease) -> anyhow::Result<(Fillers, Tally)> {
        copies::require_ready(lease.connection(), &self.entry, home).await?;
        let places = copies::places(lease.connection(), home, &self.entry).await?;
        let ranges = self.ranges().await?;
        self.has_its_beginning(&ranges, &places)?;
        Ok((self.fillers(home, ranges.keys())?, Tally::from(places.values().sum())))
    }

    /// Passes over the topic until one finds little that is new.
    async fn catch_up(&self, fillers: &mut Fillers, tally: &Tally, tell: Tell<'_>) -> anyhow::Result<()> {
        const LITTLE: i64 = 100;
        const PASSES: usize = 100;
        for _ in 0..PASSES {
            let before = tally.behind();
            let ends = self.ends().await?;
            fill::with_news(fillers.reach(&ends, tally), tally, ends.values().sum(), tell).await?;
            if tally.behind() - before <= LITTLE {
                return Ok(());
            }
        }
        bail!("the topic grows faster than the copy is filled; raise [projector] rebuild_batch_events")
    }

    /// The last step, while the live projection stands still: everything that it has folded, the copy has too.
    async fn level(&self, fillers: &mut Fillers, tally: &Tally) -> anyhow::Result<()> {
        let ends = self.ends().await?;
        let reached = tokio::time::timeout(self.config.rebuild_hold, fillers.reach(&ends, tally)).await;
        reached.context("the copy did not catch up in time, and the live projection goes on; try again")?
    }

    async fn exchange(&self, from: Home, began: Instant) -> anyhow::Result<()> {
        loop {
            let mut owner: sqlx::pool::PoolConnection<_> = self.tools.owner.acquire().await?;
            let connection: &mut PgConnection = &mut owner;
            if exchange::exchange(connection, &self.entry, from, self.config.rebuild_lock_wait).await? {
                return Ok(());
            }
            if began.elapsed() > self.config.rebuild_hold {
                bail!("readers held the tables all the time, and nothing was exchanged; try again");
            }
        }
    }

    fn fillers<'a>(&self, home: Home, partitions: impl Iterator<Item = &'a i32>) -> anyhow::Result<Fillers> {
        let config = Config {
            batch_events: self.config.rebuild_batch_events,
            batch_bytes: self.config.rebuild_batch_bytes,
            ..self.config.clone()
        };
        let shares = fill::shares(partitions.copied(), self.config.rebuild_workers);
        let fillers = shares.into_iter().map(|share| (self.entry.filler)(config.clone(), &self.tools, home, share));
        Ok(Fillers::new(fillers.collect::<anyhow::Result<_>>()?))
    }

    async fn ranges(&self) -> anyhow::Result<BTreeMap<i32, (i64, i64)>> {
        watermarks::of_topic(&self.tools.bus, &self.topic, self.config.kafka_timeout).await
    }

    async fn ends(&self) -> anyhow::Result<BTreeMap<i32, i64>> {
        Ok(self.ranges().await?.into_iter().map(|(partition, (_, end))| (partition, end)).collect())
    }

    fn has_its_beginning(&self, ranges: &BTreeMap<i32, (i64, i64)>, begins: &BTreeMap<i32, i64>) -> anyhow::Result<()> {
        for (partition, (low, end)) in ranges {
            let next = begins.get(partition).copied().unwrap_or_default();
            let topic = &self.topic;
            if next < *low {
                bail!(
                    "{topic}[{partition}] begins at {low}: what came before is gone from Kafka, and a copy would lack it"
                );
            }
            if next > *end {
                bail!(
                    "{topic}[{partition}] ends at {end}, before the copy's place {next}: the topic was replaced; use --afresh"
                );
            }
        }
        Ok(())
    }
}
