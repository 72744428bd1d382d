//! A stored row on its way to being a record.

use bus::{Headers, Message, headers};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use events::Envelope;
use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::order::Cursor;

/// What [`Stored`] reads; `e` is `store.events`.
pub const COLUMNS: &str =
    "e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.payload, e.tenant_id, e.event_id,
    e.occurred_at, e.actor, e.schema_id, e.digest, e.xid::text::bigint as at_xid, e.row_id,
    e.metadata->>'correlation_id' as correlation_id, e.metadata->>'causation_id' as causation_id,
    e.metadata->>'traceparent' as traceparent";

/// One row of the event store.
pub struct Stored {
    pub at: Cursor,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_id: String,
    pub event_type: String,
    tenant_id: String,
    actor: String,
    occurred_at: DateTime<Utc>,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    traceparent: Option<String>,
    schema_id: i32,
    digest: Vec<u8>,
    payload: Value,
}

/// A row that may be published: its bytes are the ones that were digested at append.
pub struct Verified {
    pub bytes: Bytes,
    pub digest: [u8; 32],
}

/// Why a row may not be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Suspicion {
    #[error("event {missing} is missing before it")]
    Gap { missing: i64 },
    #[error("its schema {0} is unknown here")]
    UnknownSchema(i32),
    #[error("it cannot be encoded: {0}")]
    Unencodable(String),
    #[error("it was altered after it was stored: the digest differs")]
    Altered,
    #[error("there is no topic for it")]
    NoTopic,
    #[error("it is larger than Kafka may carry: {0} bytes")]
    TooLarge(usize),
}

impl Stored {
    pub fn read(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            at: Cursor { xid: row.try_get("at_xid")?, row: row.try_get("row_id")? },
            aggregate_type: row.try_get("aggregate_type")?,
            aggregate_id: row.try_get("aggregate_id")?,
            sequence: row.try_get("sequence")?,
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            tenant_id: row.try_get("tenant_id")?,
            actor: row.try_get("actor")?,
            occurred_at: row.try_get("occurred_at")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
            traceparent: row.try_get("traceparent")?,
            schema_id: row.try_get("schema_id")?,
            digest: row.try_get("digest")?,
            payload: row.try_get("payload")?,
        })
    }

    /// Encodes with the schema it was written with, and compares.
    pub fn verify(&self) -> Result<Verified, Suspicion> {
        let contract = u32::try_from(self.schema_id).ok().and_then(events::by_id);
        let contract = contract.filter(|contract| contract.event_type == self.event_type);
        let contract = contract.ok_or(Suspicion::UnknownSchema(self.schema_id))?;
        let bytes = contract
            .encode(&self.envelope()?, &self.payload)
            .map_err(|error| Suspicion::Unencodable(error.to_string()))?;
        let digest = events::digest(&bytes);
        if self.digest != digest {
            return Err(Suspicion::Altered);
        }
        Ok(Verified { bytes: bytes.into(), digest })
    }

    /// The record for one topic.
    pub fn message(&self, topic: String, payload: Bytes, headers: Headers) -> Message {
        Message { topic, key: self.aggregate_id.clone(), payload, headers }
    }

    pub fn headers(&self, position: i64) -> Headers {
        Headers::new()
            .with(headers::EVENT_ID, &self.event_id)
            .with(headers::EVENT_TYPE, &self.event_type)
            .with(headers::TENANT_ID, &self.tenant_id)
            .with(headers::POSITION, position)
            .with(headers::SEQUENCE, self.sequence)
            .with_some(headers::CORRELATION_ID, self.correlation_id.as_deref())
            .with_some(headers::CAUSATION_ID, self.causation_id.as_deref())
            .with_some(headers::TRACEPARENT, self.traceparent.as_deref())
    }

    fn envelope(&self) -> Result<Envelope, Suspicion> {
        let malformed = |what: &str| Suspicion::Unencodable(format!("malformed {what}"));
        Ok(Envelope {
            event_id: self.event_id.parse().map_err(|_| malformed("event id"))?,
            tenant_id: self.tenant_id.parse().map_err(|_| malformed("tenant id"))?,
            aggregate_type: self.aggregate_type.clone(),
            aggregate_id: self.aggregate_id.clone(),
            sequence: self.sequence,
            occurred_at: self.occurred_at,
            actor: self.actor.clone(),
            correlation_id: self.correlation_id.clone().unwrap_or_default(),
            causation_id: self.causation_id.clone(),
        })
    }
}
