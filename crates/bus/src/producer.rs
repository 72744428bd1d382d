//! Sends records, in order and once, and tells what became of each.

mod delivery;
mod reports;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _, PurgeConfig};
use tokio::sync::oneshot;
use tokio::time::Instant;

pub use delivery::{Delivery, Hears, Placed, Report};
use delivery::{Reader, Receipt, Receipts};
use reports::Reports;

use crate::connection::{client, millis};
use crate::{Config, Error, Headers};

/// One record to send.
#[derive(Debug, Clone)]
pub struct Message {
    /// By its full name.
    pub topic: String,
    /// Records of one key keep their order.
    pub key: String,
    pub payload: Bytes,
    pub headers: Headers,
}

/// Idempotent: the broker takes every record once and in the order of `send`, also across retries.
/// Clones share one queue.
#[derive(Clone)]
pub struct Producer {
    inner: Arc<Inner>,
}

struct Inner {
    queue: Arc<BaseProducer<Receipts>>,
    room_timeout: Duration,
    request_timeout: Duration,
    _reports: Reports,
}

/// What nobody waits for any more is not sent any more.
impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.purge(PurgeConfig::default().queue().inflight());
    }
}

impl Inner {
    fn fatal(&self) -> Option<Error> {
        self.queue.client().fatal_error().map(|(_, cause)| Error::Fatal(cause))
    }
}

impl Producer {
    /// Starts one; brokers are sought in the background, so this works without any.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let queue = BaseProducer::from_config_and_context(&settings(config), Receipts::default())
            .map_err(|error| Error::settings(&error))?;
        let queue = Arc::new(queue);
        let reports = Reports::of(Arc::clone(&queue))?;
        let (room_timeout, request_timeout) = (config.producer.room_timeout, config.request_timeout);
        Ok(Self { inner: Arc::new(Inner { queue, room_timeout, request_timeout, _reports: reports }) })
    }

    /// Queues a record, waiting for room if there is none, and returns its delivery to come.
    ///
    /// Records queued one after the other arrive in that order. After an error of one delivery, later
    /// ones may still succeed: who needs an unbroken order must [`purge`](Self::purge) and begin again.
    pub async fn send(&self, message: Message) -> Result<Delivery, Error> {
        let (report, reported) = oneshot::channel();
        self.queue(message, Reader::Waiting(report)).await?;
        Ok(Delivery::new(reported, Arc::downgrade(&self.inner)))
    }

    /// Like [`send`](Self::send), for records that nobody waits for: `hears` is told of each.
    pub async fn leave(&self, message: Message, hears: &Hears) -> Result<(), Error> {
        self.queue(message, Reader::Hearing(Arc::clone(hears))).await
    }

    async fn queue(&self, message: Message, reader: Reader) -> Result<(), Error> {
        let mut receipt = Box::new(Receipt { bytes: message.payload.len(), reader });
        let deadline = Instant::now() + self.inner.room_timeout;
        loop {
            let room = self.inner.queue.context().room();
            match self.try_queue(&message, receipt) {
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    let waited = tokio::time::timeout_at(deadline, room).await;
                    waited.map_err(|_| Error::QueueFull(self.inner.room_timeout))?;
                    receipt = back;
                }
                Err((cause, _)) => return Err(self.explain(&message, cause)),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Throws out whatever is not acknowledged: those deliveries end with [`Error::Purged`].
    pub fn purge(&self) {
        self.inner.queue.purge(PurgeConfig::default().queue().inflight());
    }

    /// Waits until everything queued so far is acknowledged or has failed.
    pub async fn flush(&self, timeout: Duration) -> Result<(), Error> {
        let inner = Arc::clone(&self.inner);
        let flushed = tokio::task::spawn_blocking(move || inner.queue.flush(timeout)).await;
        flushed.map_err(|error| Error::Fatal(error.to_string()))?.map_err(Error::Unavailable)
    }

    /// Ends well when a broker answers and knows this topic.
    pub async fn reach(&self, topic: &str) -> Result<(), Error> {
        let (inner, topic) = (Arc::clone(&self.inner), topic.to_owned());
        let asked = tokio::task::spawn_blocking(move || {
            let known = inner.queue.client().fetch_metadata(Some(&topic), inner.request_timeout)?;
            let there = known.topics().iter().any(|it| it.name() == topic && !it.partitions().is_empty());
            if there { Ok(()) } else { Err(Error::UnknownTopic(topic)) }
        });
        asked.await.map_err(|error| Error::Fatal(error.to_string()))?
    }

    /// Why this producer is broken for good, if it is.
    pub fn fatal(&self) -> Option<Error> {
        self.inner.fatal()
    }

    fn try_queue(&self, message: &Message, receipt: Box<Receipt>) -> Result<(), (KafkaError, Box<Receipt>)> {
        let record = BaseRecord::with_opaque_to(&message.topic, receipt)
            .key(&message.key)
            .payload(message.payload.as_ref())
            .headers(message.headers.write());
        self.inner.queue.send(record).map_err(|(cause, record)| (cause, record.delivery_opaque))
    }

    fn explain(&self, message: &Message, cause: KafkaError) -> Error {
        self.fatal().unwrap_or_else(|| Error::sending(&message.topic, message.payload.len(), cause))
    }
}

fn settings(config: &Config) -> rdkafka::ClientConfig {
    let producer = &config.producer;
    let mut settings = client(config);
    settings
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("compression.type", "lz4")
        .set("linger.ms", (producer.linger.as_secs_f64() * 1_000.0).to_string())
        .set("queue.buffering.max.messages", producer.queue_records.to_string())
        .set("queue.buffering.max.kbytes", producer.queue_kilobytes.to_string())
        .set("message.timeout.ms", millis(producer.delivery_timeout))
        .set("request.timeout.ms", millis(config.request_timeout.min(producer.delivery_timeout)))
        .set("message.max.bytes", config.max_record_bytes.to_string())
        .set("topic.metadata.propagation.max.ms", "5000")
        .set("retry.backoff.ms", "50")
        .set("retry.backoff.max.ms", "1000");
    settings
}
