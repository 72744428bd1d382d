//! The topic into a copy: several consumers, each with its share of the partitions.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use projections::Projection;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Progress, Tell, Tools};
use crate::Config;
use crate::consumer::{Arrival, Consumer};
use crate::folding::Folder;
use crate::follow::Follower;
use crate::group::Change;
use crate::home::Home;

/// One consumer of a fill, whichever projection it folds.
pub(crate) trait Filling: Send {
    fn reach<'a>(&'a mut self, ends: &'a BTreeMap<i32, i64>, tally: &'a Tally) -> Reaching<'a>;
}

pub(crate) type Reaching<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// Records behind the copy, counted by all its consumers.
#[derive(Clone)]
pub(crate) struct Tally {
    began_at: i64,
    behind: Arc<AtomicI64>,
}

impl Tally {
    pub(super) fn from(records: i64) -> Self {
        Self { began_at: records, behind: Arc::new(AtomicI64::new(records)) }
    }

    pub(super) const fn began_at(&self) -> i64 {
        self.began_at
    }

    pub(super) fn behind(&self) -> i64 {
        self.behind.load(Ordering::Relaxed)
    }

    pub(super) fn folded(&self) -> i64 {
        self.behind() - self.began_at
    }
}

struct Filler<P> {
    follower: Follower<P>,
    partitions: Vec<i32>,
    stalled_after: Duration,
}

/// Failures in a row that are borne: what lasts longer is no accident.
const FAILURES: u32 = 10;

/// A consumer for a share of the partitions, into this home.
pub(crate) fn filler<P: Projection>(
    config: Config,
    tools: &Tools,
    home: Home,
    partitions: Vec<i32>,
) -> anyhow::Result<Box<dyn Filling>> {
    let topic = tools.bus.topics().named(P::TOPIC);
    let consumer = Consumer::alone(&config, &tools.bus, P::NAME, topic.clone())?;
    let (pool, keys) = (tools.fill.clone(), tools.keys.clone());
    let progress = projections::Progress::default();
    // Poison is among the dead letters since the live projection met it.
    let folder = Folder { pool, keys, progress, topic, home, letters: None };
    let stalled_after = config.rebuild_stalled_after;
    let mut follower = Follower::<P>::new(config, folder, consumer);
    follower.places.follow(Change::Assigned(partitions.clone()));
    Ok(Box::new(Filler { follower, partitions, stalled_after }))
}

impl<P: Projection> Filling for Filler<P> {
    fn reach<'a>(&'a mut self, ends: &'a BTreeMap<i32, i64>, tally: &'a Tally) -> Reaching<'a> {
        Box::pin(async move {
            let mut failures = 0;
            while !self.has_reached(ends) {
                match self.step().await {
                    Ok(folded) => {
                        tally.behind.fetch_add(folded, Ordering::Relaxed);
                        failures = if folded > 0 { 0 } else { failures };
                    }
                    Err(cause) if failures < FAILURES => {
                        failures += 1;
                        tracing::warn!(projection = P::NAME, "the copy of {} waits: {cause:#}", P::NAME);
                    }
                    Err(cause) => return Err(cause),
                }
            }
            Ok(())
        })
    }
}

impl<P: Projection> Filler<P> {
    /// Returns how many records it folded; places that are read again were counted before.
    async fn step(&mut self) -> anyhow::Result<i64> {
        let arrival = tokio::select! {
            biased;
            () = self.follower.places.due() => return self.follower.take_wanted().await.map(|()| 0),
            arrival = timeout(self.stalled_after, self.follower.consumer.next()) => arrival,
        };
        match arrival {
            Ok(Ok(Arrival::Record(first))) => {
                let before = self.behind();
                self.follower.fold(first).await?;
                Ok((self.behind() - before).max(0))
            }
            Ok(Ok(Arrival::Change(_))) => Ok(0),
            Ok(Err(error)) => Err(error).context("Kafka"),
            Err(_) => bail!("Kafka has given nothing for {:?}", self.stalled_after),
        }
    }

    /// Records behind us, in the partitions that we hold.
    fn behind(&self) -> i64 {
        self.follower.places.held().map(|(_, place)| place.next).sum()
    }

    fn has_reached(&self, ends: &BTreeMap<i32, i64>) -> bool {
        let reached = |partition: &i32| {
            let next = self.follower.places.get(*partition).map(|place| place.next);
            next.is_some_and(|next| next >= ends.get(partition).copied().unwrap_or_default())
        };
        self.partitions.iter().all(reached)
    }
}

/// All consumers of a fill.
pub(super) struct Fillers(Vec<Box<dyn Filling>>);

impl Fillers {
    pub(super) const fn new(all: Vec<Box<dyn Filling>>) -> Self {
        Self(all)
    }

    /// Until each partition is folded up to its end as given. If one fails, the others stop.
    pub(super) async fn reach(&mut self, ends: &BTreeMap<i32, i64>, tally: &Tally) -> anyhow::Result<()> {
        let mut running = JoinSet::new();
        for mut filler in self.0.drain(..) {
            let (ends, tally) = (ends.clone(), tally.clone());
            running.spawn(async move {
                filler.reach(&ends, &tally).await?;
                anyhow::Ok(filler)
            });
        }
        while let Some(ended) = running.join_next().await {
            self.0.push(ended??);
        }
        Ok(())
    }
}

/// Partitions in at most so many shares, none empty.
pub(super) fn shares(partitions: impl Iterator<Item = i32>, workers: usize) -> Vec<Vec<i32>> {
    let mut shares = vec![Vec::new(); workers.max(1)];
    for (place, partition) in partitions.enumerate() {
        let share = place % shares.len();
        shares[share].push(partition);
    }
    shares.retain(|share| !share.is_empty());
    shares
}

/// Works, and tells how far it is, now and then.
pub(super) async fn with_news(
    work: impl Future<Output = anyhow::Result<()>>,
    tally: &Tally,
    of: i64,
    tell: Tell<'_>,
) -> anyhow::Result<()> {
    const EVERY: Duration = Duration::from_millis(200);
    let (began, before) = (Instant::now(), tally.behind());
    let mut news = interval(EVERY);
    news.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => { tell(progress(tally, before, of, began)); return done; }
            _ = news.tick() => tell(progress(tally, before, of, began)),
        }
    }
}

fn progress(tally: &Tally, before: i64, of: i64, began: Instant) -> Progress {
    let folded = tally.behind();
    let rate = (folded - before) as f64 / began.elapsed().as_secs_f64().max(0.001);
    let left = (rate > 0.0).then(|| Duration::from_secs_f64((of - folded).max(0) as f64 / rate));
    Progress { folded, of: of.max(folded), rate, left }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_is_in_one_share() {
        assert_eq!(shares(0..5, 2), [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(shares(0..2, 8), [vec![0], vec![1]]);
        assert!(shares(0..0, 3).is_empty());
    }

    #[test]
    fn what_is_left_follows_from_the_rate() {
        let tally = Tally::from(100);
        tally.behind.fetch_add(100, Ordering::Relaxed);
        let began = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        let progress = progress(&tally, 100, 300, began);
        assert_eq!((progress.folded, progress.of), (200, 300));
        assert!((progress.left.unwrap().as_secs_f64() - 1.0).abs() < 0.2, "{progress:?}");
    }
}
