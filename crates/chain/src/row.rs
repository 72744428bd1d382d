//! A stored row as the record that it stands for.

use chrono::{DateTime, Utc};
use events::Envelope;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

/// What [`EventRow`] reads; `e` is `store.events`.
pub const COLUMNS: &str =
    "e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.tenant_id, e.actor,
    e.occurred_at, e.schema_id, e.digest, e.payload,
    e.metadata->>'correlation_id' as correlation_id, e.metadata->>'causation_id' as causation_id";

/// All of a row that is part of its record, and the digest it was stored with.
#[derive(Debug, Clone)]
pub struct EventRow {
    pub event_id: String,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_type: String,
    pub tenant_id: String,
    pub actor: String,
    pub occurred_at: DateTime<Utc>,
    pub schema_id: i32,
    pub digest: Vec<u8>,
    /// The sealed form.
    pub payload: Value,
    pub correlation_id: Option<String>,
    pub causation_id: Option<String>,
}

/// The framed record of a row that is as it was appended.
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub digest: [u8; 32],
}

/// Why a row is not the one that was appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    #[error("its schema {0} is unknown here")]
    UnknownSchema(i32),
    #[error("it cannot be encoded: {0}")]
    Unencodable(String),
    #[error("it was altered after it was stored: the digest differs")]
    Altered,
}

impl<'r> FromRow<'r, PgRow> for EventRow {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            event_id: row.try_get("event_id")?,
            aggregate_type: row.try_get("aggregate_type")?,
            aggregate_id: row.try_get("aggregate_id")?,
            sequence: row.try_get("sequence")?,
            event_type: row.try_get("event_type")?,
            tenant_id: row.try_get("tenant_id")?,
            actor: row.try_get("actor")?,
            occurred_at: row.try_get("occurred_at")?,
            schema_id: row.try_get("schema_id")?,
            digest: row.try_get("digest")?,
            payload: row.try_get("payload")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
        })
    }
}

impl EventRow {
    /// Encodes with the schema it was written with, and compares with the digest of that time.
    pub fn encode(&self) -> Result<Encoded, RowFault> {
        let encoded = self.encode_now()?;
        if self.digest == encoded.digest { Ok(encoded) } else { Err(RowFault::Altered) }
    }

    /// The digest of what the row says now, whatever it was stored with.
    pub fn digest_now(&self) -> Result<[u8; 32], RowFault> {
        self.encode_now().map(|encoded| encoded.digest)
    }

    fn encode_now(&self) -> Result<Encoded, RowFault> {
        let contract = u32::try_from(self.schema_id).ok().and_then(events::by_id);
        let contract = contract.filter(|contract| contract.event_type == self.event_type);
        let contract = contract.ok_or(RowFault::UnknownSchema(self.schema_id))?;
        let bytes = contract
            .encode(&self.envelope()?, &self.payload)
            .map_err(|error| RowFault::Unencodable(error.to_string()))?;
        let digest = events::digest(&bytes);
        Ok(Encoded { bytes, digest })
    }

    fn envelope(&self) -> Result<Envelope, RowFault> {
        let malformed = |what: &str| RowFault::Unencodable(format!("malformed {what}"));
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
