//! The log and the rows, each as a stream of its own: the log in its order, the rows as they lie on disk,
//! which is nearly the same order.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use uuid::Uuid;

use super::Range;
use super::check::{self, Checked, PLACE};
use crate::Error;
use crate::copy::{self, Fields};

/// Rows may come so much before the log needs them; beyond that, the store is asked for the one that is missing.
const AHEAD: usize = 500_000;

/// One position as the log has it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub position: i64,
    pub event_id: String,
    pub chain_hash: Vec<u8>,
}

/// Positions in order.
pub struct Log {
    batches: mpsc::Receiver<Vec<Bytes>>,
    batch: VecDeque<Entry>,
    reading: JoinSet<Result<(), Error>>,
}

impl Log {
    pub fn open(pool: &PgPool, range: Range) -> Self {
        let query = format!(
            "select position, event_id, chain_hash from store.log where position between {} and {} order by position",
            range.from, range.to
        );
        let (sender, batches) = mpsc::channel(4);
        let mut reading = JoinSet::new();
        reading.spawn(copy::rows(pool.clone(), query, sender));
        Self { batches, batch: VecDeque::new(), reading }
    }

    pub async fn next(&mut self) -> Result<Option<Entry>, Error> {
        self.fill().await?;
        Ok(self.batch.pop_front())
    }

    /// The one after the one that was taken last.
    pub async fn peek(&mut self) -> Result<Option<Entry>, Error> {
        self.fill().await?;
        Ok(self.batch.front().cloned())
    }

    async fn fill(&mut self) -> Result<(), Error> {
        if !self.batch.is_empty() {
            return Ok(());
        }
        match self.batches.recv().await {
            Some(batch) => self.batch = batch.iter().map(|row| entry(row)).collect::<Result<_, _>>()?,
            None => ended(&mut self.reading).await?,
        }
        Ok(())
    }
}

fn entry(row: &[u8]) -> Result<Entry, Error> {
    let mut fields = Fields::of(row)?;
    Ok(Entry { position: fields.int8()?, event_id: fields.text()?.to_owned(), chain_hash: fields.bytes()?.to_vec() })
}

/// Checked rows, found by event.
pub struct Rows {
    pool: PgPool,
    checking: mpsc::Receiver<JoinHandle<Result<Vec<Checked>, Error>>>,
    reading: JoinSet<Result<(), Error>>,
    batch: VecDeque<Checked>,
    /// Came before the log needed them.
    early: HashMap<Uuid, Checked>,
}

impl Rows {
    pub fn open(pool: &PgPool, range: Range, cores: usize) -> Self {
        let (sender, batches) = mpsc::channel(2);
        let (checks, checking) = mpsc::channel(cores * 2);
        let mut reading = JoinSet::new();
        reading.spawn(copy::rows(pool.clone(), query(range), sender));
        reading.spawn(check_all(batches, checks));
        Self { pool: pool.clone(), checking, reading, batch: VecDeque::new(), early: HashMap::new() }
    }

    /// Takes the row of this event out; `None`: the store has it not.
    pub async fn take(&mut self, event: Uuid) -> Result<Option<Checked>, Error> {
        if let Some(row) = self.early.remove(&event) {
            return Ok(Some(row));
        }
        loop {
            while let Some(row) = self.batch.pop_front() {
                if row.event == event {
                    return Ok(Some(row));
                }
                self.early.insert(row.event, row);
            }
            if self.early.len() > AHEAD && !self.is_stored(event).await? {
                return Ok(None);
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    /// Rows that were read and that no position before has named.
    pub fn unclaimed(&self) -> impl Iterator<Item = &Checked> {
        self.early.values().chain(&self.batch)
    }

    /// Looked at, and still to be taken.
    pub fn put_back(&mut self, row: Checked) {
        self.early.insert(row.event, row);
    }

    /// The first of these events, in their final order, whose aggregate the relay has not parked.
    pub async fn first_not_parked(&self, events: &[Uuid]) -> sqlx::Result<Option<Uuid>> {
        if events.is_empty() {
            return Ok(None);
        }
        let query = "select e.event_id from store.events e where e.event_id = any($1)
                        and not exists (select from store.parked_aggregates p
                                         where p.aggregate_type = e.aggregate_type and p.aggregate_id = e.aggregate_id
                                           and p.sequence <= e.sequence)
                      order by e.xid, e.row_id limit 1";
        let ids: Vec<String> = events.iter().map(|event| format!("evt_{event}")).collect();
        let first: Option<String> = sqlx::query_scalar(query).bind(ids).fetch_optional(&self.pool).await?;
        Ok(first.as_deref().and_then(check::id))
    }

    /// All that is left, once the log has come to its end.
    pub async fn rest(&mut self) -> Result<(), Error> {
        while self.fill().await? {
            while let Some(row) = self.batch.pop_front() {
                self.early.insert(row.event, row);
            }
        }
        Ok(())
    }

    async fn fill(&mut self) -> Result<bool, Error> {
        match self.checking.recv().await {
            Some(batch) => {
                self.batch = batch.await??.into();
                Ok(true)
            }
            None => ended(&mut self.reading).await.map(|()| false),
        }
    }

    async fn is_stored(&self, event: Uuid) -> sqlx::Result<bool> {
        let query = "select exists (select from store.events where event_id = $1)";
        sqlx::query_scalar(query).bind(format!("evt_{event}")).fetch_one(&self.pool).await
    }
}

/// Each batch on a thread of the pool; handed on in order.
async fn check_all(
    mut batches: mpsc::Receiver<Vec<Bytes>>,
    checks: mpsc::Sender<JoinHandle<Result<Vec<Checked>, Error>>>,
) -> Result<(), Error> {
    while let Some(batch) = batches.recv().await {
        if checks.send(spawn_blocking(move || check::rows(&batch))).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The tasks behind a stream that gave nothing more: did they fail?
async fn ended(tasks: &mut JoinSet<Result<(), Error>>) -> Result<(), Error> {
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

fn query(range: Range) -> String {
    let columns = chain::COLUMNS;
    let named = if range.is_whole {
        String::new()
    } else {
        format!(
            "join store.log l on l.event_id = e.event_id where l.position between {} and {} order by l.position",
            range.from, range.to
        )
    };
    format!("select {columns}, {PLACE} from store.events e {named}")
}
