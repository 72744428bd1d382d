//! What Kafka has beyond the log: after a restore to an earlier time, events that the store has forgotten.

use std::collections::BTreeMap;
use std::time::Duration;

use bus::{Config as Kafka, Headers, Partition, Reader, Start, headers};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

/// Clocks of producers and of the database may differ by this much.
const CLOCKS: TimeDelta = TimeDelta::hours(1);

/// How often, and how far apart, a partition without a leader is asked.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// One event as it is on its topic.
#[derive(Debug, Clone)]
pub struct OnKafka {
    pub event_id: String,
    pub event_type: String,
    pub aggregate_id: String,
    pub partition: Partition,
    pub offset: i64,
    pub digest: [u8; 32],
    pub record: Bytes,
    pub headers: Headers,
}

/// All events on the topics of aggregates above a position, by theirs. `since`: when the last event that the
/// log knows happened; what came after it was sent after it.
pub async fn read(
    kafka: &Kafka,
    above: i64,
    since: Option<DateTime<Utc>>,
) -> Result<BTreeMap<i64, OnKafka>, bus::Error> {
    let topics = kafka.topics();
    let mut found = BTreeMap::new();
    for topic in topics.of_aggregates() {
        for number in 0..topics.partitions(&topic).unwrap_or_default() as i32 {
            let partition = Partition::new(topic.as_str(), number);
            tail(kafka, &partition, above, since, &mut found).await?;
        }
    }
    Ok(found)
}

async fn tail(
    kafka: &Kafka,
    partition: &Partition,
    above: i64,
    since: Option<DateTime<Utc>>,
    found: &mut BTreeMap<i64, OnKafka>,
) -> Result<(), bus::Error> {
    let reader = Reader::new(kafka)?;
    let (low, high) = range(&reader, partition).await?;
    let first = match since {
        Some(since) => reader.offset_at(partition, since - CLOCKS).await?.max(low),
        None => low,
    };
    if first >= high {
        return Ok(());
    }
    reader.add(partition, Start::At(first)).await?;
    loop {
        let record = reader.next().await?;
        let last = record.offset + 1 >= high;
        if let Some(position) = record.headers.position().filter(|position| *position > above) {
            found.insert(position, OnKafka::of(record));
        }
        if last {
            return Ok(());
        }
    }
}

/// A partition may have no leader for a moment.
async fn range(reader: &Reader, partition: &Partition) -> Result<(i64, i64), bus::Error> {
    for _ in 1..TRIES {
        match reader.range(partition).await {
            Err(bus::Error::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    reader.range(partition).await
}

impl OnKafka {
    fn of(record: bus::Record) -> Self {
        let header = |name| record.headers.get(name).unwrap_or_default().to_owned();
        Self {
            event_id: header(headers::EVENT_ID),
            event_type: header(headers::EVENT_TYPE),
            aggregate_id: record.key_text().to_owned(),
            digest: events::digest(&record.payload),
            offset: record.offset,
            record: record.payload,
            headers: record.headers,
            partition: record.partition,
        }
    }
}
