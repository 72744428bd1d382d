//! What can go wrong between a value and its bytes.

/// An event does not fit its contract; a bug of ours, never the weather.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("the payload of {0} is not a JSON object")]
    NotAnObject(&'static str),
    /// Personal data in the clear; sealing was forgotten.
    #[error("the personal part of {0} is not sealed")]
    Unsealed(&'static str),
    #[error("{event_type} does not fit its schema: {cause}")]
    Mismatch { event_type: &'static str, cause: serde_avro_fast::ser::SerError },
}

/// Bytes are not a record that we know.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Confluent framing is a zero byte, four bytes of schema id, then the datum.
    #[error("the bytes do not begin with a schema id")]
    NotFramed,
    #[error("there is no schema with id {0}")]
    UnknownSchema(u32),
    /// A known record, but of another family than asked for.
    #[error("{0} was not expected here")]
    Unexpected(&'static str),
    #[error("malformed {event_type}: {cause}")]
    Malformed { event_type: &'static str, cause: serde_avro_fast::de::DeError },
    #[error("{0} is followed by bytes that do not belong to it")]
    TrailingBytes(&'static str),
}
