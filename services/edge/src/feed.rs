//! What one watcher gets: a place in the log that moves on.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{GenerationId, TenantId};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;

use crate::catch_up::{Answer, CatchUp, Caught};
use crate::compact::{Admitted, compact};
use crate::decode::Place;
use crate::edge::Shared;
use crate::entry::Entry;
use crate::frame::Frame;
use crate::item::Item;
use crate::memory::Page;
use crate::partition::{Live, Watch};
use crate::progress::{Progress, Verdict};
use crate::start::Start;

/// One watcher's place, and what it has seen.
pub struct Feed {
    pub(crate) edge: Arc<Shared>,
    pub(crate) watch: Watch,
    pub(crate) place: Place,
    pub(crate) tenant: TenantId,
    /// The watcher's, for the one question that command may still have to answer.
    pub(crate) token: String,
    /// The next offset to look at.
    pub(crate) position: i64,
    pub(crate) progress: Progress,
    pub(crate) mode: Mode,
    /// The session's running generation when the watcher came.
    pub(crate) active: Option<GenerationId>,
    /// The generation that was asked for, from its beginning.
    pub(crate) target: Option<GenerationId>,
    /// It was looked for in Kafka: what memory shows may not be its beginning.
    pub(crate) searched: bool,
    round: u64,
    /// How long its connection has kept us waiting since it last had everything.
    pub(crate) blocked: Duration,
    asked: Option<(OwnedSemaphorePermit, Answer)>,
    caught: Option<Caught>,
    spent: Spent,
}

/// How far a watcher has come.
#[derive(Debug, Clone, Copy)]
pub enum Mode {
    Begin(Start),
    /// The topic does not have it any more; the store may.
    Stored(GenerationId),
    /// Looks for the beginning of a generation.
    Seek(GenerationId),
    /// Looks for the beginning of the last generation. `whole`: it looks through all there ever was.
    SeekLast {
        found: Option<(i64, GenerationId)>,
        whole: bool,
    },
    /// Sends the past.
    Replay,
    /// Sends what happens.
    Live,
}

/// What a resume has cost.
#[derive(Debug, Default)]
struct Spent {
    bytes: usize,
    time: Duration,
}

/// A live watcher is too far behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow;

impl Feed {
    /// `position`: the offset that came next before the session was described.
    pub fn new(edge: Arc<Shared>, watch: Watch, live: Live, position: i64, tenant: TenantId, start: Start) -> Self {
        let place = Place { session: watch.session, epoch: live.epoch, partition: watch.partition.number };
        Self {
            edge,
            watch,
            place,
            tenant,
            token: String::new(),
            position,
            progress: Progress::default(),
            mode: Mode::Begin(start),
            active: None,
            target: None,
            searched: false,
            round: live.round,
            blocked: Duration::ZERO,
            asked: None,
            caught: None,
            spent: Spent::default(),
        }
    }

    /// The next frames; none, if only the place has moved. Waits while nothing happens. Cancel-safe.
    pub async fn advance(&mut self) -> Result<Vec<Bytes>, Slow> {
        if let Mode::Begin(start) = self.mode {
            return Ok(self.begin(start).await);
        }
        if let Mode::Stored(generation) = self.mode {
            return Ok(self.stored(generation).await);
        }
        if self.caught.is_some() {
            return Ok(self.deliver_caught().await);
        }
        let wake = self.watch.wake.clone();
        let woken = wake.notified(); // before the look, so that nothing comes unnoticed between the two
        match self.watch.page(self.position, self.edge.config.page_records) {
            Page::Records { waiting, bytes, .. } if self.is_far_behind(waiting, bytes) => self.fall_back(),
            Page::Records { entries, waiting, .. } => {
                let join = !self.is_live() || waiting >= self.edge.config.join_from;
                Ok(self.deliver(&entries, join).await)
            }
            Page::Nothing { next } if self.is_live() => {
                (self.position, self.blocked) = (self.position.max(next), Duration::ZERO);
                woken.await;
                Ok(Vec::new())
            }
            Page::Nothing { next } => Ok(self.arrive(next)),
            Page::Behind { floor } => self.behind(floor).await,
        }
    }

    const fn is_live(&self) -> bool {
        matches!(self.mode, Mode::Live)
    }

    fn is_far_behind(&self, waiting: usize, bytes: usize) -> bool {
        let config = &self.edge.config;
        self.is_live() && (waiting > config.slow_records || bytes > config.slow_bytes)
    }

    /// Whoever does not read is cut. Where too much came at once the connection is not to blame: it gets it joined.
    fn fall_back(&mut self) -> Result<Vec<Bytes>, Slow> {
        if self.blocked >= self.edge.config.slow_after {
            return Err(Slow);
        }
        self.mode = Mode::Replay;
        Ok(Vec::new())
    }

    /// The past is over.
    fn arrive(&mut self, next: i64) -> Vec<Bytes> {
        match self.mode {
            Mode::SeekLast { found: Some((offset, generation)), .. } => {
                (self.position, self.target, self.mode) = (offset, Some(generation), Mode::Replay);
                self.progress = Progress::whole_only();
                Vec::new()
            }
            Mode::SeekLast { found: None, whole: false } => self.reset(),
            _ => {
                (self.position, self.mode) = (self.position.max(next), Mode::Live);
                (self.spent, self.blocked) = (Spent::default(), Duration::ZERO);
                Vec::new()
            }
        }
    }

    async fn behind(&mut self, floor: i64) -> Result<Vec<Bytes>, Slow> {
        let Some(live) = self.watch.partition.current() else {
            // The edge is ending, and so will this stream.
            sleep(self.edge.config.pause).await;
            return Ok(Vec::new());
        };
        if live.epoch != self.place.epoch {
            self.place.epoch = live.epoch;
            return Ok(self.reset());
        }
        if live.round != self.round {
            // The follower began anew: nobody's fault, and Kafka still has what is missing here.
            (self.blocked, self.round) = (Duration::ZERO, live.round);
        }
        if self.is_live() {
            return self.fall_back();
        }
        Ok(self.catch_up(floor).await)
    }

    async fn catch_up(&mut self, floor: i64) -> Vec<Bytes> {
        let answer = self.past(floor).await;
        self.asked = None;
        match answer {
            Ok(Ok(caught)) => {
                self.spent.bytes += caught.bytes;
                self.spent.time += caught.took;
                self.caught = Some(caught);
                if self.spent.is_within(&self.edge.config) { Vec::new() } else { self.reset() }
            }
            Ok(Err(_gone)) => self.reset(),
            Err(_) => Vec::new(),
        }
    }

    async fn past(&mut self, floor: i64) -> <Answer as Future>::Output {
        if self.asked.is_none() {
            // Never closed, so it cannot fail; if it did, there would just be no bound.
            let Ok(turn) = self.edge.catch_ups.clone().acquire_owned().await else {
                return Ok(Err(crate::catch_up::Gone));
            };
            let answer = CatchUp::ask(&self.edge, &self.watch.partition, self.place.session, self.position, floor);
            self.asked = Some((turn, answer));
        }
        match &mut self.asked {
            Some((_, answer)) => answer.await,
            None => Ok(Err(crate::catch_up::Gone)),
        }
    }

    async fn deliver_caught(&mut self) -> Vec<Bytes> {
        let size = self.edge.config.page_records;
        let page: Vec<_> = self.caught.iter().flat_map(|caught| &caught.entries).take(size).cloned().collect();
        let frames = self.deliver(&page, true).await;
        if matches!(self.mode, Mode::Begin(_)) {
            self.caught = None; // it begins elsewhere
        }
        match &mut self.caught {
            Some(caught) if caught.entries.len() > page.len() => drop(caught.entries.drain(..page.len())),
            Some(caught) => {
                self.position = self.position.max(caught.next);
                self.caught = None;
            }
            None => {}
        }
        frames
    }

    async fn deliver(&mut self, entries: &[Arc<Entry>], join: bool) -> Vec<Bytes> {
        let entries = self.sought(entries);
        for entry in entries {
            self.decoded(entry).await;
        }
        let mut sent = Vec::with_capacity(entries.len());
        for entry in entries {
            if !self.admit(entry, &mut sent) {
                break;
            }
            self.position = entry.offset + 1;
        }
        if join { compact(&sent) } else { sent.iter().map(|admitted| admitted.item.frame.whole()).collect() }
    }

    /// What is left of a page when that which comes before the beginning is cut off.
    fn sought<'a>(&mut self, entries: &'a [Arc<Entry>]) -> &'a [Arc<Entry>] {
        // A page that was interrupted comes again as a whole.
        let entries = &entries[entries.partition_point(|entry| entry.offset < self.position)..];
        let rest = match &mut self.mode {
            Mode::Seek(sought) => {
                let is_of = |entry: &Arc<Entry>| [entry.asks(), entry.piece_of()].contains(&Some(*sought));
                let begin = entries.iter().position(is_of);
                self.mode = if begin.is_some() { Mode::Replay } else { self.mode };
                begin.map_or(&[][..], |begin| &entries[begin..])
            }
            Mode::SeekLast { found, .. } => {
                for (entry, generation) in entries.iter().filter_map(|entry| Some((entry, entry.asks()?))) {
                    let same = found.is_some_and(|(_, last)| last == generation);
                    *found = if same { *found } else { Some((entry.offset, generation)) };
                }
                &[]
            }
            _ => return entries,
        };
        let end = entries.last().map_or(self.position, |last| last.offset + 1);
        self.position = rest.first().map_or(end, |first| first.offset);
        rest
    }

    /// Opens a record, however long the keys stay away.
    pub(crate) async fn decoded(&self, entry: &Entry) {
        while let Err(error) = entry.item(&self.place, &self.edge.keys).await {
            tracing::warn!(%error, "the keys cannot be reached: {error}");
            sleep(self.edge.config.pause).await;
        }
    }

    /// False: here the page ends, because its beginning is missing.
    fn admit<'a>(&mut self, entry: &'a Entry, sent: &mut Vec<Admitted<'a>>) -> bool {
        let Some(item) = entry.seen().filter(|item| item.tenant == self.tenant) else { return true };
        match self.progress.admit(&item.body) {
            Verdict::Drop => {}
            Verdict::Send { before } => sent.push(Admitted { item, before }),
            Verdict::Torso(generation) if self.target == Some(generation) => return self.torso(generation, item, sent),
            Verdict::Torso(_) => {}
        }
        true
    }

    fn torso<'a>(&mut self, generation: GenerationId, item: &'a Item, sent: &mut Vec<Admitted<'a>>) -> bool {
        if self.searched {
            self.progress.take_torsos();
            sent.push(Admitted { item, before: None });
            return true;
        }
        self.searched = true;
        self.mode = Mode::Begin(Start::Generation(generation));
        false
    }

    /// The place is lost: from the running generation's beginning, or from now.
    pub(crate) fn reset(&mut self) -> Vec<Bytes> {
        (self.progress, self.spent, self.caught, self.asked) = (Progress::default(), Spent::default(), None, None);
        let active = self.active.take().filter(|active| self.target != Some(*active));
        (self.target, self.searched) = (None, false);
        metrics::counter!("atelier_edge_resets_total").increment(1);
        if let Some(active) = active {
            self.mode = Mode::Begin(Start::Generation(active));
            return vec![Frame::new(None, "reset", &json!({ "cursor": format!("g:{active}") })).whole()];
        }
        (self.position, self.mode) = (self.watch.partition.next(), Mode::Live);
        let cursor = self.place.cursor(self.position - 1);
        let text = cursor.map(|cursor| cursor.to_string());
        vec![Frame::new(cursor.as_ref(), "reset", &json!({ "cursor": text })).whole()]
    }
}

impl Spent {
    fn is_within(&self, config: &crate::config::Config) -> bool {
        self.bytes <= config.catch_up_bytes && self.time <= config.catch_up
    }
}
