//! Reading with everything around it: records that cannot be read, keys, order, progress.

use std::path::Path;

use anyhow::Context;
use keys::Keys;
use replay::{Choice, Entry, Log, Order, Until};
use runtime::postgres::{self, Limits};

use super::asked::{Asked, Time};
use super::local;
use super::progress::Progress;
use crate::config::Config;

/// Events that are opened together, with one question for their keys.
const BATCH: usize = 500;

/// What is read, and how.
pub struct Reading {
    pub choice: Choice,
    config: Config,
    keys: Option<Keys>,
    skip_unreadable: bool,
}

impl Reading {
    pub fn prepare(file: &Path, asked: &Asked, to: Option<Time>) -> anyhow::Result<Self> {
        let choice = asked.choice(to)?;
        let config = local::settings(file, &asked.state)?;
        let keys = if asked.open { Some(keys(&config)?) } else { None };
        Ok(Self { choice, config, keys, skip_unreadable: asked.skip_unreadable })
    }

    pub async fn open(&self, until: Until) -> anyhow::Result<Log> {
        let at = || format!("the log at {} cannot be read", self.config.kafka.bootstrap);
        Log::open(&self.config.kafka, &self.choice, until).await.with_context(at)
    }

    /// Gives every chosen event to `take`, in batches, until the end of what is there. `ordered`: in the order of
    /// the log, with room for so many that wait for their turn.
    pub async fn each(
        &self,
        ordered: Option<usize>,
        mut take: impl FnMut(&[Entry]) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let mut log = self.open(Until::Now).await?;
        let dense = self.choice.is_everything() && !self.skip_unreadable;
        let mut order = ordered.map(|room| Order::new(dense).with_room(room));
        let (mut batch, mut taken, mut unreadable) = (Vec::new(), 0, 0);
        let mut progress = Progress::begin();
        while let Some(record) = log.next().await? {
            match Entry::read(log.topics(), &record) {
                Ok(entry) => self.sort_in(entry, &mut order, &log, &mut batch)?,
                Err(error) => self.unreadable(error, &mut unreadable)?,
            }
            if batch.len() >= BATCH {
                taken += self.hand_over(&mut batch, &mut take).await?;
            }
            if let Some(order) = &order {
                let ahead = order.ahead(&log);
                log.hold(ahead)?;
            }
            progress.show(&log);
        }
        batch.extend(order.map(|mut order| order.ready(&log)).transpose()?.into_iter().flatten());
        taken += self.hand_over(&mut batch, &mut take).await?;
        progress.end(unreadable);
        Ok(taken)
    }

    /// Adds to the batch what may go out now.
    fn sort_in(
        &self,
        entry: Entry,
        order: &mut Option<Order>,
        log: &Log,
        batch: &mut Vec<Entry>,
    ) -> anyhow::Result<()> {
        let wanted = self.choice.takes(&entry);
        match order {
            Some(order) => {
                order.push(entry, wanted);
                batch.extend(order.ready(log)?);
            }
            None => batch.extend(wanted.then_some(entry)),
        }
        Ok(())
    }

    /// Opens the batch if that was asked for, and empties it into `take`.
    pub async fn hand_over(
        &self,
        batch: &mut Vec<Entry>,
        take: &mut impl FnMut(&[Entry]) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        if let Some(keys) = &self.keys {
            replay::open_all(keys, batch).await.context("the sealed parts cannot be opened")?;
        }
        take(batch)?;
        let taken = batch.len() as u64;
        batch.clear();
        Ok(taken)
    }

    /// A record that cannot be read ends the reading, unless it may be skipped.
    pub fn unreadable(&self, error: replay::Unreadable, count: &mut u64) -> anyhow::Result<()> {
        if !self.skip_unreadable {
            return Err(error).context("a record cannot be read; --skip-unreadable goes on without it");
        }
        *count += 1;
        eprintln!("skipped {error}");
        Ok(())
    }
}

fn keys(config: &Config) -> anyhow::Result<Keys> {
    let keys = config.keys.as_ref().context("--open needs the keys: set [keys] kek (ATELIER_KEYS_KEK)")?;
    let limits = Limits { connections: 2, wait: config.database.wait };
    let url = config.database_url().context("--open needs the database, where the wrapped keys are")?;
    let pool = postgres::pool(url, "keys", limits).context("[database] url is not a Postgres URL")?;
    Ok(Keys::connect(pool, keys)?)
}
