//! One record per request, as they travel on `access-log`.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Contract, DecodeError, EncodeError, frame, latest};

/// The record's name.
pub const REQUEST: &str = "RequestServed";

static CONTRACT: LazyLock<&Contract> =
    LazyLock::new(|| latest(REQUEST).unwrap_or_else(|| panic!("{REQUEST} is in schemas/avro; a test encodes one")));

/// One request and how it ended. Mirrors `schemas/avro/access/RequestServed.avsc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestServed {
    /// When it began, in microseconds.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
    pub request_id: String,
    pub method: String,
    /// The path's template; never a path with ids.
    pub route: String,
    pub status: i32,
    /// Until the answer began.
    pub first_byte_micros: i64,
    /// Until its last byte, or until the client went away.
    pub duration_micros: i64,
    /// Of the answer's body.
    pub bytes: i64,
    /// `None`: nobody was signed in.
    pub tenant_id: Option<TenantId>,
    pub user_id: Option<UserId>,
    /// Of the caller's address; never the address.
    pub network: String,
    /// The family of the user agent; never the whole text.
    pub agent: String,
}

impl RequestServed {
    /// The framed record.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        CONTRACT.frame(self)
    }

    /// Reads a framed record.
    pub fn decode(framed: &[u8]) -> Result<Self, DecodeError> {
        let (contract, datum) = frame::open(framed)?;
        if contract.event_type == REQUEST {
            frame::read(contract, datum)
        } else {
            Err(DecodeError::Unexpected(contract.event_type))
        }
    }
}
