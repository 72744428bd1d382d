//! After a restore or a failover: transaction ids begin anew, positions go on above what Kafka has.

mod lost;

use bus::Config as Kafka;
use chain::{GENESIS, Link};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::cluster::Cluster;
use crate::order::BACKLOG;
use crate::{Error, beyond};
use lost::Forgotten;

/// What becomes of events that Kafka has and the store has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lost {
    /// Nothing is changed, and they are named: somebody has to decide.
    #[default]
    Refuse,
    /// They are put back into the store, from their records.
    Restore,
    /// The store goes on without them: their positions stay taken, and their aggregates are parked.
    Abandon,
}

/// Where the relay goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebased {
    /// The last position that is taken, in the log and on Kafka.
    pub position: i64,
    /// Events that are stored and not yet published; they come first.
    pub backlog: i64,
    /// Events that were on Kafka and not in the log, although the store had them.
    pub adopted: i64,
    /// Events that the store had not.
    pub lost: i64,
}

/// Ties the relay's cursor to the database as it is now. `pool` acts as the owner of the database, and no relay runs.
///
/// What Kafka has beyond the log is looked for, and the log takes it over: a position is never used twice.
pub async fn rebase(pool: &PgPool, kafka: &Kafka, lost: Lost) -> Result<Rebased, Error> {
    // Before anything is locked: a topic's tail may take a while.
    let mut look = pool.begin().await?;
    require_nobody(&mut look).await?;
    let (last, since) = logged(&mut look).await?;
    look.rollback().await?;
    let beyond = beyond::read(kafka, last.position, since).await?;
    let mut tx = pool.begin().await?;
    // Waits for the appends under way: rows up to the highest row id are then all there are.
    sqlx::query("lock table store.events in share row exclusive mode").execute(&mut *tx).await?;
    require_nobody(&mut tx).await?;
    let mut rebased = Rebased::default();
    if logged(&mut tx).await?.0 != last {
        return Err(Error::Running); // one came and went meanwhile
    }
    let last = Forgotten::find(&mut tx, last, beyond).await?.settle(&mut tx, lost, &mut rebased).await?;
    rebased.backlog = collect(&mut tx).await?;
    restart(&mut tx, &last).await?;
    rebased.position = last.position;
    tx.commit().await?;
    Ok(rebased)
}

async fn require_nobody(tx: &mut PgConnection) -> Result<(), Error> {
    let query = "select lease_until > now() from store.relay for update";
    let running: bool = sqlx::query_scalar(query).fetch_one(tx).await?;
    if running { Err(Error::Running) } else { Ok(()) }
}

/// The last link of the log, and when its event happened.
async fn logged(tx: &mut PgConnection) -> sqlx::Result<(Link, Option<DateTime<Utc>>)> {
    let query =
        "select l.position, l.chain_hash, (select e.occurred_at from store.events e where e.event_id = l.event_id)
                   from store.log l order by l.position desc limit 1";
    let last: Option<(i64, Vec<u8>, Option<DateTime<Utc>>)> = sqlx::query_as(query).fetch_optional(tx).await?;
    let (position, hash, at) = last.unwrap_or((0, GENESIS.to_vec(), None));
    Ok((Link { position, hash: hash.try_into().unwrap_or(GENESIS) }, at))
}

async fn collect(tx: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query("delete from store.backlog").execute(&mut *tx).await?;
    let query = "insert into store.backlog (row_id, aggregate_type, aggregate_id, sequence)
                 select e.row_id, e.aggregate_type, e.aggregate_id, e.sequence from store.events e
                  where not exists (select from store.log l where l.event_id = e.event_id)";
    Ok(sqlx::query(query).execute(tx).await?.rows_affected() as i64)
}

async fn restart(tx: &mut PgConnection, last: &Link) -> sqlx::Result<()> {
    let cluster = Cluster::here(&mut *tx).await?;
    let query = "update store.relay
                    set epoch = epoch + 1, system_identifier = $1, timeline = $2, cursor_xid = $3, cursor_row = $4,
                        position = $5, chain_hash = $6, base_row = coalesce((select max(row_id) from store.events), 0)";
    sqlx::query(query)
        .bind(cluster.system_identifier)
        .bind(cluster.timeline)
        .bind(BACKLOG.xid)
        .bind(BACKLOG.row)
        .bind(last.position)
        .bind(last.hash.as_slice())
        .execute(&mut *tx)
        .await?;
    // What command roles remember from before is not believed any more.
    sqlx::query("update store.rebases set count = count + 1").execute(tx).await?;
    Ok(())
}
