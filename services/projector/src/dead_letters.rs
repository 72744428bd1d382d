//! Parked records, for operators: which keys wait and why, and the wish to try them again.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

/// A key that waits in a projection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct ParkedKey {
    pub projection: String,
    pub topic: String,
    pub partition: i32,
    /// The aggregate's id, for example `ses_…`; what is not printable is escaped.
    pub key: String,
    /// Why its first record could not be folded.
    pub reason: Option<String>,
    /// The first record's place in the partition.
    pub offset: i64,
    pub since: DateTime<Utc>,
    /// Later records of the key, in order behind the first.
    pub waiting: i64,
    /// Somebody asked to try it again, and its owner has not yet.
    pub retry: bool,
}

/// One parked record, without what it says: only its envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParkedRecord {
    pub projection: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Its place in the whole log.
    pub position: Option<i64>,
    pub event_type: Option<String>,
    pub event_id: Option<String>,
    pub sequence: Option<i64>,
    pub occurred_at: Option<DateTime<Utc>>,
    /// Bytes of the record as received.
    pub bytes: usize,
    /// Why it could not be folded; absent: it only waits behind an earlier one.
    pub reason: Option<String>,
    pub parked_at: DateTime<Utc>,
}

/// Which parked keys are meant; what is not named is not narrowed.
#[derive(Debug, Clone, Default)]
pub struct Which {
    pub projection: Option<String>,
    pub key: Option<String>,
}

const MEANT: &str = "($1::text is null or projection = $1) and ($2::text is null or key = convert_to($2, 'UTF8'))";

/// Keys that wait, the longest waiting first. `pool` acts as the projector.
pub async fn list(pool: &PgPool, which: &Which) -> sqlx::Result<Vec<ParkedKey>> {
    sqlx::query_as(&format!(
        r#"select projection, topic, partition, encode(key, 'escape') as key,
                  (array_agg(reason order by "offset") filter (where reason is not null))[1] as reason,
                  min("offset") as "offset", min(parked_at) as since, count(*) - 1 as waiting, bool_or(retry) as retry
           from read.parked as parked where {MEANT}
           group by projection, topic, partition, parked.key order by since, projection, key"#
    ))
    .bind(&which.projection)
    .bind(&which.key)
    .fetch_all(pool)
    .await
}

#[derive(FromRow)]
struct Row {
    projection: String,
    topic: String,
    partition: i32,
    offset: i64,
    value: Option<Vec<u8>>,
    position: Option<String>,
    reason: Option<String>,
    parked_at: DateTime<Utc>,
}

/// The parked records of one key, in their order; `limit` at most.
pub async fn show(pool: &PgPool, which: &Which, limit: i64) -> sqlx::Result<Vec<ParkedRecord>> {
    let rows: Vec<Row> = sqlx::query_as(&format!(
        r#"select projection, topic, partition, "offset", value, headers ->> 'position' as position, reason, parked_at
           from read.parked where {MEANT} order by projection, topic, partition, "offset" limit $3"#
    ))
    .bind(&which.projection)
    .bind(&which.key)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(ParkedRecord::from).collect())
}

/// Asks the owners of these keys to try them again, in order. Returns the keys that will be.
pub async fn retry(pool: &PgPool, which: &Which) -> sqlx::Result<Vec<ParkedKey>> {
    sqlx::query(&format!("update read.parked set retry = true where {MEANT} and not retry"))
        .bind(&which.projection)
        .bind(&which.key)
        .execute(pool)
        .await?;
    let keys = list(pool, which).await?;
    Ok(keys.into_iter().filter(|key| key.retry).collect())
}

impl From<Row> for ParkedRecord {
    fn from(row: Row) -> Self {
        let value = row.value.unwrap_or_default();
        let record = events::decode(&value).ok();
        let envelope = record.as_ref().map(|record| &record.envelope);
        Self {
            projection: row.projection,
            topic: row.topic,
            partition: row.partition,
            offset: row.offset,
            position: row.position.and_then(|position| position.parse().ok()),
            event_type: record.as_ref().map(|record| record.event_type.to_owned()),
            event_id: envelope.map(|envelope| envelope.event_id.to_string()),
            sequence: envelope.map(|envelope| envelope.sequence),
            occurred_at: envelope.map(|envelope| envelope.occurred_at),
            bytes: value.len(),
            reason: row.reason,
            parked_at: row.parked_at,
        }
    }
}
