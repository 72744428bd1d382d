//! The walk over the log: rows, chain, sequences, roots.

mod check;
mod roots;
mod source;
mod walk;

use std::time::{Duration, Instant};

use bus::Config as Kafka;
use chain::TrustedKeys;
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::{Error, Finding};
use roots::Roots;
use source::{Log, Rows};
use walk::Walk;

/// Which positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: i64,
    pub to: i64,
    /// From the first position to the last one.
    pub is_whole: bool,
}

/// How far the walk has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub position: i64,
    pub range: Range,
    pub elapsed: Duration,
}

/// What was looked at, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub from: i64,
    pub to: i64,
    /// Positions that were checked.
    pub events: i64,
    /// Of these, events that a restore has lost and the log keeps.
    pub lost: i64,
    pub seconds: f64,
    pub events_per_second: f64,
    /// Signed roots that fit.
    pub roots: usize,
    /// Nobody could have rewritten what is up to here; 0: no root could be checked.
    pub signed_up_to: i64,
    pub first_wrong: Option<Finding>,
}

/// Where the roots are that the store's own are compared with.
#[derive(Debug, Clone, Copy)]
pub enum Topic<'a> {
    Kafka(&'a Kafka),
    /// Only the store's roots are looked at.
    Unread,
}

/// How far the relay has come, and the log.
#[derive(Debug, Clone, FromRow)]
struct Reached {
    position: i64,
    chain_hash: Vec<u8>,
    cursor_xid: i64,
    cursor_row: i64,
    base_row: i64,
    first: i64,
    last: i64,
}

/// Walks the positions from `from` to `to`, by default all there are. `pool` may read `store`, and waits long.
pub async fn verify(
    pool: &PgPool,
    topic: Topic<'_>,
    trusted: &TrustedKeys,
    (from, to): (Option<i64>, Option<i64>),
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Report, Error> {
    let began = Instant::now();
    // The roots first: the log goes on meanwhile, and must not seem shorter than they say.
    let roots = Roots::gather(pool, topic, trusted).await?;
    let reached = Reached::now(pool).await?;
    let range = reached.range(from, to)?;
    let roots = roots.within(range);
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let (log, rows) = (Log::open(pool, range), Rows::open(pool, range, cores));
    let mut walk = Walk::begin(pool, range, reached, log, rows, roots).await?;
    let found = walk.run(&|position| told(Progress { position, range, elapsed: began.elapsed() })).await?;
    let first_wrong = match found {
        Some(found) => Some(found.named(pool).await?),
        None => None,
    };
    Ok(walk.report(range, began.elapsed(), first_wrong))
}

impl Reached {
    /// One statement, so that the log and the cursor are of one moment.
    async fn now(pool: &PgPool) -> sqlx::Result<Self> {
        let query = "select position, chain_hash, cursor_xid, cursor_row, base_row,
                            (select coalesce(min(position), 0) from store.log) as first,
                            (select coalesce(max(position), 0) from store.log) as last
                       from store.relay";
        sqlx::query_as(query).fetch_one(pool).await
    }

    fn range(&self, from: Option<i64>, to: Option<i64>) -> Result<Range, Error> {
        let asked = from.unwrap_or(1).max(1);
        if asked > self.last.max(1) {
            return Err(Error::NoSuchPositions { asked, first: self.first, last: self.last });
        }
        let to = to.unwrap_or(self.last).min(self.last);
        Ok(Range { from: asked, to, is_whole: asked == 1 && to == self.last })
    }
}

/// Keeps the outcome where auditors can read it without walking themselves. `pool` acts as the owner of the database.
pub async fn note(pool: &PgPool, report: &Report) -> sqlx::Result<()> {
    let wrong = report.first_wrong.as_ref();
    let query = "insert into read.audit_verifications (first_position, last_position, events, unbroken, wrong_position,
                                                       wrong, roots, signed_up_to, seconds)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(query)
        .bind(report.from)
        .bind(report.to)
        .bind(report.events)
        .bind(wrong.is_none())
        .bind(wrong.map(|wrong| wrong.position))
        .bind(wrong.map(|wrong| wrong.wrong.text()))
        .bind(report.roots as i64)
        .bind(report.signed_up_to)
        .bind(report.seconds)
        .execute(pool)
        .await?;
    Ok(())
}
