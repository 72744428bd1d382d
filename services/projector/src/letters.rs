//! Poison is copied to its topic's dead letters, where other consumers look for it.

use bus::headers::{DEAD_OFFSET, DEAD_PARTITION, DEAD_REASON, DEAD_TOPIC};
use bus::{Headers, Message, Producer, Topics};

use crate::consumer::Received;

/// The copies go here. What counts is `read.parked`: a copy that fails is logged, and nothing waits for it.
pub(crate) struct Letters {
    producer: Producer,
    projection: &'static str,
    topic: String,
}

/// Which projection could not fold it.
const DEAD_PROJECTION: &str = "dead-letter-projection";

impl Letters {
    /// `None`: this topic has no dead letters.
    pub(crate) fn of(bus: &bus::Config, projection: &'static str, topic: &str) -> Result<Option<Self>, bus::Error> {
        if bus.topics().partitions(&Topics::dead_letter(topic)).is_none() {
            return Ok(None);
        }
        Ok(Some(Self { producer: Producer::new(bus)?, projection, topic: topic.to_owned() }))
    }

    /// Sent before the record is parked: a crash in between repeats the copy, and loses none.
    pub(crate) async fn copy(&self, record: &Received, reason: &str) {
        let sent = async { self.producer.send(self.letter(record, reason)).await?.await };
        if let Err(error) = sent.await {
            let (topic, partition, offset) = (&self.topic, record.partition, record.offset);
            metrics::counter!("atelier_projector_letters_failed_total", "projection" => self.projection).increment(1);
            tracing::warn!(topic, partition, offset, %error, "{topic}[{partition}]@{offset} is parked, but not among the dead letters: {error}");
        }
    }

    fn letter(&self, record: &Received, reason: &str) -> Message {
        let texts = record.headers.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        let headers = texts.fold(Headers::new(), |headers, (name, value)| headers.with(name, value));
        Message {
            topic: Topics::dead_letter(&self.topic),
            key: String::from_utf8_lossy(&record.key).into_owned(),
            payload: record.value.clone().unwrap_or_default().into(),
            headers: headers
                .with(DEAD_REASON, reason)
                .with(DEAD_TOPIC, &self.topic)
                .with(DEAD_PARTITION, record.partition)
                .with(DEAD_OFFSET, record.offset)
                .with(DEAD_PROJECTION, self.projection),
        }
    }
}
