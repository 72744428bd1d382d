//! Reading the store in its final order.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::lease::Progress;
use crate::order::{Cursor, START};
use crate::poll::Pauses;
use crate::record::{Stored, columns};
use crate::{Config, Error};

/// Reads on and on from a cursor of its own, ahead of what is acknowledged.
pub struct Reader {
    pool: PgPool,
    cursor: Cursor,
    base_row: i64,
    batch: i64,
    pauses: Pauses,
    gather: Duration,
    wake: watch::Receiver<()>,
    live: String,
    backlog: String,
}

impl Reader {
    pub fn new(pool: &PgPool, config: &Config, from: &Progress, wake: watch::Receiver<()>) -> Self {
        Self {
            pool: pool.clone(),
            cursor: from.cursor,
            base_row: from.base_row,
            batch: config.batch.get() as i64,
            pauses: config.poll.pauses(),
            gather: config.gather,
            wake,
            live: live(),
            backlog: backlog(),
        }
    }

    /// Hands out batches until nobody takes them any more.
    pub async fn run(mut self, batches: mpsc::Sender<Vec<Stored>>) -> Result<(), Error> {
        loop {
            self.wake.mark_unchanged(); // what is committed by now is in the next read
            let begun = Instant::now();
            let batch = self.next().await?;
            let (empty, full) = (batch.is_empty(), batch.len() as i64 == self.batch);
            if !empty {
                self.pauses.reset();
                if batches.send(batch).await.is_err() {
                    return Ok(());
                }
            }
            if full || (empty && self.left_backlog()) {
                continue;
            }
            tokio::select! {
                () = self.rest(begun) => {}
                () = batches.closed() => return Ok(()),
            }
        }
    }

    async fn next(&mut self) -> Result<Vec<Stored>, Error> {
        let rows = if self.cursor.is_in_backlog() {
            let query = sqlx::query(&self.backlog).bind(self.cursor.row).bind(self.batch);
            query.fetch_all(&self.pool).await?
        } else {
            let query = sqlx::query(&self.live).bind(self.cursor.xid).bind(self.cursor.row);
            query.bind(self.base_row).bind(self.batch).fetch_all(&self.pool).await?
        };
        let mut batch = rows.iter().map(Stored::read).collect::<sqlx::Result<Vec<_>>>()?;
        if self.cursor.is_in_backlog() {
            batch.iter_mut().for_each(|event| event.at.xid = self.cursor.xid);
        }
        self.cursor = batch.last().map_or(self.cursor, |event| event.at);
        Ok(batch)
    }

    /// Until the next read is due, and there may be something new.
    async fn rest(&mut self, begun: Instant) {
        sleep_until(begun + self.gather).await;
        pause(&mut self.wake, &mut self.pauses).await;
    }

    const fn left_backlog(&mut self) -> bool {
        let was_in_it = self.cursor.is_in_backlog();
        if was_in_it {
            self.cursor = START;
        }
        was_in_it
    }
}

/// Until there may be something new.
async fn pause(wake: &mut watch::Receiver<()>, pauses: &mut Pauses) {
    tokio::select! {
        Ok(()) = wake.changed() => pauses.reset(),
        () = sleep(pauses.next()) => {}
    }
}

/// Rows below the oldest running transaction: nothing can come before them any more.
fn live() -> String {
    format!(
        "select {} from store.events e
          where e.xid < pg_snapshot_xmin(pg_current_snapshot())
            and (e.xid, e.row_id) > ($1::bigint::text::xid8, $2) and e.row_id > $3
          order by e.xid, e.row_id limit $4",
        columns()
    )
}

/// What was unpublished at a rebase, in the order of insertion.
fn backlog() -> String {
    format!(
        "select {} from store.backlog b
           join store.events e using (aggregate_type, aggregate_id, sequence)
          where b.row_id > $1 order by b.row_id limit $2",
        columns()
    )
}
