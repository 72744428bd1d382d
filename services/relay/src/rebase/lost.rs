//! Events on Kafka beyond the log: taken over where the store has them, else restored, abandoned, or named.

use std::collections::{BTreeMap, HashMap};

use bus::headers;
use chain::{EventRow, Link};
use events::Record;
use serde_json::json;
use sqlx::PgConnection;

use super::{Lost, Rebased};
use crate::Error;
use crate::beyond::OnKafka;

/// How many are named in a text for people.
const NAMED: usize = 5;

/// The positions above the log's last one, up to Kafka's highest.
pub struct Forgotten {
    last: Link,
    beyond: BTreeMap<i64, OnKafka>,
    /// Digests of those that the store has.
    stored: HashMap<String, Vec<u8>>,
}

/// One position that the log takes over.
struct Taken<'a> {
    link: Link,
    event_id: String,
    digest: [u8; 32],
    /// The event, where the store has it not; where Kafka has it neither, there is none.
    lost: Option<Option<&'a OnKafka>>,
}

impl Forgotten {
    pub async fn find(tx: &mut PgConnection, last: Link, beyond: BTreeMap<i64, OnKafka>) -> sqlx::Result<Self> {
        let ids: Vec<&str> = beyond.values().map(|event| event.event_id.as_str()).collect();
        let query = "select event_id, digest from store.events where event_id = any($1)";
        let stored: Vec<(String, Vec<u8>)> = sqlx::query_as(query).bind(ids).fetch_all(tx).await?;
        Ok(Self { last, beyond, stored: stored.into_iter().collect() })
    }

    /// Takes all of them over into the log, and returns its last link.
    pub async fn settle(self, tx: &mut PgConnection, lost: Lost, rebased: &mut Rebased) -> Result<Link, Error> {
        self.require_the_same()?;
        let missing: Vec<&OnKafka> =
            self.beyond.values().filter(|event| !self.stored.contains_key(&event.event_id)).collect();
        match lost {
            Lost::Refuse if !missing.is_empty() => return Err(undecided(&missing)),
            Lost::Refuse | Lost::Abandon => {}
            Lost::Restore => restore(tx, &missing).await?,
        }
        let taken = self.taken();
        log(tx, &taken).await?;
        if lost != Lost::Restore {
            abandon(tx, &taken).await?;
        } else if taken.iter().any(|taken| matches!(taken.lost, Some(None))) {
            void(tx, &taken).await?;
        }
        rebased.lost = missing.len() as i64;
        rebased.adopted = self.beyond.len() as i64 - rebased.lost;
        Ok(taken.last().map_or(self.last, |taken| taken.link))
    }

    /// An event that is here and there must be the same.
    fn require_the_same(&self) -> Result<(), Error> {
        let differs =
            |event: &&OnKafka| self.stored.get(&event.event_id).is_some_and(|digest| digest.as_slice() != event.digest);
        match self.beyond.values().find(differs) {
            Some(event) => Err(Error::Differs { event_id: event.event_id.clone(), place: place(event) }),
            None => Ok(()),
        }
    }

    /// Each position up to the highest, with its link. What Kafka has not either was never published.
    fn taken(&self) -> Vec<Taken<'_>> {
        let highest = self.beyond.keys().next_back().copied().unwrap_or(self.last.position);
        let mut link = self.last;
        let mut take = |position| {
            let event = self.beyond.get(&position);
            let event_id = event.map_or_else(|| format!("void_{position}"), |event| event.event_id.clone());
            let digest = event.map_or([0; 32], |event| event.digest);
            link = link.next(&event_id, &digest);
            let is_stored = self.stored.contains_key(&event_id);
            Taken { link, event_id, digest, lost: (!is_stored).then_some(event) }
        };
        (self.last.position + 1..=highest).map(&mut take).collect()
    }
}

fn undecided(missing: &[&OnKafka]) -> Error {
    let named = missing
        .iter()
        .take(NAMED)
        .map(|event| format!("{} ({} of {}, {})", event.event_id, event.event_type, event.aggregate_id, place(event)));
    let more = missing.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Error::Lost { count: missing.len(), named: named.collect::<Vec<_>>().join(", ") + &rest }
}

fn place(event: &OnKafka) -> String {
    format!("{} offset {}", event.partition, event.offset)
}

async fn log(tx: &mut PgConnection, taken: &[Taken<'_>]) -> sqlx::Result<()> {
    let query = "insert into store.log (position, event_id, chain_hash)
                 select * from unnest($1::bigint[], $2::text[], $3::bytea[])";
    sqlx::query(query)
        .bind(taken.iter().map(|taken| taken.link.position).collect::<Vec<_>>())
        .bind(taken.iter().map(|taken| taken.event_id.as_str()).collect::<Vec<_>>())
        .bind(taken.iter().map(|taken| taken.link.hash.as_slice()).collect::<Vec<_>>())
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes what is gone, and publishes nothing more of those aggregates: what would follow now contradicts
/// what consumers have seen.
async fn abandon(tx: &mut PgConnection, taken: &[Taken<'_>]) -> sqlx::Result<()> {
    note(tx, taken.iter().filter(|taken| taken.lost.is_some())).await?;
    let query = "insert into store.parked_aggregates (aggregate_type, aggregate_id, sequence, event_id, reason)
                 select distinct on (aggregate_type, aggregate_id) aggregate_type, aggregate_id, sequence, event_id,
                        'its events from here on are on Kafka and were lost from the store in a restore'
                   from store.lost_events where aggregate_id is not null order by aggregate_type, aggregate_id, sequence
                     on conflict do nothing";
    sqlx::query(query).execute(tx).await?;
    Ok(())
}

/// Notes the positions that hold nothing anywhere.
async fn void(tx: &mut PgConnection, taken: &[Taken<'_>]) -> sqlx::Result<()> {
    note(tx, taken.iter().filter(|taken| matches!(taken.lost, Some(None)))).await
}

async fn note<'a, 'b: 'a>(tx: &mut PgConnection, lost: impl Iterator<Item = &'a Taken<'b>>) -> sqlx::Result<()> {
    let lost: Vec<_> = lost.map(|taken| (taken, taken.lost.flatten().and_then(decoded))).collect();
    let query = "insert into store.lost_events (position, event_id, digest, aggregate_type, aggregate_id, sequence)
                 select * from unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::bigint[])";
    sqlx::query(query)
        .bind(lost.iter().map(|(taken, _)| taken.link.position).collect::<Vec<_>>())
        .bind(lost.iter().map(|(taken, _)| taken.event_id.as_str()).collect::<Vec<_>>())
        .bind(lost.iter().map(|(taken, _)| taken.digest.as_slice()).collect::<Vec<_>>())
        .bind(lost.iter().map(|(_, event)| Some(event.as_ref()?.envelope.aggregate_type.as_str())).collect::<Vec<_>>())
        .bind(lost.iter().map(|(_, event)| Some(event.as_ref()?.envelope.aggregate_id.as_str())).collect::<Vec<_>>())
        .bind(lost.iter().map(|(_, event)| Some(event.as_ref()?.envelope.sequence)).collect::<Vec<_>>())
        .execute(tx)
        .await?;
    Ok(())
}

fn decoded(event: &OnKafka) -> Option<Record> {
    events::decode(&event.record).ok()
}

/// A record has all of its row; the digest proves that it came back as it was.
async fn restore(tx: &mut PgConnection, missing: &[&OnKafka]) -> Result<(), Error> {
    for event in missing {
        let row =
            row(event).ok_or_else(|| Error::NotRestorable { event_id: event.event_id.clone(), place: place(event) })?;
        let taken: bool = sqlx::query_scalar(
            "select exists (select from store.events where aggregate_type = $1 and aggregate_id = $2 and sequence = $3)",
        )
        .bind(&row.aggregate_type)
        .bind(&row.aggregate_id)
        .bind(row.sequence)
        .fetch_one(&mut *tx)
        .await?;
        if taken {
            return Err(Error::Overtaken {
                event_id: row.event_id,
                aggregate_id: row.aggregate_id,
                sequence: row.sequence,
            });
        }
        insert(tx, event, &row).await?;
    }
    Ok(())
}

fn row(event: &OnKafka) -> Option<EventRow> {
    let Record { schema_id, event_type, envelope, payload } = decoded(event)?;
    let row = EventRow {
        event_id: envelope.event_id.to_string(),
        aggregate_type: envelope.aggregate_type,
        aggregate_id: envelope.aggregate_id,
        sequence: envelope.sequence,
        event_type: event_type.to_owned(),
        tenant_id: envelope.tenant_id.to_string(),
        actor: envelope.actor,
        occurred_at: envelope.occurred_at,
        schema_id: schema_id as i32,
        digest: event.digest.to_vec(),
        payload,
        correlation_id: Some(envelope.correlation_id),
        causation_id: envelope.causation_id,
    };
    row.encode().is_ok().then_some(row)
}

async fn insert(tx: &mut PgConnection, event: &OnKafka, row: &EventRow) -> sqlx::Result<()> {
    let metadata = json!({
        "correlation_id": row.correlation_id,
        "causation_id": row.causation_id,
        "traceparent": event.headers.traceparent(),
        "origin": event.headers.get(headers::ORIGIN),
    });
    let query = "insert into store.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                                           metadata, tenant_id, event_id, occurred_at, actor, schema_id, digest)
                 values ($1, $2, $3, $4, '1', $5, $6, $7, $8, $9, $10, $11, $12)";
    sqlx::query(query)
        .bind(&row.aggregate_type)
        .bind(&row.aggregate_id)
        .bind(row.sequence)
        .bind(&row.event_type)
        .bind(&row.payload)
        .bind(metadata)
        .bind(&row.tenant_id)
        .bind(&row.event_id)
        .bind(row.occurred_at)
        .bind(&row.actor)
        .bind(row.schema_id)
        .bind(&row.digest)
        .execute(tx)
        .await?;
    Ok(())
}
