//! Kafka, as the edge needs it: any number of partitions of one topic, each read by itself from any offset.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bus::Voice;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::SessionId;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::Consumer;
use rdkafka::consumer::stream_consumer::StreamPartitionQueue;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::config::Config;

type StreamConsumer = rdkafka::consumer::StreamConsumer<Voice>;

/// One topic, read without a group.
pub struct Log {
    consumer: Arc<StreamConsumer>,
    topic: Arc<str>,
    timeout: Duration,
    queries: Arc<Semaphore>,
    /// The topic's leaders were asked for once; else the library takes a second to find them by itself.
    known: Arc<AtomicBool>,
    events: AbortHandle,
}

/// One record.
pub struct Record {
    pub offset: i64,
    /// `None`: the key is no session.
    pub session: Option<SessionId>,
    pub payload: Bytes,
}

/// Why the next record does not come.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The offset is not in the log: too old, or of another incarnation.
    #[error("the offset is not in the log any more")]
    Gone,
    /// The log ends here at the moment.
    #[error("the end of the partition")]
    End,
    #[error(transparent)]
    Kafka(#[from] KafkaError),
}

impl Log {
    /// `purpose` tells this client from others in the broker's log.
    pub fn open(bus: &bus::Config, topic: &str, purpose: &str, config: &Config) -> Result<Self, KafkaError> {
        let mut client = bus::client(bus);
        client
            .set("group.id", format!("{topic}-edge-{purpose}"))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            .set("fetch.wait.max.ms", config.fetch_wait.as_millis().to_string())
            .set("fetch.queue.backoff.ms", "10")
            .set("fetch.error.backoff.ms", "100")
            .set("queued.max.messages.kbytes", config.fetch_ahead_kib.to_string())
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000");
        let consumer = Arc::new(StreamConsumer::from_config_and_context(&client, Voice::default())?);
        #[expect(clippy::disallowed_methods, reason = "it ends with the log, which holds its handle")]
        let events = tokio::spawn(serve_events(consumer.clone())).abort_handle();
        let queries = Arc::new(Semaphore::new(config.kafka_queries));
        Ok(Self {
            consumer,
            topic: topic.into(),
            timeout: config.kafka_timeout,
            queries,
            known: Arc::default(),
            events,
        })
    }

    /// Learns who leads the topic's partitions, once. Left to itself the library may take seconds over it, in
    /// which a reader that was just begun gets nothing.
    pub async fn prepare(&self) -> Result<(), KafkaError> {
        if self.known.load(Ordering::Relaxed) { Ok(()) } else { self.ask(|_, _, _| Ok(())).await }
    }

    /// Reads a partition from an offset on. One reader per partition at a time.
    pub fn read(&self, partition: i32, from: i64) -> Result<Reader, KafkaError> {
        let unknown = KafkaError::MetadataFetch(RDKafkaErrorCode::UnknownPartition);
        // Split first: else the first records may come out of the consumer's own queue.
        let queue = self.consumer.split_partition_queue(&self.topic, partition).ok_or(unknown)?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.topic, partition, Offset::Offset(from))?;
        self.consumer.incremental_assign(&list)?;
        Ok(Reader { queue, consumer: self.consumer.clone(), topic: self.topic.clone(), partition, from })
    }

    /// The first offset that is still there, and the one that the next record gets.
    pub async fn range(&self, partition: i32) -> Result<Range<i64>, KafkaError> {
        self.ask(move |consumer, topic, timeout| consumer.fetch_watermarks(topic, partition, timeout))
            .await
            .map(|(low, high)| low..high)
    }

    /// The first offset at or after a time; `None`: there is none yet.
    pub async fn at(&self, partition: i32, time: DateTime<Utc>) -> Result<Option<i64>, KafkaError> {
        let millis = time.timestamp_millis();
        self.ask(move |consumer, topic, timeout| {
            let mut question = TopicPartitionList::new();
            question.add_partition_offset(topic, partition, Offset::Offset(millis))?;
            let answer = consumer.offsets_for_times(question, timeout)?;
            let found = answer.find_partition(topic, partition).map(|element| element.offset());
            Ok(found.and_then(rdkafka::Offset::to_raw).filter(|offset| *offset >= 0))
        })
        .await
    }

    /// The id of the Kafka cluster.
    pub async fn cluster(&self) -> Result<String, KafkaError> {
        self.ask(|consumer, _, timeout| {
            let unknown = KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut);
            consumer.client().fetch_cluster_id(timeout).ok_or(unknown)
        })
        .await
    }

    /// Asks on a thread that may block; only so many at a time, because each blocks one while Kafka is down.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&StreamConsumer, &str, Duration) -> Result<T, KafkaError> + Send + 'static,
    ) -> Result<T, KafkaError> {
        let turn = self.queries.clone().acquire_owned().await.map_err(|_| KafkaError::Canceled)?;
        let (consumer, topic, timeout) = (self.consumer.clone(), self.topic.clone(), self.timeout);
        let known = self.known.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let _turn = turn; // the thread is busy also when nobody waits for it any more
            if !known.load(Ordering::Relaxed) {
                consumer.fetch_metadata(Some(&topic), timeout)?;
                known.store(true, Ordering::Relaxed);
            }
            question(&consumer, &topic, timeout)
        });
        asked.await.map_err(|_| KafkaError::Canceled)?
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.events.abort();
    }
}

/// The client's own events have to be fetched for it to work; records come by the readers' queues.
async fn serve_events(consumer: Arc<StreamConsumer>) {
    loop {
        if let Err(error) = consumer.recv().await.map(|record| record.detach()) {
            tracing::debug!(%error, "Kafka: {error}");
        }
    }
}

/// One partition, from an offset on.
pub struct Reader {
    queue: StreamPartitionQueue<Voice>,
    consumer: Arc<StreamConsumer>,
    topic: Arc<str>,
    partition: i32,
    from: i64,
}

impl Reader {
    /// The next record. Cancel-safe.
    pub async fn next(&self) -> Result<Record, ReadError> {
        loop {
            let record = self.queue.recv().await.map_err(ReadError::of)?;
            if record.offset() >= self.from {
                return Ok(Record::of(&record));
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.topic, self.partition);
        if let Err(error) = self.consumer.incremental_unassign(&list) {
            tracing::warn!(%error, partition = self.partition, "a partition could not be given back");
        }
    }
}

impl Record {
    fn of(record: &BorrowedMessage) -> Self {
        let session = record.key().and_then(|key| std::str::from_utf8(key).ok()).and_then(|key| key.parse().ok());
        Self { offset: record.offset(), session, payload: Bytes::copy_from_slice(record.payload().unwrap_or_default()) }
    }
}

impl ReadError {
    fn of(error: KafkaError) -> Self {
        match error {
            KafkaError::PartitionEOF(_) => Self::End,
            KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                Self::Gone
            }
            other => Self::Kafka(other),
        }
    }
}
