//! Schema files as self-contained schemas, and the digest that tells one from another.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{SHA256, digest};
use serde_json::Value;

/// Named types that several schemas share, by full name.
pub type Shared = BTreeMap<String, Value>;

/// `namespace.Name` of a record.
pub fn full_name(schema: &Value) -> Option<String> {
    Some(format!("{}.{}", schema.get("namespace")?.as_str()?, schema.get("name")?.as_str()?))
}

/// The schema with every shared type written out where it is first used, as Avro wants it.
pub fn inline(schema: &Value, shared: &Shared) -> Value {
    inline_once(schema, shared, &mut BTreeSet::new())
}

fn inline_once(schema: &Value, shared: &Shared, seen: &mut BTreeSet<String>) -> Value {
    match schema {
        Value::String(name) => match shared.get(name) {
            Some(definition) if seen.insert(name.clone()) => inline_once(definition, shared, seen),
            _ => schema.clone(),
        },
        Value::Array(branches) => branches.iter().map(|branch| inline_once(branch, shared, seen)).collect(),
        Value::Object(parts) => {
            let mut inlined = parts.clone();
            for (key, part) in &mut inlined {
                if matches!(key.as_str(), "type" | "items" | "values" | "fields") {
                    *part = inline_once(part, shared, seen);
                }
            }
            Value::Object(inlined)
        }
        simple => simple.clone(),
    }
}

/// SHA-256 (hex) of all that has a meaning for readers: everything but `doc`, in one fixed order of keys.
pub fn fingerprint(schema: &Value) -> String {
    let mut canonical = String::new();
    canonicalise(schema, &mut canonical);
    hex::encode(digest(&SHA256, canonical.as_bytes()))
}

fn canonicalise(value: &Value, text: &mut String) {
    match value {
        Value::Object(parts) => {
            let parts: BTreeMap<_, _> = parts.iter().filter(|(key, _)| *key != "doc").collect();
            text.push('{');
            for (key, part) in parts {
                text.push_str(key);
                text.push(':');
                canonicalise(part, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonicalise(item, text);
                text.push(',');
            }
            text.push(']');
        }
        simple => text.push_str(&simple.to_string()),
    }
}
