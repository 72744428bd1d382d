//! A topic, all of it, and no further.

use std::collections::BTreeMap;
use std::time::Duration;

use bus::{Config as Kafka, Partition, Reader, Record, Start};

use crate::Error;

/// A partition may have no leader for a moment.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// The oldest offset there is, and the one that will be written next; waits out a change of leaders.
pub async fn range(reader: &Reader, partition: &Partition) -> Result<(i64, i64), Error> {
    for _ in 1..TRIES {
        match reader.range(partition).await {
            Err(bus::Error::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
            outcome => return Ok(outcome?),
        }
    }
    Ok(reader.range(partition).await?)
}

/// A topic from its beginning to where it ends now.
pub struct Whole {
    reader: Reader,
    ends: BTreeMap<i32, i64>,
    pub left: i64,
    /// Partitions whose beginning is gone.
    pub cut: Vec<String>,
}

impl Whole {
    pub async fn open(kafka: &Kafka, topic: &str) -> Result<Self, Error> {
        Self::until(kafka, topic, |_| None).await
    }

    /// Up to these offsets, where one is given.
    pub async fn until(kafka: &Kafka, topic: &str, end: impl Fn(i32) -> Option<i64>) -> Result<Self, Error> {
        let mut whole = Self { reader: Reader::new(kafka)?, ends: BTreeMap::new(), left: 0, cut: Vec::new() };
        for number in 0..kafka.topics().partitions(topic).unwrap_or_default() as i32 {
            let partition = Partition::new(topic, number);
            let (low, high) = range(&whole.reader, &partition).await?;
            let high = end(number).map_or(high, |end| end.min(high));
            if low > 0 {
                whole.cut.push(format!("{partition} begins at offset {low}"));
            }
            if low < high {
                whole.reader.add(&partition, Start::At(low)).await?;
                whole.ends.insert(number, high);
                whole.left += high - low;
            }
        }
        Ok(whole)
    }

    pub async fn read(mut self, mut each: impl FnMut(Record)) -> Result<(), Error> {
        while let Some(record) = self.next().await? {
            each(record);
        }
        Ok(())
    }

    pub async fn next(&mut self) -> Result<Option<Record>, Error> {
        while !self.ends.is_empty() {
            let record = self.reader.next().await?;
            let number = record.partition.number;
            let Some(end) = self.ends.get(&number).copied() else { continue };
            if record.offset + 1 >= end {
                self.ends.remove(&number);
                self.reader.remove(&record.partition)?;
            }
            if record.offset < end {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }
}
