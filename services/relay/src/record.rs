//! A stored row on its way to being a record.

use bus::{Headers, Message, headers};
use bytes::Bytes;
use chain::{Encoded, EventRow, RowFault};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use crate::order::Cursor;

/// What [`Stored`] reads; `e` is `store.events`.
pub fn columns() -> String {
    format!(
        "{}, e.xid::text::bigint as at_xid, e.row_id, e.metadata->>'traceparent' as traceparent,
             e.metadata->>'origin' as origin",
        chain::COLUMNS
    )
}

/// One row of the event store.
pub struct Stored {
    pub at: Cursor,
    pub row: EventRow,
    traceparent: Option<String>,
    origin: Option<String>,
}

/// Why a row may not be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Suspicion {
    #[error("event {missing} is missing before it")]
    Gap { missing: i64 },
    /// It is not as it was appended.
    #[error(transparent)]
    Row(#[from] RowFault),
    #[error("there is no topic for it")]
    NoTopic,
    #[error("it is larger than Kafka may carry: {0} bytes")]
    TooLarge(usize),
}

impl Stored {
    pub fn read(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            at: Cursor { xid: row.try_get("at_xid")?, row: row.try_get("row_id")? },
            row: EventRow::from_row(row)?,
            traceparent: row.try_get("traceparent")?,
            origin: row.try_get("origin")?,
        })
    }

    /// The bytes that were digested at append.
    pub fn verify(&self) -> Result<Encoded, RowFault> {
        self.row.encode()
    }

    /// The record for one topic.
    pub fn message(&self, topic: String, payload: Bytes, headers: Headers) -> Message {
        Message { topic, key: self.row.aggregate_id.clone(), payload, headers }
    }

    pub fn headers(&self, position: i64) -> Headers {
        Headers::new()
            .with(headers::EVENT_ID, &self.row.event_id)
            .with(headers::EVENT_TYPE, &self.row.event_type)
            .with(headers::TENANT_ID, &self.row.tenant_id)
            .with(headers::POSITION, position)
            .with(headers::SEQUENCE, self.row.sequence)
            .with_some(headers::CORRELATION_ID, self.row.correlation_id.as_deref())
            .with_some(headers::CAUSATION_ID, self.row.causation_id.as_deref())
            .with_some(headers::TRACEPARENT, self.traceparent.as_deref())
            .with_some(headers::ORIGIN, self.origin.as_deref())
    }
}
