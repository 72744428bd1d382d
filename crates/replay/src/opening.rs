//! The sealed parts in the clear, for those who hold the keys.

use keys::Keys;
use serde_json::{Map, Value, json};

use crate::entry::PARTS;
use crate::{Entry, Error};

/// Opens what is sealed in all of them, with one question for their keys. What was erased says so.
pub async fn open_all(keys: &Keys, entries: &mut [Entry]) -> Result<(), Error> {
    let sealed: Vec<_> = entries.iter().map(|entry| sealed_parts(&entry.record.payload)).collect();
    let payloads = entries.iter_mut().map(|entry| {
        let context = entry.record.envelope.aggregate_id.as_str();
        (&mut entry.record.payload, context)
    });
    keys.open_many(payloads).await?;
    for (entry, sealed) in entries.iter_mut().zip(sealed) {
        entry.opened = true;
        entry.record.payload.as_object_mut().into_iter().for_each(|fields| mark_erased(fields, &sealed));
    }
    Ok(())
}

/// The clear names of the parts that are there.
fn sealed_parts(payload: &Value) -> Vec<&'static str> {
    PARTS.iter().filter(|(_, sealed, _)| payload.get(sealed).is_some_and(Value::is_string)).map(|part| part.0).collect()
}

fn mark_erased(fields: &mut Map<String, Value>, sealed: &[&str]) {
    for name in sealed {
        if fields.get(*name).is_none_or(Value::is_null) {
            fields.insert((*name).to_owned(), json!({ "erased": true }));
        }
    }
}
