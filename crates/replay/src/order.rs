//! Events of many partitions in the order of the log: each waits until nothing earlier can come.

use std::collections::{BTreeMap, HashMap};

use bus::Partition;

use crate::{Entry, Error, Log};

/// Holds events back until it is their turn; roughly as many as it has room for.
pub struct Order {
    /// What was wanted and what was not: a position that is `None` was only counted.
    waiting: BTreeMap<i64, Option<Entry>>,
    /// How far each partition has come.
    reached: HashMap<Partition, i64>,
    /// The position that must come next, where all of the log is read.
    dense: Option<i64>,
    /// Events that wait; where there are more, partitions that are ahead are not read further.
    room: usize,
}

/// Events that may wait where nothing else is said.
pub const ROOM: usize = 100_000;

impl Order {
    /// `dense`: the log is read from its beginning, so that a missing position is an error.
    pub fn new(dense: bool) -> Self {
        Self { waiting: BTreeMap::new(), reached: HashMap::new(), dense: dense.then_some(1), room: ROOM }
    }

    /// With room for so many events.
    #[must_use]
    pub fn with_room(self, room: usize) -> Self {
        Self { room, ..self }
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The partitions that must wait for the others: all that are beyond the first event that waits. Once the
    /// others are there too, its turn has come.
    pub fn ahead(&self, log: &Log) -> Vec<Partition> {
        let Some((first, _)) = self.waiting.first_key_value().filter(|_| self.waiting.len() >= self.room) else {
            return Vec::new();
        };
        let is_ahead = |partition: &&Partition| self.reached.get(*partition).is_some_and(|reached| reached >= first);
        let mut ahead: Vec<Partition> = log.unfinished().filter(is_ahead).cloned().collect();
        ahead.sort();
        ahead
    }

    /// Takes an event; one that is not wanted still counts.
    pub fn push(&mut self, entry: Entry, wanted: bool) {
        match self.reached.get_mut(&entry.partition) {
            Some(reached) => *reached = entry.position,
            None => drop(self.reached.insert(entry.partition.clone(), entry.position)),
        }
        self.waiting.insert(entry.position, wanted.then_some(entry));
    }

    /// The events whose turn it is.
    pub fn ready(&mut self, log: &Log) -> Result<Vec<Entry>, Error> {
        if self.dense.is_some_and(|next| self.waiting.first_key_value().is_some_and(|(first, _)| *first == next)) {
            return self.take_while(|position, next| next.is_none_or(|next| position == next));
        }
        let frontier = log.unfinished().map(|partition| self.reached.get(partition).copied().unwrap_or(0)).min();
        self.take_while(|position, _| frontier.is_none_or(|frontier| position <= frontier))
    }

    fn take_while(&mut self, is_turn: impl Fn(i64, Option<i64>) -> bool) -> Result<Vec<Entry>, Error> {
        let mut ready = Vec::new();
        while let Some(first) = self.waiting.first_entry() {
            let position = *first.key();
            if !is_turn(position, self.dense) {
                break;
            }
            match &mut self.dense {
                Some(next) if *next != position => return Err(Error::Gap { missing: *next, next: position }),
                Some(next) => *next += 1,
                None => {}
            }
            ready.extend(first.remove());
        }
        Ok(ready)
    }
}
