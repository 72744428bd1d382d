//! One event of the log, and how it is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bus::{Partition, Topics, headers};
use events::Record;
use serde_json::{Map, Value, json};

use crate::Unreadable;

/// An event, and where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub partition: Partition,
    pub offset: i64,
    /// The place in the whole log.
    pub position: i64,
    pub record: Record,
    /// The version of the schema that the payload has the shape of: today's.
    pub read_as: u32,
    /// The sealed parts were opened: `private` and `private_files` stand in the payload.
    pub(crate) opened: bool,
}

impl Entry {
    /// Decodes a record of a domain topic, and checks that it belongs there.
    pub fn read(topics: &Topics, record: &bus::Record) -> Result<Self, Unreadable> {
        let event = events::decode(&record.payload).map_err(|error| Unreadable::undecodable(record, &error))?;
        let wrong = |reason: String| Err(Unreadable::new(record, reason));
        let aggregate = &event.envelope.aggregate_type;
        let subject = events::by_id(event.schema_id).map_or("", |contract| contract.subject);
        if topics.of_aggregate(aggregate).as_deref() != Some(record.topic()) {
            return wrong(format!("a record of subject {subject} does not belong on this topic"));
        }
        if record.headers.get(headers::EVENT_TYPE).is_some_and(|name| name != event.event_type) {
            return wrong(format!("the header event-type is not that of the record's subject {subject}"));
        }
        if record.key_text() != event.envelope.aggregate_id {
            return wrong(format!("the key is not the aggregate {}", event.envelope.aggregate_id));
        }
        let Some(position) = record.headers.position() else {
            return wrong("the header position is missing, so the relay did not write it".to_owned());
        };
        let (event, read_as) = events::registry().upcast(event);
        let (partition, offset) = (record.partition.clone(), record.offset);
        Ok(Self { partition, offset, position, record: event, read_as, opened: false })
    }

    /// The version of the schema it was written with.
    pub fn version(&self) -> u32 {
        events::by_id(self.record.schema_id).map_or(0, |contract| contract.version)
    }

    /// One flat JSON object; what is sealed is shown as sealed.
    pub fn to_json(&self) -> Value {
        let envelope = &self.record.envelope;
        json!({
            "position": self.position,
            "event_type": self.record.event_type,
            "version": self.version(),
            "read_as": self.read_as,
            "schema_id": self.record.schema_id,
            "event_id": envelope.event_id,
            "tenant_id": envelope.tenant_id,
            "aggregate_type": envelope.aggregate_type,
            "aggregate_id": envelope.aggregate_id,
            "sequence": envelope.sequence,
            "occurred_at": envelope.occurred_at,
            "actor": envelope.actor,
            "correlation_id": envelope.correlation_id,
            "causation_id": envelope.causation_id,
            "data": self.data(),
            "topic": &*self.partition.topic,
            "partition": self.partition.number,
            "offset": self.offset,
        })
    }

    /// The payload as people see it.
    pub fn data(&self) -> Value {
        let mut data = self.record.payload.clone();
        if let (false, Some(fields)) = (self.opened, data.as_object_mut()) {
            PARTS.iter().for_each(|part| cover(fields, *part));
        }
        data
    }
}

/// The clear name, the sealed one, and its key.
pub const PARTS: [(&str, &str, &str); 2] =
    [("private", "sealed", "key_id"), ("private_files", "sealed_files", "files_key_id")];

/// In place of sealed bytes: that there are some, how many, and whose key opens them.
fn cover(fields: &mut Map<String, Value>, (clear, sealed, key_id): (&str, &str, &str)) {
    let (Some(bytes), key_id) = (fields.remove(sealed), fields.remove(key_id)) else { return };
    let length = bytes.as_str().map(|text| STANDARD.decode(text).map_or(0, |bytes| bytes.len()));
    fields.insert(clear.to_owned(), json!({ "sealed": true, "bytes": length, "key_id": key_id }));
}
