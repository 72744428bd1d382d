//! The domain topics as one stream of records, each event once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bus::{Config, Partition, Reader, Record, Start, Topics, partition_of};
use chrono::TimeDelta;
use futures::future::try_join_all;
use tokio::time::sleep;

use crate::{Choice, Error};

/// Where the domain's facts are.
const TOPICS: [&str; 6] = ["users", "tenants", "projects", "sessions", "inspections", "billing"];
/// How far the clocks of machines may differ: an event may have been decided so long after its record was written.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// The pause before a question is asked again.
const BREATH: Duration = Duration::from_millis(100);

/// Where the reading ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At what is there when it begins.
    Now,
    /// Never: it waits for what comes.
    Forever,
}

/// What is read of a partition.
struct Place {
    partition: Partition,
    start: i64,
    /// After what was there at the beginning.
    end: i64,
}

/// The domain topics, or the part of them that a choice needs.
pub struct Log {
    reader: Reader,
    topics: Topics,
    until: Until,
    /// Partitions that are not read to their end, with that end.
    open: HashMap<Partition, i64>,
    /// The highest position seen in each partition: the relay repeats after a crash.
    seen: HashMap<Partition, i64>,
    /// Those that wait for the others.
    held: Vec<Partition>,
    total: u64,
    read: u64,
    /// How long a question to the cluster may take.
    patience: Duration,
}

impl Log {
    /// Begins at `choice.from`, or at the first event there is; with [`Until::Forever`] and no time, at the end.
    pub async fn open(config: &Config, choice: &Choice, until: Until) -> Result<Self, Error> {
        let (reader, topics) = (Reader::new(config)?, config.topics());
        let (open, seen, patience) = (HashMap::new(), HashMap::new(), config.request_timeout);
        let held = Vec::new();
        let mut log = Self { reader, topics, until, open, seen, held, total: 0, read: 0, patience };
        let places = partitions(&log.topics, choice).into_iter().map(|partition| log.place(partition, choice));
        let mut places = try_join_all(places).await?;
        places.retain(|place| until == Until::Forever || place.start < place.end);
        try_join_all(places.iter().map(|place| log.reader.add(&place.partition, Start::At(place.start)))).await?;
        log.total = places.iter().map(|place| (place.end - place.start) as u64).sum();
        log.open = places.into_iter().map(|place| (place.partition, place.end)).collect();
        Ok(log)
    }

    async fn place(&self, partition: Partition, choice: &Choice) -> Result<Place, Error> {
        let (low, end) = self.range(&partition).await?;
        let start = match (choice.from, self.until) {
            (Some(from), _) => self.reader.offset_at(&partition, from - SKEW).await?.max(low),
            (None, Until::Now) => low,
            (None, Until::Forever) => end,
        };
        Ok(Place { partition, start, end })
    }

    /// What the partition holds. Right after its topic was made, or while its leader changes, nobody knows for a moment.
    async fn range(&self, partition: &Partition) -> Result<(i64, i64), Error> {
        let asked = Instant::now();
        loop {
            match self.reader.range(partition).await {
                Err(bus::Error::Unavailable(_)) if asked.elapsed() < self.patience => sleep(BREATH).await,
                range => return Ok(range?),
            }
        }
    }

    /// The next record; in order within a partition. `None`: all that was there is read.
    pub async fn next(&mut self) -> Result<Option<Record>, Error> {
        while self.until == Until::Forever || !self.open.is_empty() {
            let record = self.reader.next().await?;
            let Some(high) = self.open.get(&record.partition).copied() else { continue };
            if self.until == Until::Now && record.offset + 1 >= high {
                self.open.remove(&record.partition);
                if record.offset >= high {
                    continue; // written since we began
                }
            }
            self.read += 1;
            if !self.is_repeat(&record) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// Reads nothing more of these partitions until this is said again without them.
    pub fn hold(&mut self, ahead: Vec<Partition>) -> Result<(), Error> {
        if ahead == self.held {
            return Ok(());
        }
        let only_in = |some: &[Partition], others: &[Partition]| -> Vec<Partition> {
            some.iter().filter(|partition| !others.contains(partition)).cloned().collect()
        };
        self.reader.pause(&only_in(&ahead, &self.held))?;
        self.reader.resume(&only_in(&self.held, &ahead))?;
        self.held = ahead;
        Ok(())
    }

    /// Records read so far, and how many there are to read.
    pub const fn progress(&self) -> (u64, u64) {
        (self.read, self.total)
    }

    /// The names that records are read by.
    pub const fn topics(&self) -> &Topics {
        &self.topics
    }

    /// Partitions that may still bring something.
    pub fn unfinished(&self) -> impl Iterator<Item = &Partition> {
        self.open.keys()
    }

    fn is_repeat(&mut self, record: &Record) -> bool {
        let Some(position) = record.headers.position() else { return false };
        match self.seen.get_mut(&record.partition) {
            Some(seen) if *seen >= position => true,
            Some(seen) => {
                *seen = position;
                false
            }
            None => {
                self.seen.insert(record.partition.clone(), position);
                false
            }
        }
    }
}

/// One partition for one session, else all of them.
fn partitions(topics: &Topics, choice: &Choice) -> Vec<Partition> {
    let count = |topic: &str| topics.partitions(topic).unwrap_or_default();
    if let Some(session) = choice.session {
        let topic = topics.sessions();
        let number = partition_of(session.to_string().as_bytes(), count(&topic));
        return vec![Partition::new(topic, number)];
    }
    let of = |name: &&str| {
        let topic: std::sync::Arc<str> = topics.named(name).into();
        (0..count(&topic)).map(move |number| Partition::new(topic.clone(), number as i32))
    };
    TOPICS.iter().flat_map(of).collect()
}
