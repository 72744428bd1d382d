//! One version of one schema, ready to encode and decode with.

use serde_avro_fast::Schema;
use serde_json::Value;

use crate::{EncodeError, Envelope, frame, schema, value};

/// A schema with its id; parsed once per process.
pub struct Contract {
    /// Assigned in `ids.lock`, never reused.
    pub id: u32,
    /// The record's name, for example `GenerationRequested`.
    pub event_type: &'static str,
    /// The record's full name, for example `atelier.session.GenerationRequested`.
    pub subject: &'static str,
    /// The folder of the schema, for example `session`; `stream`, `audit` and `access` hold what is not an event.
    pub aggregate: &'static str,
    /// 1, 2, 3 … per subject.
    pub version: u32,
    /// The whole schema, with every type it uses inside it, as a registry serves it.
    pub json: String,
    pub(crate) schema: Schema,
}

impl Contract {
    /// The framed record of an event. `payload` is the sealed form, exactly as the event store holds it:
    /// `sealed` and `sealed_files` are base64 (standard alphabet, padded) there and bytes here.
    pub fn encode(&self, envelope: &Envelope, payload: &Value) -> Result<Vec<u8>, EncodeError> {
        let fields = payload.as_object().ok_or(EncodeError::NotAnObject(self.event_type))?;
        if value::has_clear_parts(fields) {
            return Err(EncodeError::Unsealed(self.event_type));
        }
        self.frame(&value::Event { envelope, fields })
    }

    /// The whole schema as JSON.
    pub fn schema_value(&self) -> Value {
        serde_json::from_str(&self.json).unwrap_or_default() // it was made from JSON
    }

    /// SHA-256 (hex) of what has a meaning for readers, as in `ids.lock`.
    pub fn fingerprint(&self) -> String {
        schema::fingerprint(&self.schema_value())
    }

    /// Whether its records are events of an aggregate, and begin with an envelope.
    pub fn is_event(&self) -> bool {
        !matches!(self.aggregate, "stream" | "audit" | "access")
    }

    pub(crate) fn frame(&self, value: &impl serde::Serialize) -> Result<Vec<u8>, EncodeError> {
        frame::write(self, value).map_err(|cause| EncodeError::Mismatch { event_type: self.event_type, cause })
    }
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{} (id {})", self.subject, self.version, self.id)
    }
}
