//! What is in hand: who waits for whom, and how far everything is done.
//!
//! Pure: no Kafka and no clock, so that every order of events can be tested.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use bytes::Bytes;

use crate::{Partition, Record};

/// The account of one group member.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Our partitions, and of each the offsets in hand: `true` once done.
    pages: HashMap<Partition, BTreeMap<i64, bool>>,
    /// Keys with a piece that is ready or out, and what waits behind it.
    lanes: HashMap<Lane, VecDeque<Record>>,
    /// Next to hand out.
    ready: VecDeque<Record>,
    /// Handed out and not yet done, also of partitions that were taken away meanwhile.
    out: HashSet<Place>,
    /// How many wait in lanes.
    waiting: usize,
}

type Place = (Partition, i64);

/// What keeps its order: a key, or a record without one by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Lane {
    Key(Partition, Bytes),
    Alone(Partition, i64),
}

impl Lane {
    fn of(record: &Record) -> Self {
        match &record.key {
            Some(key) => Self::Key(record.partition.clone(), key.clone()),
            None => Self::Alone(record.partition.clone(), record.offset),
        }
    }

    const fn partition(&self) -> &Partition {
        match self {
            Self::Key(partition, _) | Self::Alone(partition, _) => partition,
        }
    }
}

impl Ledger {
    /// A partition is ours from now on.
    pub fn assign(&mut self, partition: Partition) {
        self.pages.insert(partition, BTreeMap::new());
    }

    /// A partition is no longer ours: what waits is its new owner's. What is out stays out, and its key busy.
    pub fn revoke(&mut self, partition: &Partition) {
        self.pages.remove(partition);
        let dropped: HashSet<_> = self.ready.iter().filter(|r| r.partition == *partition).map(Lane::of).collect();
        self.ready.retain(|record| record.partition != *partition);
        let waiting = &mut self.waiting;
        self.lanes.retain(|lane, queue| {
            if lane.partition() == partition {
                *waiting -= queue.len();
                queue.clear();
            }
            !dropped.contains(lane)
        });
    }

    /// A record was fetched. One that is still out from before a rebalance is not handed out again.
    pub fn arrive(&mut self, record: Record) {
        let Some(page) = self.pages.get_mut(&record.partition) else { return };
        if page.contains_key(&record.offset) {
            return;
        }
        page.insert(record.offset, false);
        if self.out.contains(&place(&record)) {
            return;
        }
        if let Some(queue) = self.lanes.get_mut(&Lane::of(&record)) {
            self.waiting += 1;
            queue.push_back(record);
        } else {
            self.lanes.insert(Lane::of(&record), VecDeque::new());
            self.ready.push_back(record);
        }
    }

    /// The next record to work on.
    pub fn take(&mut self) -> Option<Record> {
        let record = self.ready.pop_front()?;
        self.out.insert(place(&record));
        Some(record)
    }

    /// A record that is out is done. Returns the offset to commit from now on, if that has moved.
    pub fn finish(&mut self, record: &Record) -> Option<i64> {
        if !self.out.remove(&place(record)) {
            return None;
        }
        self.advance(&Lane::of(record));
        let page = self.pages.get_mut(&record.partition)?;
        *page.get_mut(&record.offset)? = true;
        let mut done = None;
        while let Some(first) = page.first_entry().filter(|first| *first.get()) {
            done = Some(first.remove_entry().0);
        }
        done.map(|done| page.first_key_value().map_or(done + 1, |(oldest, _)| *oldest))
    }

    /// Whether a record that is out still is ours to do.
    pub fn is_ours(&self, record: &Record) -> bool {
        self.pages.get(&record.partition).is_some_and(|page| page.get(&record.offset) == Some(&false))
    }

    /// How many records are not done.
    pub fn unfinished(&self) -> usize {
        self.ready.len() + self.waiting + self.out.len()
    }

    /// How many records a crash would repeat, at most.
    pub fn in_hand(&self) -> usize {
        self.pages.values().map(BTreeMap::len).sum()
    }

    fn advance(&mut self, lane: &Lane) {
        let Some(queue) = self.lanes.get_mut(lane) else { return };
        if let Some(next) = queue.pop_front() {
            self.waiting -= 1;
            self.ready.push_back(next);
        } else {
            self.lanes.remove(lane);
        }
    }
}

fn place(record: &Record) -> Place {
    (record.partition.clone(), record.offset)
}

#[cfg(test)]
mod tests;
