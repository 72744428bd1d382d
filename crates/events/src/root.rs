//! Signed roots of the chain, as they travel on `audit-roots`.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::stream::bytes;
use crate::{Contract, DecodeError, EncodeError, frame, latest};

/// The record's name.
pub const ROOT: &str = "RootPublished";

static CONTRACT: LazyLock<&Contract> =
    LazyLock::new(|| latest(ROOT).unwrap_or_else(|| panic!("{ROOT} is in schemas/avro; a test encodes one")));

/// One signed root. Mirrors `schemas/avro/audit/RootPublished.avsc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootPublished {
    /// The last event that it covers; in decimal, the Kafka key.
    pub position: i64,
    /// The chain's hash at this position.
    #[serde(with = "bytes")]
    pub chain_hash: Vec<u8>,
    /// When it was signed, in microseconds.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
    /// The key that signed.
    pub key_id: String,
    /// Ed25519.
    #[serde(with = "bytes")]
    pub signature: Vec<u8>,
}

impl RootPublished {
    /// The framed record.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        CONTRACT.frame(self)
    }

    /// Reads a framed root.
    pub fn decode(framed: &[u8]) -> Result<Self, DecodeError> {
        let (contract, datum) = frame::open(framed)?;
        if contract.event_type == ROOT {
            frame::read(contract, datum)
        } else {
            Err(DecodeError::Unexpected(contract.event_type))
        }
    }
}
