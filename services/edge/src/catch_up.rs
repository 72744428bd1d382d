//! Reads the past of a partition again, once for all who wait for it: those who join a read that has not
//! passed their start yet share it, the others are next.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::SessionId;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout_at};

use crate::edge::Shared;
use crate::entry::Entry;
use crate::log::{ReadError, Reader, Record};
use crate::partition::Partition;

/// After so many records a read looks whether those it reads for are still there.
const LOOK_AROUND: i64 = 1_024;

/// Who waits for the past of one partition.
#[derive(Default)]
pub struct CatchUp {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Wish>,
    served: bool,
}

/// One watcher's wish: a session's records from `from` on, `until` where memory begins.
pub struct Wish {
    pub session: SessionId,
    pub from: i64,
    pub until: i64,
    answer: oneshot::Sender<Result<Caught, Gone>>,
}

/// A part of the past, or all of it.
pub struct Caught {
    pub entries: Vec<Arc<Entry>>,
    /// Everything of the session before this offset is in `entries`.
    pub next: i64,
    /// What had to be read of the partition, and how long that took; nothing while Kafka is away.
    pub bytes: usize,
    pub took: Duration,
}

/// The past begins later than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

pub type Answer = oneshot::Receiver<Result<Caught, Gone>>;

impl CatchUp {
    /// Queues a wish. The answer may be only a part; ask again from its `next`.
    pub fn ask(edge: &Arc<Shared>, partition: &Arc<Partition>, session: SessionId, from: i64, until: i64) -> Answer {
        let (answer, receiver) = oneshot::channel();
        let mut queue = partition.catch_up.queue();
        queue.waiting.push_back(Wish { session, from, until, answer });
        if !std::mem::replace(&mut queue.served, true) {
            edge.tasks.spawn(serve(edge.clone(), partition.clone()));
        }
        receiver
    }

    fn next(&self) -> Option<Wish> {
        let mut queue = self.queue();
        queue.waiting.retain(|wish| !wish.answer.is_closed());
        let next = queue.waiting.pop_front();
        queue.served = next.is_some();
        next
    }

    /// The wishes that a read at `position` can still fulfil.
    fn joining(&self, position: i64) -> Vec<Wish> {
        let mut queue = self.queue();
        if queue.waiting.is_empty() {
            return Vec::new();
        }
        let (joining, waiting) = queue.waiting.drain(..).partition(|wish| wish.from >= position);
        queue.waiting = waiting;
        Vec::from(joining)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(edge: Arc<Shared>, partition: Arc<Partition>) {
    let ended = edge.ending.clone();
    tokio::select! {
        () = ended.cancelled() => {}
        () = async {
            while let Some(first) = partition.catch_up.next() {
                read(&edge, &partition, first).await;
            }
        } => {}
    }
}

async fn read(edge: &Shared, partition: &Partition, first: Wish) {
    let mut pass = Pass::new(first.from, edge.config.catch_up_page);
    pass.join(first);
    match edge.past.read(partition.number, pass.position) {
        Ok(reader) => pass.run(edge, partition, &reader).await,
        Err(error) => {
            tracing::warn!(partition = partition.number, %error, "cannot read the past: {error}");
            sleep(edge.config.pause).await;
            pass.answer_all();
        }
    }
}

/// One read through the log, and who takes what from it.
struct Pass {
    /// The offset that comes next.
    position: i64,
    began: Instant,
    bytes: usize,
    page: usize,
    members: HashMap<SessionId, Vec<Member>>,
    /// The lowest `until` of all members.
    nearest: i64,
}

struct Member {
    wish: Wish,
    entries: Vec<Arc<Entry>>,
    bytes: usize,
    /// What the pass had read before it joined.
    before: usize,
    joined: Instant,
}

impl Pass {
    fn new(position: i64, page: usize) -> Self {
        Self { position, began: Instant::now(), bytes: 0, page, members: HashMap::new(), nearest: i64::MAX }
    }

    fn join(&mut self, wish: Wish) {
        self.nearest = self.nearest.min(wish.until);
        let member = Member { entries: Vec::new(), bytes: 0, before: self.bytes, joined: Instant::now(), wish };
        self.members.entry(member.wish.session).or_default().push(member);
    }

    async fn run(mut self, edge: &Shared, partition: &Partition, reader: &Reader) {
        let deadline = self.began + edge.config.catch_up_pass;
        while !self.members.is_empty() && self.bytes < edge.config.catch_up_pass_bytes && Instant::now() < deadline {
            for wish in partition.catch_up.joining(self.position) {
                self.join(wish);
            }
            match timeout_at(deadline, reader.next()).await {
                Ok(Ok(record)) => self.take(record),
                // Memory begins at or before the end, so everybody has everything.
                Ok(Err(ReadError::End)) => self.position = self.position.max(self.farthest()),
                Ok(Err(ReadError::Gone)) => return self.gone(),
                Ok(Err(ReadError::Kafka(error))) => {
                    tracing::debug!(partition = partition.number, %error, "Kafka does not answer: {error}");
                    sleep(edge.config.pause).await;
                }
                Err(_) => break,
            }
            self.release();
        }
        metrics::counter!("atelier_edge_catch_up_bytes_total").increment(self.bytes as u64);
        self.answer_all();
    }

    fn take(&mut self, record: Record) {
        self.position = record.offset + 1;
        if self.position % LOOK_AROUND == 0 {
            self.forget_who_left();
        }
        self.bytes += record.payload.len();
        let Some(members) = record.session.and_then(|session| self.members.get_mut(&session)) else { return };
        let (size, entry) = (record.payload.len(), Entry::new(record.offset, record.payload));
        for member in members.iter_mut().filter(|member| member.wish.from <= entry.offset) {
            member.entries.push(entry.clone());
            member.bytes += size;
        }
        let (position, page, bytes) = (self.position, self.page, self.bytes);
        for full in members.extract_if(.., |member| member.bytes >= page) {
            full.answer(position, bytes);
        }
        if members.is_empty() {
            self.members.retain(|_, members| !members.is_empty());
        }
    }

    fn forget_who_left(&mut self) {
        for members in self.members.values_mut() {
            members.retain(|member| !member.wish.answer.is_closed());
        }
        self.members.retain(|_, members| !members.is_empty());
    }

    /// Lets go who has everything.
    fn release(&mut self) {
        if self.position < self.nearest {
            return;
        }
        let (position, bytes) = (self.position, self.bytes);
        for members in self.members.values_mut() {
            for done in members.extract_if(.., |member| member.wish.until <= position) {
                done.answer(position, bytes);
            }
        }
        self.members.retain(|_, members| !members.is_empty());
        let untils = self.members.values().flatten().map(|member| member.wish.until);
        self.nearest = untils.min().unwrap_or(i64::MAX);
    }

    fn farthest(&self) -> i64 {
        self.members.values().flatten().map(|member| member.wish.until).max().unwrap_or(self.position)
    }

    fn answer_all(self) {
        for member in self.members.into_values().flatten() {
            member.answer(self.position, self.bytes);
        }
    }

    /// Where we read there is nothing; who begins later may still find what they look for.
    fn gone(self) {
        for member in self.members.into_values().flatten() {
            if member.wish.from <= self.position {
                let _ = member.wish.answer.send(Err(Gone)); // they may have left
            } else {
                member.answer(self.position, self.bytes);
            }
        }
    }
}

impl Member {
    fn answer(self, position: i64, bytes: usize) {
        let bytes = bytes - self.before;
        let took = if bytes > 0 { self.joined.elapsed() } else { Duration::ZERO };
        let caught = Caught { next: position.max(self.wish.from), entries: self.entries, bytes, took };
        let _ = self.wish.answer.send(Ok(caught)); // they may have left
    }
}
