//! After a restore or a failover: transaction ids begin anew, positions go on.

use sqlx::{PgConnection, PgPool};

use crate::Error;
use crate::chain::GENESIS;
use crate::cluster::Cluster;
use crate::order::BACKLOG;

/// Where the relay goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebased {
    /// The last published position, as `store.log` has it.
    pub position: i64,
    /// Events that are stored and not yet published; they come first.
    pub backlog: i64,
}

/// Ties the relay's cursor to the database as it is now. `pool` acts as the owner of the database, and no relay runs.
///
/// Published is what `store.log` says. What Kafka has beyond that, because the database was set back in
/// time, is not known here.
pub async fn rebase(pool: &PgPool) -> Result<Rebased, Error> {
    let mut tx = pool.begin().await?;
    // Waits for the appends under way: rows up to the highest row id are then all there are.
    sqlx::query("lock table store.events in share row exclusive mode").execute(&mut *tx).await?;
    require_nobody(&mut tx).await?;
    let backlog = collect(&mut tx).await?;
    let position = restart(&mut tx).await?;
    tx.commit().await?;
    Ok(Rebased { position, backlog })
}

async fn require_nobody(tx: &mut PgConnection) -> Result<(), Error> {
    let query = "select lease_until > now() from store.relay for update";
    let running: bool = sqlx::query_scalar(query).fetch_one(tx).await?;
    if running { Err(Error::Running) } else { Ok(()) }
}

async fn collect(tx: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query("delete from store.backlog").execute(&mut *tx).await?;
    let query = "insert into store.backlog (row_id, aggregate_type, aggregate_id, sequence)
                 select e.row_id, e.aggregate_type, e.aggregate_id, e.sequence from store.events e
                  where not exists (select from store.log l where l.event_id = e.event_id)";
    Ok(sqlx::query(query).execute(tx).await?.rows_affected() as i64)
}

async fn restart(tx: &mut PgConnection) -> sqlx::Result<i64> {
    let cluster = Cluster::here(&mut *tx).await?;
    let query = "select position, chain_hash from store.log order by position desc limit 1";
    let last: Option<(i64, Vec<u8>)> = sqlx::query_as(query).fetch_optional(&mut *tx).await?;
    let (position, hash) = last.unwrap_or((0, GENESIS.to_vec()));
    let query = "update store.relay
                    set epoch = epoch + 1, system_identifier = $1, timeline = $2, cursor_xid = $3, cursor_row = $4,
                        position = $5, chain_hash = $6, base_row = coalesce((select max(row_id) from store.events), 0)";
    sqlx::query(query)
        .bind(cluster.system_identifier)
        .bind(cluster.timeline)
        .bind(BACKLOG.xid)
        .bind(BACKLOG.row)
        .bind(position)
        .bind(hash)
        .execute(tx)
        .await?;
    Ok(position)
}
