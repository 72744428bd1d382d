//! The newest records of one partition, by session, and who waits for more. Bounded; nothing here waits.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::SessionId;
use tokio::sync::Notify;

use crate::config::Config;
use crate::entry::Entry;

/// What an entry costs besides its payload, roughly.
const OVERHEAD: usize = 320;

/// How much stays.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub session: usize,
    pub partition: usize,
    pub total: usize,
}

impl Bounds {
    pub const fn of(config: &Config) -> Self {
        Self { session: config.memory_per_session, partition: config.memory_per_partition, total: config.memory }
    }
}

/// One partition's records from some offset on.
#[derive(Debug)]
pub struct Memory {
    bounds: Bounds,
    /// Bytes of all partitions.
    total: Arc<AtomicUsize>,
    bytes: usize,
    /// Sessions that are not here have no record from here on.
    floor: i64,
    /// The offset of the record that comes next.
    next: i64,
    sessions: HashMap<SessionId, Past>,
    /// Oldest first; some are gone already.
    order: VecDeque<Placed>,
    entries: usize,
    watchers: usize,
}

/// Whose record came when.
#[derive(Debug, Clone, Copy)]
struct Placed {
    session: SessionId,
    offset: i64,
    at: Instant,
}

/// One session's part.
#[derive(Debug)]
struct Past {
    /// All its records from here on are here.
    floor: i64,
    entries: VecDeque<Held>,
    bytes: usize,
    /// Bytes that ever came, to tell how far behind a watcher is.
    ever: usize,
    watchers: usize,
    wake: Arc<Notify>,
}

#[derive(Debug)]
struct Held {
    entry: Arc<Entry>,
    weight: usize,
    /// `Past::ever` before it.
    before: usize,
}

/// What a watcher finds from its position on.
#[derive(Debug)]
pub enum Page {
    /// Records between its position and the memory's beginning are only in Kafka.
    Behind { floor: i64 },
    /// The next records, and how much is waiting altogether; `bytes` without the newest, which may be large by itself.
    Records { entries: Vec<Arc<Entry>>, waiting: usize, bytes: usize },
    /// Nothing before `next`.
    Nothing { next: i64 },
}

impl Memory {
    pub fn new(bounds: Bounds, total: Arc<AtomicUsize>) -> Self {
        let (sessions, order) = (HashMap::new(), VecDeque::new());
        Self { bounds, total, bytes: 0, floor: 0, next: 0, sessions, order, entries: 0, watchers: 0 }
    }

    pub const fn next(&self) -> i64 {
        self.next
    }

    pub const fn watchers(&self) -> usize {
        self.watchers
    }

    /// Forgets everything and begins at `next`; who watches is told.
    pub fn restart(&mut self, next: i64) {
        self.total.fetch_sub(self.bytes, Ordering::Relaxed);
        (self.bytes, self.floor, self.next) = (0, next, next);
        (self.order, self.entries) = (VecDeque::new(), 0);
        self.sessions.retain(|_, past| past.watchers > 0);
        for past in self.sessions.values_mut() {
            (past.entries, past.bytes, past.floor) = (VecDeque::new(), 0, next);
            past.wake.notify_waiters();
        }
    }

    pub fn push(&mut self, session: SessionId, offset: i64, payload: Bytes) {
        self.next = offset + 1;
        let weight = payload.len() * 2 + OVERHEAD;
        let past = self.past(session);
        past.entries.push_back(Held { entry: Entry::new(offset, payload), weight, before: past.ever });
        past.bytes += weight;
        past.ever += weight;
        past.wake.notify_waiters();
        self.order.push_back(Placed { session, offset, at: Instant::now() });
        self.entries += 1;
        self.bytes += weight;
        self.total.fetch_add(weight, Ordering::Relaxed);
        self.shrink(session);
    }

    /// A record that is nobody's: its place counts, it does not.
    pub const fn skip(&mut self, offset: i64) {
        self.next = offset + 1;
    }

    pub fn watch(&mut self, session: SessionId) -> Arc<Notify> {
        self.watchers += 1;
        let past = self.past(session);
        past.watchers += 1;
        past.wake.clone()
    }

    pub fn unwatch(&mut self, session: SessionId) {
        self.watchers -= 1;
        if let Some(past) = self.sessions.get_mut(&session) {
            past.watchers -= 1;
        }
        self.forget_if_idle(session);
    }

    /// The session's records from `position` on, at most `limit`.
    pub fn page(&self, session: SessionId, position: i64, limit: usize) -> Page {
        let floor = self.floor_of(session);
        if position < floor {
            return Page::Behind { floor };
        }
        let Some(past) = self.sessions.get(&session) else { return Page::Nothing { next: self.next } };
        let first = past.first_from(position);
        match past.entries.get(first) {
            None => Page::Nothing { next: self.next },
            Some(held) => Page::Records {
                entries: past.entries.range(first..).take(limit).map(|held| held.entry.clone()).collect(),
                waiting: past.entries.len() - first,
                bytes: past.entries.back().map_or(0, |last| last.before - held.before),
            },
        }
    }

    /// All records of the session that are here, oldest first.
    pub fn all(&self, session: SessionId) -> Vec<Arc<Entry>> {
        let entries = self.sessions.get(&session).into_iter().flat_map(|past| &past.entries);
        entries.map(|held| held.entry.clone()).collect()
    }

    /// The keys that opened what is here.
    pub fn key_ids(&self) -> HashSet<String> {
        let entries = self.sessions.values().flat_map(|past| &past.entries);
        let seen = entries.filter_map(|held| held.entry.seen()?.key_id.as_deref());
        seen.map(str::to_owned).collect()
    }

    /// All records of the session from here on are here.
    pub fn floor_of(&self, session: SessionId) -> i64 {
        self.sessions.get(&session).map_or(self.floor, |past| past.floor)
    }

    fn past(&mut self, session: SessionId) -> &mut Past {
        let floor = self.floor;
        self.sessions.entry(session).or_insert_with(|| Past {
            floor,
            entries: VecDeque::new(),
            bytes: 0,
            ever: 0,
            watchers: 0,
            wake: Arc::default(),
        })
    }

    fn shrink(&mut self, session: SessionId) {
        while self.sessions.get(&session).is_some_and(|past| past.bytes > self.bounds.session && past.entries.len() > 1)
        {
            self.drop_first(session);
        }
        while self.bytes > self.bounds.partition || self.total.load(Ordering::Relaxed) > self.bounds.total {
            let Some(oldest) = self.order.pop_front() else { break };
            self.drop_placed(oldest);
        }
        if self.order.len() > 2 * self.entries + 1024 {
            let sessions = &self.sessions;
            self.order.retain(|placed| Past::has(sessions.get(&placed.session), placed.offset));
        }
    }

    /// Drops what came more than `age` ago: opened texts do not outlive their use.
    pub fn expire(&mut self, age: Duration) {
        while let Some(oldest) = self.order.front().filter(|placed| placed.at.elapsed() > age).copied() {
            self.order.pop_front();
            self.drop_placed(oldest);
        }
    }

    fn drop_placed(&mut self, placed: Placed) {
        if Past::has(self.sessions.get(&placed.session), placed.offset) {
            self.drop_first(placed.session);
        }
    }

    fn drop_first(&mut self, session: SessionId) {
        let Some(weight) = self.sessions.get_mut(&session).and_then(Past::drop_first) else { return };
        self.bytes -= weight;
        self.entries -= 1;
        self.total.fetch_sub(weight, Ordering::Relaxed);
        self.forget_if_idle(session);
    }

    fn forget_if_idle(&mut self, session: SessionId) {
        let idle = |past: &Past| past.watchers == 0 && past.entries.is_empty();
        if let Some(past) = self.sessions.get(&session).filter(|past| idle(past)) {
            self.floor = self.floor.max(past.floor);
            self.sessions.remove(&session);
        }
    }
}

impl Past {
    /// Records go oldest first, so what is not older than the first is still here.
    fn has(past: Option<&Self>, offset: i64) -> bool {
        past.and_then(|past| past.entries.front()).is_some_and(|first| first.entry.offset <= offset)
    }

    fn first_from(&self, position: i64) -> usize {
        self.entries.partition_point(|held| held.entry.offset < position)
    }

    /// The weight of what is dropped.
    fn drop_first(&mut self) -> Option<usize> {
        let held = self.entries.pop_front()?;
        self.floor = held.entry.offset + 1;
        self.bytes -= held.weight;
        Some(held.weight)
    }
}

#[cfg(test)]
mod tests;
