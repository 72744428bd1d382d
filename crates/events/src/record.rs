//! What a record on a topic says.

use ring::digest::{SHA256, digest as hash};
use serde_json::Value;

use crate::stream::Chunk;
use crate::{Contract, DecodeError, Envelope, frame, stream, value};

/// One decoded event.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The schema it was written with.
    pub schema_id: u32,
    pub event_type: &'static str,
    pub envelope: Envelope,
    /// The sealed form, as in the event store; nullable fields are there as `null`, an absent sealed pair is not.
    pub payload: Value,
}

/// One decoded record of `session-stream`.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamRecord {
    /// A milestone.
    Event(Record),
    /// A piece of an answer.
    Chunk(Chunk),
}

/// Reads a framed event, by the schema it was written with.
pub fn decode(framed: &[u8]) -> Result<Record, DecodeError> {
    let (contract, datum) = frame::open(framed)?;
    event(contract, datum)
}

/// Reads a framed event or chunk.
pub fn decode_stream(framed: &[u8]) -> Result<StreamRecord, DecodeError> {
    let (contract, datum) = frame::open(framed)?;
    if stream::is_chunk(contract) {
        frame::read(contract, datum).map(StreamRecord::Chunk)
    } else {
        event(contract, datum).map(StreamRecord::Event)
    }
}

/// SHA-256 of a framed record: what the chain of the audit log is made of.
pub fn digest(framed: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(hash(&SHA256, framed).as_ref());
    digest
}

fn event(contract: &'static Contract, datum: &[u8]) -> Result<Record, DecodeError> {
    if !contract.is_event() {
        return Err(DecodeError::Unexpected(contract.event_type));
    }
    let decoded: value::Decoded = frame::read(contract, datum)?;
    Ok(Record {
        schema_id: contract.id,
        event_type: contract.event_type,
        envelope: decoded.envelope,
        payload: Value::Object(decoded.fields),
    })
}
