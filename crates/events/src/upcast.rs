//! Old events in today's shape: what was added has its default, what was renamed its new name, what was removed is gone.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Record, Registry, schema, value};

impl Registry {
    /// The event as the newest version of its schema has it, and that version. An event of the newest version,
    /// or of a type that is no longer known, stays as it is.
    pub fn upcast(&self, mut record: Record) -> (Record, u32) {
        let newest = self.latest(record.event_type);
        let written = self.by_id(record.schema_id).map_or(0, |contract| contract.version);
        let Some(newest) = newest.filter(|newest| newest.id != record.schema_id) else { return (record, written) };
        let schema = newest.schema_value();
        let shapes = Shapes::of(&schema);
        if let Value::Object(fields) = record.payload {
            record.payload = Value::Object(shapes.record(&schema, fields));
        }
        (record, newest.version)
    }
}

/// The records of a schema by full name, since a type is written out once and named afterwards.
struct Shapes<'a>(BTreeMap<String, &'a Value>);

impl<'a> Shapes<'a> {
    fn of(schema: &'a Value) -> Self {
        let mut shapes = Self(BTreeMap::new());
        shapes.collect(schema);
        shapes
    }

    fn collect(&mut self, part: &'a Value) {
        if let Some(name) = schema::full_name(part) {
            self.0.insert(name, part);
        }
        match part {
            Value::Object(parts) => parts.values().for_each(|part| self.collect(part)),
            Value::Array(parts) => parts.iter().for_each(|part| self.collect(part)),
            _ => {}
        }
    }

    /// The fields that the schema has, each from where it was.
    fn record(&self, schema: &Value, mut written: Map<String, Value>) -> Map<String, Value> {
        let fields = schema.get("fields").and_then(Value::as_array).into_iter().flatten();
        let fields = fields.filter(|field| field.get("name").is_some_and(|name| name != "envelope"));
        fields.filter_map(|field| self.field(field, &mut written)).collect()
    }

    fn field(&self, field: &Value, written: &mut Map<String, Value>) -> Option<(String, Value)> {
        let name = field.get("name")?.as_str()?;
        let aliases = field.get("aliases").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let found = std::iter::once(name).chain(aliases).find_map(|name| written.remove(name));
        let value = match (found, field.get("type")) {
            (Some(value), Some(kind)) => self.value(kind, value),
            (Some(value), None) => value,
            // As everywhere, an absent sealed part is not there at all.
            (None, _) if value::is_sealed_part(name) => return None,
            (None, _) => field.get("default").cloned().unwrap_or_default(),
        };
        Some((name.to_owned(), value))
    }

    fn value(&self, kind: &Value, value: Value) -> Value {
        match (kind, value) {
            (Value::Array(branches), value) if !value.is_null() => {
                let other = branches.iter().find(|branch| *branch != "null");
                other.map_or(value.clone(), |branch| self.value(branch, value))
            }
            (Value::String(name), value) => match self.0.get(name) {
                Some(shape) => self.value(shape, value),
                None => value,
            },
            (Value::Object(parts), Value::Object(fields)) if parts.contains_key("fields") => {
                Value::Object(self.record(kind, fields))
            }
            (Value::Object(parts), Value::Array(items)) => match parts.get("items") {
                Some(items_kind) => items.into_iter().map(|item| self.value(items_kind, item)).collect(),
                None => Value::Array(items),
            },
            (_, value) => value,
        }
    }
}

#[cfg(test)]
mod tests;
