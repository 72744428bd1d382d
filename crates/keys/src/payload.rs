//! The two private parts of an event's payload, in the clear and at rest.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::{Error, Result};

/// One private part and its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// The person's: `private` at rest is `sealed` and `key_id`.
    Texts,
    /// The project's: `private_files` at rest is `sealed_files` and `files_key_id`.
    Files,
}

/// A key's id, and what it sealed.
pub type Sealed = (String, Vec<u8>);

impl Pair {
    pub const ALL: [Self; 2] = [Self::Texts, Self::Files];

    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Texts => ("private", "sealed", "key_id"),
            Self::Files => ("private_files", "sealed_files", "files_key_id"),
        }
    }

    /// Takes the clear part out as JSON bytes. `None`: this event has no such part; `Some(None)`: it is empty.
    pub fn take_plain(self, payload: &mut Value) -> Result<Option<Option<Vec<u8>>>> {
        let (plain, ..) = self.names();
        match object(payload)?.remove(plain) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => serde_json::to_vec(&value)
                .map(|bytes| Some(Some(bytes)))
                .map_err(|_| Error::Malformed("a private part is not JSON")),
        }
    }

    pub fn put_sealed(self, payload: &mut Value, part: Option<Sealed>) -> Result<()> {
        let (_, sealed, key_id) = self.names();
        let object = object(payload)?;
        let (id, bytes) = part.unzip();
        object.insert(sealed.to_owned(), bytes.map_or(Value::Null, |bytes| STANDARD.encode(bytes).into()));
        object.insert(key_id.to_owned(), id.map_or(Value::Null, Value::from));
        Ok(())
    }

    /// Takes the sealed part out. `None`: this event has no such part; `Some(None)`: it is empty.
    pub fn take(self, payload: &mut Value) -> Result<Option<Option<Sealed>>> {
        let (_, sealed, key_id) = self.names();
        let object = object(payload)?;
        let Some(bytes) = object.remove(sealed) else { return Ok(None) };
        match (bytes, object.remove(key_id)) {
            (Value::Null, _) => Ok(Some(None)),
            (Value::String(text), Some(Value::String(id))) => {
                let bytes = STANDARD.decode(text).map_err(|_| Error::Malformed("sealed bytes are not base64"))?;
                Ok(Some(Some((id, bytes))))
            }
            _ => Err(Error::Malformed("sealed bytes without the id of their key")),
        }
    }

    pub fn put_back(self, payload: &mut Value, plain: Option<&[u8]>) -> Result<()> {
        let value = plain.map(serde_json::from_slice).transpose();
        let value: Option<Value> = value.map_err(|_| Error::Malformed("a sealed part is not JSON"))?;
        object(payload)?.insert(self.names().0.to_owned(), value.unwrap_or(Value::Null));
        Ok(())
    }
}

/// The ids of the keys that a payload at rest needs.
pub fn key_ids(payload: &Value) -> impl Iterator<Item = &str> {
    Pair::ALL.into_iter().filter_map(|pair| payload.get(pair.names().2)?.as_str())
}

fn object(payload: &mut Value) -> Result<&mut Map<String, Value>> {
    payload.as_object_mut().ok_or(Error::Malformed("a payload is a JSON object"))
}
