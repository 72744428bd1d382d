//! Records that could not be folded, kept in order for a later try.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use sqlx::PgConnection;

use crate::consumer::Received;

/// A record on its way to `read.parked`.
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
        "select distinct partition, key from read.parked
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
        r#"insert into read.parked (projection, topic, partition, "offset", key, value, headers, reason)
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
