//! Pieces of an answer while it is being written: the hot path, so there is no envelope.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::{Cost, FileOp, GenerationId, SessionId, TenantId, Usage};
use serde::{Deserialize, Serialize};

use crate::{Contract, DecodeError, EncodeError, frame, latest};

/// The record's name.
pub const CHUNK: &str = "ChunkPublished";

static CONTRACT: LazyLock<&Contract> =
    LazyLock::new(|| latest(CHUNK).unwrap_or_else(|| panic!("{CHUNK} is in schemas/avro; a test encodes one")));

/// One published piece. Mirrors `schemas/avro/stream/ChunkPublished.avsc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    /// 1, 2, 3 …; pieces of a lower attempt are void once a higher one was seen.
    pub attempt: i32,
    /// Place among the pieces of its attempt: 0, 1, 2 …
    pub index: i64,
    pub kind: Kind,
    /// When the worker published it, in microseconds.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub occurred_at: DateTime<Utc>,
    /// The key that opens `sealed`.
    pub key_id: String,
    /// A [`Piece`] as JSON, sealed with the person's key.
    #[serde(with = "bytes")]
    pub sealed: Vec<u8>,
}

/// What kind of piece is sealed in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Reasoning,
    Explanation,
    Code,
    File,
    Usage,
}

/// What a chunk says once it is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Piece {
    /// The model's thinking.
    Reasoning { delta: String },
    /// Prose for the user.
    Explanation { delta: String },
    /// A part of a file that is being written. `edit`: `delta` is part of a search/replace block, not of the content.
    Code { path: String, delta: String, edit: bool },
    /// A file operation is complete. `content` is the whole new content, if there is any.
    File { path: String, op: FileOp, from: Option<String>, content: Option<String> },
    /// Tokens and their cost so far.
    Usage { usage: Usage, cost: Option<Cost> },
}

impl Piece {
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Reasoning { .. } => Kind::Reasoning,
            Self::Explanation { .. } => Kind::Explanation,
            Self::Code { .. } => Kind::Code,
            Self::File { .. } => Kind::File,
            Self::Usage { .. } => Kind::Usage,
        }
    }

    /// The JSON that is sealed.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default() // plain texts and numbers always serialise
    }

    /// The way back, from opened bytes.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }
}

impl Chunk {
    /// The framed record.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        CONTRACT.frame(self)
    }

    /// Reads a framed chunk.
    pub fn decode(framed: &[u8]) -> Result<Self, DecodeError> {
        let (contract, datum) = frame::open(framed)?;
        if is_chunk(contract) {
            frame::read(contract, datum)
        } else {
            Err(DecodeError::Unexpected(contract.event_type))
        }
    }
}

pub(crate) fn is_chunk(contract: &Contract) -> bool {
    contract.event_type == CHUNK
}

/// Serde takes a `Vec<u8>` for a sequence of numbers; Avro has bytes.
pub(crate) mod bytes {
    use std::fmt;

    use serde::de::{self, Deserializer, Visitor};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
}
