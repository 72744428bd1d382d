//! What stands beside a record, readable without its schema.

use rdkafka::message::{BorrowedHeaders, Header, Headers as _, OwnedHeaders};

pub const EVENT_ID: &str = "event-id";
pub const EVENT_TYPE: &str = "event-type";
pub const TENANT_ID: &str = "tenant-id";
/// The place in the whole log: dense, 1, 2, 3 …
pub const POSITION: &str = "position";
/// The place in the aggregate.
pub const SEQUENCE: &str = "sequence";
pub const CORRELATION_ID: &str = "correlation-id";
pub const CAUSATION_ID: &str = "causation-id";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// Where a command came from: a shortened address and a hash of the user agent.
pub const ORIGIN: &str = "origin";

/// Why a record is a dead letter.
pub const DEAD_REASON: &str = "dead-letter-reason";
/// Where it came from.
pub const DEAD_TOPIC: &str = "dead-letter-topic";
pub const DEAD_PARTITION: &str = "dead-letter-partition";
pub const DEAD_OFFSET: &str = "dead-letter-offset";
/// How often it was tried.
pub const DEAD_TRIES: &str = "dead-letter-tries";

/// Names and texts, in order. A value that is not UTF-8 is read with replacement characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds one if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The last value of that name, as Kafka's own clients read it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The place in the whole log, if the record is a relayed event.
    pub fn position(&self) -> Option<i64> {
        self.get(POSITION)?.parse().ok()
    }

    /// The place in the aggregate, if the record is a relayed event.
    pub fn sequence(&self) -> Option<i64> {
        self.get(SEQUENCE)?.parse().ok()
    }

    pub fn traceparent(&self) -> Option<&str> {
        self.get(TRACEPARENT)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn read(headers: &BorrowedHeaders) -> Self {
        let text = |header: Header<'_, &[u8]>| {
            let value = header.value.map(String::from_utf8_lossy).unwrap_or_default();
            (header.key.to_owned(), value.into_owned())
        };
        Self(headers.iter().map(text).collect())
    }

    pub(crate) fn write(&self) -> OwnedHeaders {
        self.0.iter().fold(OwnedHeaders::new_with_capacity(self.0.len()), |headers, (name, value)| {
            headers.insert(Header { key: name, value: Some(value) })
        })
    }
}
