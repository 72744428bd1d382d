//! Records that could not be folded, kept in order for a later try.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};
use sqlx::{FromRow, PgConnection};

use crate::consumer::Received;

/// A record on its way to `parked`.
#[derive(Debug, Clone)]
pub(crate) struct Parked {
    pub record: Received,
    /// `None`: it only waits behind an earlier one of its key.
    pub reason: Option<String>,
}

/// The keys that wait, by partition.
pub(crate) async fn keys(
    tx: &mut PgConnection,
    projection: &str,
    topic: &str,
    partitions: &[i32],
) -> sqlx::Result<BTreeMap<i32, HashSet<Vec<u8>>>> {
    let rows: Vec<(i32, Vec<u8>)> = sqlx::query_as(
        "select distinct partition, key from parked
         where projection = $1 and topic = $2 and partition = any($3)",
    )
    .bind(projection)
    .bind(topic)
    .bind(partitions)
    .fetch_all(tx)
    .await?;
    let mut keys = BTreeMap::<i32, HashSet<Vec<u8>>>::new();
    for (partition, key) in rows {
        keys.entry(partition).or_default().insert(key);
    }
    Ok(keys)
}

pub(crate) async fn park(tx: &mut PgConnection, projection: &str, topic: &str, parked: &[Parked]) -> sqlx::Result<()> {
    sqlx::query(
        r#"insert into parked (projection, topic, partition, "offset", key, value, headers, reason)
           select $1, $2, * from unnest($3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::text[])"#,
    )
    .bind(projection)
    .bind(topic)
    .bind(parked.iter().map(|parked| parked.record.partition).collect::<Vec<_>>())
    .bind(parked.iter().map(|parked| parked.record.offset).collect::<Vec<_>>())
    .bind(parked.iter().map(|parked| parked.record.key.as_slice()).collect::<Vec<_>>())
    .bind(parked.iter().map(|parked| parked.record.value.as_deref()).collect::<Vec<_>>())
    .bind(parked.iter().map(|parked| Value::Object(parked.record.headers.clone())).collect::<Vec<_>>())
    .bind(parked.iter().map(|parked| parked.reason.as_deref()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// One key of one partition.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Key {
    pub partition: i32,
    pub key: Vec<u8>,
}

/// The keys that somebody asked to try again.
pub(crate) async fn to_retry(
    tx: &mut PgConnection,
    projection: &str,
    topic: &str,
    partitions: &[i32],
) -> sqlx::Result<Vec<Key>> {
    sqlx::query_as(
        "select distinct partition, key from parked
         where projection = $1 and topic = $2 and retry and partition = any($3) order by partition, key",
    )
    .bind(projection)
    .bind(topic)
    .bind(partitions)
    .fetch_all(tx)
    .await
}

#[derive(FromRow)]
struct Row {
    partition: i32,
    offset: i64,
    key: Vec<u8>,
    value: Option<Vec<u8>>,
    headers: sqlx::types::Json<Map<String, Value>>,
}

/// The record of a key that is next, taken out of the queue: it comes back if the transaction does not commit.
pub(crate) async fn take_next(
    tx: &mut PgConnection,
    projection: &str,
    topic: &str,
    key: &Key,
) -> sqlx::Result<Option<Received>> {
    let row: Option<Row> = sqlx::query_as(
        r#"delete from parked where projection = $1 and topic = $2 and partition = $3 and "offset" =
               (select min("offset") from parked
                where projection = $1 and topic = $2 and partition = $3 and key = $4)
           returning partition, "offset", key, value, headers"#,
    )
    .bind(projection)
    .bind(topic)
    .bind(key.partition)
    .bind(&key.key)
    .fetch_optional(tx)
    .await?;
    Ok(row.map(Received::from))
}

/// Whether records of this key still wait.
pub(crate) async fn waits(tx: &mut PgConnection, projection: &str, topic: &str, key: &Key) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from parked where projection = $1 and topic = $2 and partition = $3 and key = $4)",
    )
    .bind(projection)
    .bind(topic)
    .bind(key.partition)
    .bind(&key.key)
    .fetch_one(tx)
    .await
}

/// The first record of a key failed again: it says why now, and the key is not tried until somebody asks.
pub(crate) async fn failed_again(
    tx: &mut PgConnection,
    projection: &str,
    topic: &str,
    key: &Key,
    why: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        r#"update parked set retry = false, reason = case when "offset" =
               (select min("offset") from parked
                where projection = $1 and topic = $2 and partition = $3 and key = $4) then $5 end
           where projection = $1 and topic = $2 and partition = $3 and key = $4"#,
    )
    .bind(projection)
    .bind(topic)
    .bind(key.partition)
    .bind(&key.key)
    .bind(why)
    .execute(tx)
    .await?;
    Ok(())
}

impl From<Row> for Received {
    fn from(row: Row) -> Self {
        let Row { partition, offset, key, value, headers } = row;
        Self { partition, offset, key, value, headers: headers.0, condemned: None }
    }
}
