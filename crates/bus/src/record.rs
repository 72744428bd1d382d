//! One record as it was read.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rdkafka::message::BorrowedMessage;

use crate::Headers;

/// One partition of one topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    pub topic: Arc<str>,
    /// From 0 on.
    pub number: i32,
}

impl Partition {
    pub fn new(topic: impl Into<Arc<str>>, number: i32) -> Self {
        Self { topic: topic.into(), number }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.topic, self.number)
    }
}

/// One record and where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub partition: Partition,
    pub offset: i64,
    /// When it was produced, in milliseconds; `None` for very old formats.
    pub timestamp: Option<DateTime<Utc>>,
    pub key: Option<Bytes>,
    /// Empty for a tombstone.
    pub payload: Bytes,
    pub headers: Headers,
}

impl Record {
    pub fn topic(&self) -> &str {
        &self.partition.topic
    }

    /// The key as text; empty if there is none or it is not UTF-8.
    pub fn key_text(&self) -> &str {
        self.key.as_deref().and_then(|key| std::str::from_utf8(key).ok()).unwrap_or_default()
    }

    pub(crate) fn read(message: &BorrowedMessage<'_>) -> Self {
        use rdkafka::Message as _;
        Self {
            partition: Partition::new(message.topic(), message.partition()),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis().and_then(DateTime::from_timestamp_millis),
            key: message.key().map(Bytes::copy_from_slice),
            payload: message.payload().map(Bytes::copy_from_slice).unwrap_or_default(),
            headers: message.headers().map(Headers::read).unwrap_or_default(),
        }
    }
}
