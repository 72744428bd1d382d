//! Acknowledgements in order, and the note of how far they reach.

use chain::Link;
use sqlx::PgPool;
use tokio::sync::{mpsc, watch};

use crate::Error;
use crate::lease::Lease;
use crate::publish::{Parked, Sent};

/// Waits for each batch's deliveries, then moves the cursor past it and tells `acked`. The first failure ends it.
pub async fn run(
    pool: &PgPool,
    lease: &Lease,
    mut sent: mpsc::Receiver<Sent>,
    acked: &watch::Sender<Link>,
) -> Result<(), Error> {
    while let Some(mut batch) = sent.recv().await {
        for delivery in batch.deliveries.drain(..) {
            delivery.await?;
        }
        runtime::crash_point("relay.produced");
        note(pool, lease, &batch).await?;
        runtime::crash_point("relay.noted");
        acked.send_replace(batch.last);
        metrics::counter!("atelier_relay_published_total").increment(batch.logged.len() as u64);
    }
    Ok(())
}

/// One statement, and no wait for the disk: losing it repeats events, in the same order and with the
/// same positions. It holds back others' appends, so it must be quick.
const NOTE: &str = "
with moved as (
    update store.relay set cursor_xid = $2, cursor_row = $3, position = $4, chain_hash = $5
     where epoch = $1 and position <= $4 returning epoch
), logged as (
    insert into store.log (position, event_id, chain_hash)
    select position, event_id, hash from unnest($6::bigint[], $7::text[], $8::bytea[]) as l (position, event_id, hash)
     where exists (select from moved)
), parked as (
    insert into store.parked_aggregates (aggregate_type, aggregate_id, sequence, event_id, reason)
    select kind, id, sequence, event_id, reason
      from unnest($9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[]) as p (kind, id, sequence, event_id, reason)
     where exists (select from moved)
        on conflict do nothing
)
select count(*), set_config('synchronous_commit', 'off', true) from moved";

async fn note(pool: &PgPool, lease: &Lease, batch: &Sent) -> Result<(), Error> {
    let Sent { logged, parked, end, last, .. } = batch;
    let (moved, _): (i64, String) = sqlx::query_as(NOTE)
        .bind(lease.epoch)
        .bind(end.xid)
        .bind(end.row)
        .bind(last.position)
        .bind(last.hash.as_slice())
        .bind(logged.iter().map(|(_, link)| link.position).collect::<Vec<_>>())
        .bind(logged.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>())
        .bind(logged.iter().map(|(_, link)| link.hash.as_slice()).collect::<Vec<_>>())
        .bind(texts(parked, |it| &it.aggregate_type))
        .bind(texts(parked, |it| &it.aggregate_id))
        .bind(parked.iter().map(|it| it.sequence).collect::<Vec<_>>())
        .bind(texts(parked, |it| &it.event_id))
        .bind(texts(parked, |it| &it.reason))
        .fetch_one(pool)
        .await?;
    if moved == 0 { Err(Error::Fenced { epoch: lease.epoch }) } else { Ok(()) }
}

fn texts<'a>(parked: &'a [Parked], of: impl Fn(&'a Parked) -> &'a String) -> Vec<&'a str> {
    parked.iter().map(|it| of(it).as_str()).collect()
}
