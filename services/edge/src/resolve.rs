//! Where a stream begins in the log: in memory if it can, else in Kafka.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::GenerationId;
use rdkafka::error::KafkaError;
use tokio::time::sleep;

use crate::cursor::Cursor;
use crate::entry::Entry;
use crate::feed::{Feed, Mode};
use crate::progress::Progress;
use crate::start::Start;

impl Feed {
    /// Finds the beginning; a `reset` if it is gone.
    pub(crate) async fn begin(&mut self, start: Start) -> Vec<Bytes> {
        match start {
            Start::Now => self.mode = Mode::Live,
            Start::After(cursor) => return self.after(cursor).await,
            Start::Generation(generation) => return self.generation(generation).await,
            Start::Last => return self.last().await,
        }
        Vec::new()
    }

    async fn after(&mut self, cursor: Cursor) -> Vec<Bytes> {
        let position = cursor.offset.saturating_add(1);
        if cursor.epoch != self.place.epoch {
            return self.reset();
        }
        let remembered = self.watch.remembered();
        if position > remembered.next && position > self.range().await.end {
            return self.reset();
        }
        if position > remembered.floor {
            self.prime(&remembered.entries, position).await;
        }
        (self.position, self.mode) = (position, Mode::Replay);
        Vec::new()
    }

    /// Takes note of what the watcher has, so that it gets the rest joined, and nothing of older attempts.
    async fn prime(&mut self, entries: &[Arc<Entry>], position: i64) {
        let seen = entries.iter().take_while(|entry| entry.offset < position);
        for entry in seen.clone() {
            self.decoded(entry).await;
        }
        self.progress = Progress::default();
        for item in seen.filter_map(|entry| entry.seen()) {
            self.progress.admit(&item.body);
        }
    }

    async fn generation(&mut self, generation: GenerationId) -> Vec<Bytes> {
        let remembered = self.watch.remembered();
        let begin = first_of(generation, &remembered.entries);
        if let (Some(entry), false) = (begin, self.searched) {
            (self.position, self.mode) = (entry.offset, Mode::Replay);
            self.aim(generation);
            return Vec::new();
        }
        let Some(born) = born(generation) else { return self.reset() };
        // No record since then: it begins at the earliest with what came next before we asked.
        let from = self.at(born - skew(self.edge.config.clock_skew)).await.unwrap_or(remembered.next);
        let start = self.range().await.start;
        if from <= start && start > 0 {
            self.mode = Mode::Stored(generation);
            return Vec::new();
        }
        (self.position, self.mode, self.searched) = (from, Mode::Seek(generation), true);
        self.aim(generation);
        Vec::new()
    }

    fn aim(&mut self, generation: GenerationId) {
        if self.target != Some(generation) {
            self.target = Some(generation);
            self.progress = Progress::whole_only();
        }
    }

    async fn last(&mut self) -> Vec<Bytes> {
        if let Some(active) = self.active {
            return self.generation(active).await;
        }
        let remembered = self.watch.remembered();
        if let Some(last) = remembered.entries.iter().rev().find_map(|entry| entry.asks()) {
            return self.generation(last).await;
        }
        let from = self.at(Utc::now() - skew(self.edge.config.last_within)).await;
        let from = from.unwrap_or(remembered.next).min(remembered.next);
        (self.position, self.mode) = (from, Mode::SeekLast { found: None, whole: from == 0 });
        Vec::new()
    }

    async fn range(&self) -> Range<i64> {
        loop {
            match self.edge.past.range(self.place.partition).await {
                Ok(range) => return range,
                Err(error) => self.pause(&error).await,
            }
        }
    }

    async fn at(&self, time: DateTime<Utc>) -> Option<i64> {
        loop {
            match self.edge.past.at(self.place.partition, time).await {
                Ok(offset) => return offset,
                Err(error) => self.pause(&error).await,
            }
        }
    }

    async fn pause(&self, error: &KafkaError) {
        tracing::warn!(partition = self.place.partition, %error, "Kafka does not answer: {error}");
        sleep(self.edge.config.pause).await;
    }
}

/// Where a generation begins among these, if its prompt is there: with that, or with a piece that was quicker.
fn first_of(generation: GenerationId, entries: &[Arc<Entry>]) -> Option<&Arc<Entry>> {
    let asks = entries.iter().position(|entry| entry.asks() == Some(generation))?;
    let mut before = entries.iter().take(asks);
    before.find(|entry| entry.piece_of() == Some(generation)).or_else(|| entries.get(asks))
}

/// When the id was made; `None`: it never was one of ours.
fn born(generation: GenerationId) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = generation.as_uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

fn skew(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
