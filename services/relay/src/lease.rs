//! One relay at a time: a lease with an epoch that only grows.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::time::{Instant, sleep};

use crate::cluster::Cluster;
use crate::order::Cursor;
use crate::{Config, Error};
use chain::{GENESIS, Link};

/// The right to publish, until another one has a higher epoch.
pub struct Lease {
    pool: PgPool,
    pub epoch: i64,
    ttl: Duration,
    held_until: Mutex<Instant>,
}

/// How far the relay had come when the lease was taken.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub cursor: Cursor,
    /// Rows up to this one belong to the time before a rebase.
    pub base_row: i64,
    pub last: Link,
}

/// Without waiting for the disk: whatever writes holds the relay itself back, and the epoch is what counts.
const RENEW: &str = "
with renewed as (
    update store.relay set lease_until = now() + make_interval(secs => $2) where epoch = $1 returning epoch
)
select count(*), set_config('synchronous_commit', 'off', true) from renewed";

impl Lease {
    /// Takes the lease if nobody holds it. Refuses a database that the stored cursor does not belong to.
    pub async fn take(pool: &PgPool, config: &Config, holder: &str) -> Result<Option<(Self, Progress)>, Error> {
        let mut connection = pool.acquire().await?;
        let cluster = Cluster::here(&mut connection).await?;
        cluster.require(&mut connection).await?;
        let asked = Instant::now();
        let query = "update store.relay
                        set epoch = epoch + 1, holder = $1, lease_until = now() + make_interval(secs => $2),
                            system_identifier = $3, timeline = $4
                      where lease_until < now()
                  returning epoch, cursor_xid, cursor_row, base_row, position, chain_hash";
        let row = sqlx::query(query)
            .bind(holder)
            .bind(config.lease.as_secs_f64())
            .bind(cluster.system_identifier)
            .bind(cluster.timeline)
            .fetch_optional(&mut *connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let held_until = Mutex::new(asked + config.lease);
        let lease = Self { pool: pool.clone(), epoch: row.try_get("epoch")?, ttl: config.lease, held_until };
        Ok(Some((lease, progress(&row)?)))
    }

    /// Renews until that fails for good; says then why.
    pub async fn keep(&self) -> Error {
        loop {
            sleep(self.ttl / 4).await;
            match self.renew().await {
                Ok(()) => {}
                Err(Error::Store(cause)) if self.check().is_ok() => {
                    tracing::warn!("the lease was not renewed: {cause}");
                }
                Err(error) => return error,
            }
        }
    }

    /// Whether we may still publish, by our own clock.
    pub fn check(&self) -> Result<(), Error> {
        let until = *self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() < until { Ok(()) } else { Err(Error::LeaseOver { epoch: self.epoch }) }
    }

    /// Hands it back, so that the next relay need not wait.
    pub async fn give_back(&self) {
        let query = "update store.relay set lease_until = '-infinity', holder = null where epoch = $1";
        if let Err(error) = sqlx::query(query).bind(self.epoch).execute(&self.pool).await {
            tracing::warn!("the lease could not be handed back, and runs out by itself: {error}");
        }
    }

    async fn renew(&self) -> Result<(), Error> {
        let asked = Instant::now();
        let (renewed, _): (i64, String) =
            sqlx::query_as(RENEW).bind(self.epoch).bind(self.ttl.as_secs_f64()).fetch_one(&self.pool).await?;
        if renewed == 0 {
            return Err(Error::Fenced { epoch: self.epoch });
        }
        *self.held_until.lock().unwrap_or_else(PoisonError::into_inner) = asked + self.ttl;
        Ok(())
    }
}

fn progress(row: &sqlx::postgres::PgRow) -> sqlx::Result<Progress> {
    let hash = row.try_get::<&[u8], _>("chain_hash")?.try_into().unwrap_or(GENESIS);
    Ok(Progress {
        cursor: Cursor { xid: row.try_get("cursor_xid")?, row: row.try_get("cursor_row")? },
        base_row: row.try_get("base_row")?,
        last: Link { position: row.try_get("position")?, hash },
    })
}
