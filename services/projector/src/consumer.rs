//! Records of one topic, from the places we ask for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use projections::Projection;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::{Map, Value};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use crate::Config;
use crate::group::{Change, Membership};

/// One record, as received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub partition: i32,
    pub offset: i64,
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
    /// Names to texts; a header that is no text is left out.
    pub headers: Map<String, Value>,
    /// Why it cannot be folded, once that is known.
    pub condemned: Option<String>,
}

impl Received {
    /// Its place in the whole log.
    pub(crate) fn position(&self) -> Option<i64> {
        self.header(bus::headers::POSITION)?.parse().ok()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.as_str()
    }

    fn from(message: &BorrowedMessage<'_>) -> Self {
        let headers = message.headers().into_iter().flat_map(Headers::iter);
        let texts = headers.filter_map(|header| {
            let text = std::str::from_utf8(header.value?).ok()?;
            Some((header.key.to_owned(), Value::from(text.replace('\0', ""))))
        });
        Self {
            partition: message.partition(),
            offset: message.offset(),
            key: message.key().unwrap_or_default().to_vec(),
            value: message.payload().map(<[u8]>::to_vec),
            headers: texts.collect(),
            condemned: None,
        }
    }

    fn size(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, Vec::len)
    }
}

/// A member of the projection's group.
pub(crate) struct Consumer {
    inner: Arc<StreamConsumer<Membership>>,
    changes: UnboundedReceiver<Change>,
    topic: String,
}

impl Consumer {
    /// Joins the group; partitions come as [`Change`]s.
    pub(crate) fn join<P: Projection>(config: &Config, bus: &bus::Config, topic: String) -> anyhow::Result<Self> {
        let group = format!("{}{}.{}", bus.prefix, config.group, P::NAME);
        let fetch = if P::GATHERS { Fetch::gathering(config) } else { Fetch::at_once(config) };
        let consumer = Self::new(config, bus, &group, topic, fetch)?;
        let topic = consumer.topic.as_str();
        consumer.inner.subscribe(&[topic]).with_context(|| format!("cannot subscribe to {topic}"))?;
        Ok(consumer)
    }

    /// In no group: fetches what it is assigned, and shares nothing.
    pub(crate) fn alone(config: &Config, bus: &bus::Config, projection: &str, topic: String) -> anyhow::Result<Self> {
        // The client library wants a name also from who never joins.
        let name = format!("{}{}.{projection}.rebuild", bus.prefix, config.group);
        Self::new(config, bus, &name, topic, Fetch::at_once(config))
    }

    fn new(config: &Config, bus: &bus::Config, group: &str, topic: String, fetch: Fetch) -> anyhow::Result<Self> {
        let (tell, changes) = unbounded_channel();
        let inner: StreamConsumer<Membership> = bus::client(bus)
            .set("group.id", group)
            .set("partition.assignment.strategy", "range")
            .set("session.timeout.ms", millis(config.session_timeout))
            .set("max.poll.interval.ms", millis(config.stuck_after.max(config.session_timeout)))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("fetch.min.bytes", fetch.enough.to_string())
            .set("fetch.wait.max.ms", millis(fetch.wait))
            .set("fetch.queue.backoff.ms", "20")
            .set("queued.max.messages.kbytes", config.fetch_ahead_kib.to_string())
            .set("statistics.interval.ms", millis(config.lag_every))
            .create_with_context(Membership::new(tell))
            .context("cannot make a Kafka consumer")?;
        Ok(Self { inner: Arc::new(inner), changes, topic })
    }

    pub(crate) fn client(&self) -> Arc<StreamConsumer<Membership>> {
        Arc::clone(&self.inner)
    }

    /// The end of each partition that is fetched, as last heard.
    pub(crate) fn ends(&self) -> BTreeMap<i32, i64> {
        self.inner.context().ends()
    }

    /// What the group decides next, and a record if one is there: the callbacks of the group run in here.
    pub(crate) async fn next(&mut self) -> Result<Arrival, KafkaError> {
        tokio::select! {
            biased;
            Some(change) = self.changes.recv() => Ok(Arrival::Change(change)),
            message = self.inner.recv() => message.map(|message| Arrival::Record(Received::from(&message))),
        }
    }

    /// `first`, and what comes within `config.linger`, up to the limits.
    pub(crate) async fn gather(&self, first: Received, config: &Config) -> Vec<Received> {
        let mut bytes = first.size();
        let mut batch = vec![first];
        let end = Instant::now() + config.linger;
        while batch.len() < config.batch_events && bytes < config.batch_bytes {
            let Ok(Ok(message)) = timeout_at(end, self.inner.recv()).await else { break };
            let record = Received::from(&message);
            bytes += record.size();
            batch.push(record);
        }
        batch
    }

    /// Fetches exactly these partitions from exactly these offsets on.
    pub(crate) fn assign(&self, places: impl Iterator<Item = (i32, i64)>) -> Result<(), KafkaError> {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in places {
            list.add_partition_offset(&self.topic, partition, Offset::Offset(offset))?;
        }
        self.inner.assign(&list)
    }

    /// Leaves the group, so that the others need not wait for our silence; for `patience` at most.
    pub(crate) async fn leave(self, patience: Duration) {
        // Closing waits for the group's coordinator, on its thread.
        let closing = tokio::task::spawn_blocking(move || drop(self));
        if tokio::time::timeout(patience, closing).await.is_err() {
            tracing::warn!("Kafka did not let us leave the group in time");
        }
    }
}

/// When the broker answers a fetch: with so many bytes, or after this time.
struct Fetch {
    enough: u32,
    wait: Duration,
}

impl Fetch {
    const fn at_once(config: &Config) -> Self {
        Self { enough: 1, wait: config.fetch_wait }
    }

    const fn gathering(config: &Config) -> Self {
        Self { enough: 64 * 1024, wait: config.gather }
    }
}

/// What a consumer hears.
pub(crate) enum Arrival {
    Change(Change),
    Record(Received),
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}
