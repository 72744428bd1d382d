//! Reads given partitions from given places, alone: without a group, and without keeping an offset.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{Consumer as _, ConsumerContext, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use crate::connection::{Voice, client, millis};
use crate::{Config, Error, Partition, Record};

impl ConsumerContext for Voice {}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The oldest record there is.
    Beginning,
    /// What is written from now on.
    End,
    /// This offset. It must still be there, or be the next one to be written.
    At(i64),
}

/// Who wants every record of some partitions. Dropping it stops the reading.
pub struct Reader {
    consumer: Arc<StreamConsumer<Voice>>,
    timeout: Duration,
}

impl Reader {
    /// Reads nothing yet.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let consumer = StreamConsumer::from_config_and_context(&settings(config), Voice::default())
            .map_err(|error| Error::settings(&error))?;
        Ok(Self { consumer: Arc::new(consumer), timeout: config.request_timeout })
    }

    /// Begins with these partitions at once.
    pub async fn open(config: &Config, starts: &[(Partition, Start)]) -> Result<Self, Error> {
        let reader = Self::new(config)?;
        for (partition, start) in starts {
            reader.add(partition, *start).await?;
        }
        Ok(reader)
    }

    /// Begins with one more partition and returns the offset it begins at. When this returns,
    /// [`Start::End`] means a fixed place: no record that is written afterwards is missed.
    pub async fn add(&self, partition: &Partition, start: Start) -> Result<i64, Error> {
        let (low, high) = self.range(partition).await?;
        let offset = match start {
            Start::Beginning => low,
            Start::End => high,
            Start::At(offset) if (low..=high).contains(&offset) => offset,
            Start::At(offset) => {
                return Err(Error::OutOfRange { partition: partition.clone(), offset, low, high });
            }
        };
        self.consumer.incremental_assign(&list(partition, Offset::Offset(offset))?)?;
        Ok(offset)
    }

    /// Reads this partition no more. Records of it that were fetched before may still come.
    pub fn remove(&self, partition: &Partition) -> Result<(), Error> {
        Ok(self.consumer.incremental_unassign(&list(partition, Offset::Invalid)?)?)
    }

    /// Fetches nothing more of these partitions; what was fetched and not read comes again after `resume`.
    pub fn pause(&self, partitions: &[Partition]) -> Result<(), Error> {
        Ok(self.consumer.pause(&names(partitions))?)
    }

    /// Goes on with these partitions where they were paused.
    pub fn resume(&self, partitions: &[Partition]) -> Result<(), Error> {
        Ok(self.consumer.resume(&names(partitions))?)
    }

    /// The next record of any partition; in order within each. Waits for one. May be dropped and called again.
    pub async fn next(&self) -> Result<Record, Error> {
        loop {
            match self.consumer.recv().await {
                Ok(message) => return Ok(Record::read(&message)),
                Err(error) => judge(error)?,
            }
        }
    }

    /// The oldest offset there is, and the one that will be written next.
    pub async fn range(&self, partition: &Partition) -> Result<(i64, i64), Error> {
        let (asked, timeout) = (partition.clone(), self.timeout);
        self.blocking(move |consumer| consumer.fetch_watermarks(&asked.topic, asked.number, timeout))
            .await
            .map_err(|error| missing(partition, error))
    }

    /// The first offset whose record is not older than `time`; where there is none, the next one to be written.
    pub async fn offset_at(&self, partition: &Partition, time: DateTime<Utc>) -> Result<i64, Error> {
        let asked = list(partition, Offset::Offset(time.timestamp_millis()))?;
        let timeout = self.timeout;
        let found = self.blocking(move |consumer| consumer.offsets_for_times(asked, timeout)).await?;
        let offset = found.find_partition(&partition.topic, partition.number).map(|element| element.offset());
        match offset {
            Some(Offset::Offset(offset)) => Ok(offset),
            _ => Ok(self.range(partition).await?.1),
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&StreamConsumer<Voice>) -> Result<T, KafkaError> + Send + 'static,
    ) -> Result<T, Error> {
        let consumer = Arc::clone(&self.consumer);
        let answer = tokio::task::spawn_blocking(move || ask(&consumer)).await;
        Ok(answer.map_err(|error| Error::Fatal(error.to_string()))??)
    }
}

/// The weather passes, and the library tries again by itself; the rest is the caller's to know.
fn judge(error: KafkaError) -> Result<(), Error> {
    match Error::from(error) {
        Error::Unavailable(cause) => {
            tracing::debug!(%cause, "reading from Kafka was disturbed");
            Ok(())
        }
        error => Err(error),
    }
}

fn missing(partition: &Partition, error: Error) -> Error {
    let code = if let Error::Unavailable(cause) = &error { cause.rdkafka_error_code() } else { None };
    match code {
        Some(
            RDKafkaErrorCode::UnknownTopic
            | RDKafkaErrorCode::UnknownPartition
            | RDKafkaErrorCode::UnknownTopicOrPartition,
        ) => Error::UnknownTopic(partition.to_string()),
        _ => error,
    }
}

fn names(partitions: &[Partition]) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for partition in partitions {
        list.add_partition(&partition.topic, partition.number);
    }
    list
}

fn list(partition: &Partition, offset: Offset) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&partition.topic, partition.number, offset)?;
    Ok(list)
}

fn settings(config: &Config) -> rdkafka::ClientConfig {
    let mut settings = client(config);
    settings
        // The library asks for a name even where there is no group; nothing is ever committed under it.
        .set("group.id", format!("{}reader", config.prefix))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("fetch.wait.max.ms", millis(config.consumer.fetch_wait))
        .set("fetch.error.backoff.ms", "50")
        .set("fetch.queue.backoff.ms", "20")
        .set("fetch.message.max.bytes", "1048576")
        .set("queued.max.messages.kbytes", config.consumer.prefetch_kilobytes.to_string());
    settings
}
