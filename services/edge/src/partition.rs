//! One partition of the stream: followed while somebody watches it, and remembered for a while.

use std::collections::HashSet;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use domain::SessionId;
use tokio::sync::{Notify, watch};

use crate::catch_up::CatchUp;
use crate::cursor::Epoch;
use crate::memory::{Bounds, Memory, Page};

/// Shared by its follower and its watchers.
pub struct Partition {
    pub number: i32,
    pub catch_up: CatchUp,
    state: Mutex<State>,
    live: watch::Sender<Option<Live>>,
}

struct State {
    memory: Memory,
    followed: bool,
    idle_since: Instant,
}

/// A partition that is being followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    pub epoch: Epoch,
    /// Counts how often the follower began, to tell a gap from a slow watcher.
    pub round: u64,
}

impl Partition {
    pub fn new(number: i32, bounds: Bounds, total: Arc<AtomicUsize>) -> Self {
        let state = State { memory: Memory::new(bounds, total), followed: false, idle_since: Instant::now() };
        Self { number, catch_up: CatchUp::default(), state: Mutex::new(state), live: watch::Sender::new(None) }
    }

    /// True for the one who has to begin to follow it.
    pub fn claim(&self) -> bool {
        let mut state = self.state();
        state.idle_since = Instant::now();
        !std::mem::replace(&mut state.followed, true)
    }

    /// Completes when it is followed.
    pub async fn live(&self) -> Live {
        let mut live = self.live.subscribe();
        loop {
            if let Some(live) = *live.borrow_and_update() {
                return live;
            }
            // The sender lives as long as `self`.
            let _ = live.changed().await;
        }
    }

    pub fn current(&self) -> Option<Live> {
        *self.live.borrow()
    }

    /// The offset of the record that comes next.
    pub fn next(&self) -> i64 {
        self.state().memory.next()
    }

    /// From here on everything is remembered.
    pub fn begin(&self, epoch: Epoch, next: i64) {
        self.state().memory.restart(next);
        self.live.send_modify(|live| {
            let round = live.map_or(0, |live| live.round) + 1;
            *live = Some(Live { epoch, round });
        });
    }

    pub fn push(&self, session: Option<SessionId>, offset: i64, payload: Bytes) {
        let mut state = self.state();
        match session {
            Some(session) => state.memory.push(session, offset, payload),
            None => state.memory.skip(offset),
        }
    }

    /// The keys that opened what is remembered.
    pub fn key_ids(&self) -> HashSet<String> {
        self.state().memory.key_ids()
    }

    /// Drops all that is remembered; who watches reads it again, from Kafka.
    pub fn renew(&self) {
        let mut state = self.state();
        let next = state.memory.next();
        state.memory.restart(next);
        self.live.send_modify(|live| {
            if let Some(live) = live {
                live.round += 1;
            }
        });
    }

    /// Drops what is too old.
    pub fn expire(&self, age: std::time::Duration) {
        self.state().memory.expire(age);
    }

    /// True if nobody has watched for so long: then it is not followed any more.
    pub fn end_if_idle(&self, linger: std::time::Duration) -> bool {
        let mut state = self.state();
        if state.memory.watchers() > 0 || state.idle_since.elapsed() < linger {
            return false;
        }
        self.forget(&mut state);
        true
    }

    /// The follower ends, whoever watches.
    pub fn end(&self) {
        self.forget(&mut self.state());
    }

    fn forget(&self, state: &mut State) {
        state.followed = false;
        let next = state.memory.next();
        state.memory.restart(next);
        self.live.send_replace(None);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One watcher's hold on one session of a partition.
pub struct Watch {
    pub partition: Arc<Partition>,
    pub session: SessionId,
    /// Told when the session has something new.
    pub wake: Arc<Notify>,
}

impl Watch {
    pub fn new(partition: Arc<Partition>, session: SessionId) -> Self {
        let wake = partition.state().memory.watch(session);
        Self { partition, session, wake }
    }

    pub fn page(&self, position: i64, limit: usize) -> Page {
        self.partition.state().memory.page(self.session, position, limit)
    }

    /// Everything of the session that is remembered, where that begins, and the offset that comes next.
    pub fn remembered(&self) -> Remembered {
        let state = self.partition.state();
        let memory = &state.memory;
        Remembered { floor: memory.floor_of(self.session), entries: memory.all(self.session), next: memory.next() }
    }
}

/// A session in memory.
pub struct Remembered {
    pub floor: i64,
    pub entries: Vec<Arc<crate::entry::Entry>>,
    pub next: i64,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut state = self.partition.state();
        state.memory.unwatch(self.session);
        state.idle_since = Instant::now();
    }
}
