//! Confluent wire format: a zero byte, the schema id in big endian, the Avro datum.

use std::io::Read as _;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_avro_fast::de::{DeserializerState, read::SliceRead};
use serde_avro_fast::ser::{SerError, SerializerConfig};

use crate::{Contract, DecodeError, by_id};

/// Framed bytes of a value that fits the contract's schema.
pub fn write(contract: &Contract, value: &impl Serialize) -> Result<Vec<u8>, SerError> {
    let mut framed = Vec::with_capacity(256);
    framed.push(0);
    framed.extend_from_slice(&contract.id.to_be_bytes());
    serde_avro_fast::to_datum(value, framed, &mut SerializerConfig::new(&contract.schema))
}

/// The contract that framed bytes name, and the datum behind the frame.
pub fn open(framed: &[u8]) -> Result<(&'static Contract, &[u8]), DecodeError> {
    let Some(([0, id @ ..], datum)) = framed.split_first_chunk::<5>() else {
        return Err(DecodeError::NotFramed);
    };
    let id = u32::from_be_bytes(*id);
    Ok((by_id(id).ok_or(DecodeError::UnknownSchema(id))?, datum))
}

/// A value from a whole datum of the contract's schema.
pub fn read<T: DeserializeOwned>(contract: &'static Contract, datum: &[u8]) -> Result<T, DecodeError> {
    let mut state = DeserializerState::new(SliceRead::new(datum), &contract.schema);
    let value = T::deserialize(state.deserializer())
        .map_err(|cause| DecodeError::Malformed { event_type: contract.event_type, cause })?;
    match state.into_reader().read(&mut [0]) {
        Ok(0) => Ok(value),
        _ => Err(DecodeError::TrailingBytes(contract.event_type)),
    }
}
