//! One step per position: what must be true there, and what is wrong if it is not.

mod broken;
mod found;

use std::collections::HashMap;
use std::time::Duration;

use chain::{GENESIS, Link};
use sqlx::PgPool;
use uuid::Uuid;

use super::check::{self, Checked};
use super::roots::Roots;
use super::source::{Entry, Log, Rows};
use super::{Range, Reached, Report};
use crate::{Error, Finding, Wrong};
use found::Found;

/// Positions between two words about the progress.
const TELL_EVERY: i64 = 4_096;

pub struct Walk {
    range: Range,
    reached: Reached,
    link: Link,
    log: Log,
    rows: Rows,
    roots: Roots,
    sequences: HashMap<Uuid, i64>,
    lost: HashMap<i64, Lost>,
    events: i64,
    lost_seen: i64,
}

/// An event that a restore has lost.
struct Lost {
    digest: [u8; 32],
    aggregate: Option<Uuid>,
}

impl Walk {
    pub async fn begin(
        pool: &PgPool,
        range: Range,
        reached: Reached,
        log: Log,
        rows: Rows,
        roots: Roots,
    ) -> Result<Self, Error> {
        let link = before(pool, range.from).await?;
        let (lost, sequences) = (lost(pool).await?, HashMap::new());
        Ok(Self { range, reached, link, log, rows, roots, sequences, lost, events: 0, lost_seen: 0 })
    }

    /// To the first thing that is wrong, or to the end.
    pub async fn run(&mut self, told: &(dyn Fn(i64) + Sync)) -> Result<Option<Found>, Error> {
        while let Some(entry) = self.log.next().await? {
            if let Some(found) = self.step(&entry).await? {
                return Ok(Some(found));
            }
            if entry.position % TELL_EVERY == 0 {
                told(entry.position);
            }
        }
        told(self.link.position);
        self.end().await
    }

    async fn step(&mut self, entry: &Entry) -> Result<Option<Found>, Error> {
        if entry.position != self.link.position + 1 {
            return self.position_missing(entry).await.map(Some);
        }
        let (digest, row) = match self.lost.remove(&entry.position) {
            Some(lost) => (self.pass_lost(&lost), None),
            None => match self.row(entry).await? {
                Ok(row) => (row.digest, Some(row)),
                Err(found) => return Ok(Some(found)),
            },
        };
        let link = self.link.next(&entry.event_id, &digest);
        if link.hash != entry.chain_hash.as_slice() {
            return self.chain_broken(entry, &link).await.map(Some);
        }
        if let Some(Err(found)) = row.map(|row| self.follow(entry, &row)) {
            return Ok(Some(found));
        }
        self.link = link;
        self.events += 1;
        let root = self.roots.judge(link.position, &link.hash);
        Ok(root.map(|fault| Found::new(entry, Wrong::WrongRoot, format!("the root signed for this position: {fault}"))))
    }

    fn pass_lost(&mut self, lost: &Lost) -> [u8; 32] {
        self.lost_seen += 1;
        if let Some(aggregate) = lost.aggregate {
            self.sequences.remove(&aggregate);
        }
        lost.digest
    }

    /// The position's row, as it was appended.
    async fn row(&mut self, entry: &Entry) -> Result<Result<Checked, Found>, Error> {
        let row = match check::id(&entry.event_id) {
            Some(event) => self.rows.take(event).await?,
            None => None,
        };
        let Some(row) = row else { return Ok(Err(self.row_missing(entry))) };
        Ok(match &row.fault {
            Some(fault) => Err(Found::new(entry, Wrong::AlteredRow, fault.to_string())),
            None => Ok(row),
        })
    }

    /// Within a part of the log, the first event of an aggregate that is met may be any.
    fn follow(&mut self, entry: &Entry, row: &Checked) -> Result<(), Found> {
        let last = self.sequences.insert(row.aggregate, row.sequence);
        let expected = match last {
            Some(last) => last + 1,
            None if self.range.is_whole && self.lost_seen == 0 => 1,
            None => row.sequence,
        };
        let found = |wrong, detail| Err(Found::new(entry, wrong, detail));
        match row.sequence.cmp(&expected) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => {
                found(Wrong::SequenceGap, format!("event {expected} of its aggregate is missing before it"))
            }
            std::cmp::Ordering::Less => {
                found(Wrong::SequenceRepeat, format!("its aggregate had event {} before", row.sequence))
            }
        }
    }

    async fn end(&mut self) -> Result<Option<Found>, Error> {
        if let Some(signed) = self.roots.unmet() {
            let detail = format!("the log ends at {}, and a root was signed for position {signed}", self.link.position);
            return Ok(Some(self.truncated(detail)));
        }
        if !self.range.is_whole {
            return Ok(None);
        }
        if self.link.position < self.reached.position {
            let detail = format!("the log ends here, and the relay had come to {}", self.reached.position);
            return Ok(Some(self.truncated(detail)));
        }
        self.unlogged().await
    }

    fn truncated(&self, detail: String) -> Found {
        Found { position: self.link.position + 1, event: None, wrong: Wrong::TruncatedLog, detail }
    }

    /// Rows that the relay has passed without giving them a position, and that it has not parked.
    async fn unlogged(&mut self) -> Result<Option<Found>, Error> {
        self.rows.rest().await?;
        let Reached { cursor_xid, cursor_row, base_row, .. } = self.reached;
        let passed = |row: &&Checked| row.at <= (cursor_xid, cursor_row) && row.at.1 > base_row;
        let passed: Vec<Uuid> = self.rows.unclaimed().filter(passed).map(|row| row.event).collect();
        let Some(event) = self.rows.first_not_parked(&passed).await? else { return Ok(None) };
        let detail = "it is stored, the relay has passed it, and the log has no position for it".to_owned();
        Ok(Some(Found { position: self.link.position, event: Some(event), wrong: Wrong::UnloggedRow, detail }))
    }

    pub fn report(&self, range: Range, took: Duration, first_wrong: Option<Finding>) -> Report {
        let seconds = took.as_secs_f64();
        Report {
            from: range.from,
            to: range.to,
            events: self.events,
            lost: self.lost_seen,
            seconds,
            events_per_second: (self.events as f64 / seconds).round(),
            roots: self.roots.fitting,
            signed_up_to: if first_wrong.is_some() { 0 } else { self.roots.signed_up_to },
            first_wrong,
        }
    }
}

/// What the first position hangs on: for a part of the log, its own word for the one before.
async fn before(pool: &PgPool, from: i64) -> Result<Link, Error> {
    if from <= 1 {
        return Ok(Link { position: 0, hash: GENESIS });
    }
    let query = "select chain_hash from store.log where position = $1";
    let hash: Option<Vec<u8>> = sqlx::query_scalar(query).bind(from - 1).fetch_optional(pool).await?;
    let hash = hash.and_then(|hash| hash.try_into().ok()).unwrap_or(GENESIS);
    Ok(Link { position: from - 1, hash })
}

async fn lost(pool: &PgPool) -> sqlx::Result<HashMap<i64, Lost>> {
    let query = "select position, digest, aggregate_id from store.lost_events";
    let lost: Vec<(i64, Vec<u8>, Option<String>)> = sqlx::query_as(query).fetch_all(pool).await?;
    let read = |(position, digest, aggregate): (i64, Vec<u8>, Option<String>)| {
        let aggregate = aggregate.as_deref().and_then(check::id);
        (position, Lost { digest: digest.try_into().unwrap_or_default(), aggregate })
    };
    Ok(lost.into_iter().map(read).collect())
}
