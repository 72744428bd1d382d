//! JSON objects of the event store written into Avro records, and back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Map, Value};

use crate::Envelope;

/// Where a payload has personal parts before they are sealed.
const CLEAR: [&str; 2] = ["private", "private_files"];
/// Bytes in Avro, base64 in JSON.
const SEALED: [&str; 2] = ["sealed", "sealed_files"];
/// Left out of the JSON object when there is nothing sealed.
const PAIRS: [&str; 4] = ["sealed", "key_id", "sealed_files", "files_key_id"];

/// Whether personal parts stand in the clear. `null` does not: nothing is in it.
pub fn has_clear_parts(fields: &Map<String, Value>) -> bool {
    CLEAR.iter().any(|name| fields.get(*name).is_some_and(|value| !value.is_null()))
}

/// Whether a field belongs to a sealed pair.
pub fn is_sealed_part(name: &str) -> bool {
    PAIRS.contains(&name)
}

/// An event on its way into Avro.
pub struct Event<'a> {
    pub envelope: &'a Envelope,
    pub fields: &'a Map<String, Value>,
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_map(Some(self.fields.len() + 1))?;
        record.serialize_entry("envelope", self.envelope)?;
        for (name, value) in self.fields {
            match value {
                _ if CLEAR.contains(&name.as_str()) => {}
                Value::String(text) if SEALED.contains(&name.as_str()) => {
                    record.serialize_entry(name, &Sealed(text))?;
                }
                value => record.serialize_entry(name, &Plain(value))?,
            }
        }
        record.end()
    }
}

struct Sealed<'a>(&'a str);

impl Serialize for Sealed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = BASE64.decode(self.0).map_err(ser::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(&Plain(item)))?;
                seq.end()
            }
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, &Plain(value)))?;
                map.end()
            }
            // A union of null and long knows signed numbers only.
            Value::Number(number) if number.is_u64() => match number.as_i64() {
                Some(signed) => serializer.serialize_i64(signed),
                None => Err(ser::Error::custom("a number does not fit a long")),
            },
            simple => simple.serialize(serializer),
        }
    }
}

/// An event on its way out of Avro.
pub struct Decoded {
    pub envelope: Envelope,
    pub fields: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Decoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Decoded;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record that begins with an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut record: A) -> Result<Decoded, A::Error> {
        if record.next_key::<String>()?.as_deref() != Some("envelope") {
            return Err(de::Error::missing_field("envelope"));
        }
        let envelope = record.next_value()?;
        let mut fields = object(record)?;
        fields.retain(|name, value| !(value.is_null() && PAIRS.contains(&name.as_str())));
        Ok(Decoded { envelope, fields })
    }
}

fn object<'de, A: MapAccess<'de>>(mut record: A) -> Result<Map<String, Value>, A::Error> {
    let mut fields = Map::new();
    while let Some((name, Any(value))) = record.next_entry::<String, Any>()? {
        fields.insert(name, value);
    }
    Ok(fields)
}

/// Any Avro value as JSON; bytes become base64.
struct Any(Value);

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(Self)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an Avro value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i32<E>(self, v: i32) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_bytes<E>(self, v: &[u8]) -> Result<Value, E> {
        Ok(BASE64.encode(v).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Any(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, record: A) -> Result<Value, A::Error> {
        object(record).map(Value::Object)
    }
}
