//! Places in Postgres: taken by counting up the epoch, moved only from where we believe they are.

use std::collections::BTreeMap;

use sqlx::{FromRow, PgConnection};

use crate::places::Place;

/// One partition's step in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub partition: i32,
    pub epoch: i64,
    /// The first offset of the batch.
    pub from: i64,
    pub to: i64,
    pub last_position: i64,
}

#[derive(FromRow)]
struct Taken {
    partition: i32,
    next_offset: i64,
    last_position: i64,
    epoch: i64,
}

/// Makes us the owner; whoever was it before writes nothing more.
pub(crate) async fn take(
    tx: &mut PgConnection,
    projection: &str,
    topic: &str,
    partitions: &[i32],
) -> sqlx::Result<BTreeMap<i32, Place>> {
    let taken: Vec<Taken> = sqlx::query_as(
        "insert into offsets as mine (projection, topic, partition, next_offset, last_position, epoch)
         select $1, $2, partition, 0, 0, 1 from unnest($3::int[]) as wanted(partition) order by partition
         on conflict (projection, topic, partition) do update set epoch = mine.epoch + 1, updated_at = now()
         returning partition, next_offset, last_position, epoch",
    )
    .bind(projection)
    .bind(topic)
    .bind(partitions)
    .fetch_all(tx)
    .await?;
    Ok(taken.into_iter().map(|taken| (taken.partition, taken.into())).collect())
}

/// Moves all places of a batch. False: another owner has moved one, and this transaction must not commit.
pub(crate) async fn advance(
    tx: &mut PgConnection,
    projection: &str,
    topic: &str,
    moves: &[Move],
) -> sqlx::Result<bool> {
    let column = |field: fn(&Move) -> i64| moves.iter().map(field).collect::<Vec<_>>();
    let moved = sqlx::query(
        "with steps as (
             select * from unnest($3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
                 as step(partition, epoch, first, beyond, last_position)),
         mine as materialized (
             select offsets.partition from offsets join steps on steps.partition = offsets.partition
             where projection = $1 and topic = $2 and offsets.epoch = steps.epoch and next_offset = first
             order by offsets.partition for update of offsets)
         update offsets
         set next_offset = steps.beyond, last_position = steps.last_position, updated_at = now()
         from steps join mine on mine.partition = steps.partition
         where offsets.projection = $1 and offsets.topic = $2 and offsets.partition = steps.partition",
    )
    .bind(projection)
    .bind(topic)
    .bind(moves.iter().map(|step| step.partition).collect::<Vec<_>>())
    .bind(column(|step| step.epoch))
    .bind(column(|step| step.from))
    .bind(column(|step| step.to))
    .bind(column(|step| step.last_position))
    .execute(tx)
    .await?;
    Ok(moved.rows_affected() == moves.len() as u64)
}

impl From<Taken> for Place {
    fn from(taken: Taken) -> Self {
        let Taken { next_offset: next, last_position, epoch, .. } = taken;
        Self { next, last_position, epoch, parked: std::collections::HashSet::new(), goal: next }
    }
}
