//! An event of the first version, written as bytes, read after the schema has changed.

use domain::{EventId, TenantId};
use serde_json::{Value, json};

use crate::folder::File;
use crate::{Contract, Envelope, Record, Registry, frame, value};

const V1: &str = r#"{"type": "record", "name": "Made", "namespace": "atelier.thing", "fields": [
    {"name": "envelope", "type": "atelier.Envelope"},
    {"name": "maker", "type": "string"},
    {"name": "weight", "type": "int"},
    {"name": "colour", "type": "string"},
    {"name": "parts", "type": {"type": "array", "items":
        {"type": "record", "name": "Part", "namespace": "atelier.thing", "fields": [{"name": "size", "type": "int"}]}}},
    {"name": "sealed", "type": ["null", "bytes"], "default": null},
    {"name": "key_id", "type": ["null", "string"], "default": null}]}"#;

/// Renamed: maker. Removed: colour. Added: owner, and unit in every part. Widened: weight.
const V2: &str = r#"{"type": "record", "name": "Made", "namespace": "atelier.thing", "fields": [
    {"name": "envelope", "type": "atelier.Envelope"},
    {"name": "made_by", "type": "string", "aliases": ["maker"]},
    {"name": "weight", "type": "long"},
    {"name": "owner", "type": ["null", "string"], "default": null},
    {"name": "parts", "type": {"type": "array", "items":
        {"type": "record", "name": "Part", "namespace": "atelier.thing", "fields": [
            {"name": "size", "type": "int"}, {"name": "unit", "type": "string", "default": "mm"}]}}},
    {"name": "sealed", "type": ["null", "bytes"], "default": null},
    {"name": "key_id", "type": ["null", "string"], "default": null}]}"#;

/// The contracts as a build would have them, with the lines that the error asks for.
fn registry(files: &[File]) -> &'static Registry {
    let envelope = ("common/Envelope", include_str!("../../../../schemas/avro/common/Envelope.avsc"));
    let files: Vec<_> = files.iter().copied().chain([envelope]).collect();
    let mut ids = String::new();
    for id in 1..10 {
        match Registry::of(&files, ids.clone().leak()) {
            Ok(registry) => return Box::leak(Box::new(registry)),
            Err(error) => {
                let error = error.to_string();
                ids.push_str(&format!("{id} {}\n", error.split_once("<id> ").unwrap_or_else(|| panic!("{error}")).1));
            }
        }
    }
    panic!("no end of missing lines: {ids}")
}

fn envelope() -> Envelope {
    Envelope {
        event_id: EventId::generate(),
        tenant_id: TenantId::generate(),
        aggregate_type: "thing".to_owned(),
        aggregate_id: "thing-1".to_owned(),
        sequence: 1,
        occurred_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        actor: "someone".to_owned(),
        correlation_id: "req-1".to_owned(),
        causation_id: None,
    }
}

fn there_and_back(contract: &'static Contract, payload: &Value) -> Record {
    let framed = contract.encode(&envelope(), payload).unwrap();
    let decoded: value::Decoded = frame::read(contract, &framed[5..]).unwrap();
    Record {
        schema_id: contract.id,
        event_type: contract.event_type,
        envelope: decoded.envelope,
        payload: Value::Object(decoded.fields),
    }
}

#[test]
fn an_old_event_is_read_in_todays_shape() {
    let registry = registry(&[("thing/Made", V2), ("thing/Made.v1", V1)]);
    let first = registry.versions("atelier.thing.Made")[0];
    let payload = json!({"maker": "Ada", "weight": 3, "colour": "red", "parts": [{"size": 1}, {"size": 2}]});
    let (record, version) = registry.upcast(there_and_back(first, &payload));
    assert_eq!(version, 2);
    assert_eq!(record.schema_id, first.id, "what it was written with stays visible");
    assert_eq!(
        record.payload,
        json!({
            "made_by": "Ada", "weight": 3, "owner": null,
            "parts": [{"size": 1, "unit": "mm"}, {"size": 2, "unit": "mm"}],
        })
    );
    // And today's schema takes it: nothing is missing and nothing is too much.
    let newest = registry.latest("Made").unwrap();
    assert_eq!(there_and_back(newest, &record.payload).payload, record.payload);
}

#[test]
fn sealed_parts_are_carried_over_untouched() {
    let registry = registry(&[("thing/Made", V2), ("thing/Made.v1", V1)]);
    let first = registry.versions("atelier.thing.Made")[0];
    let payload = json!({
        "maker": "Ada", "weight": 3, "colour": "red", "parts": [], "sealed": "AAEC", "key_id": "key-1",
    });
    let (record, _) = registry.upcast(there_and_back(first, &payload));
    assert_eq!((&record.payload["sealed"], &record.payload["key_id"]), (&json!("AAEC"), &json!("key-1")));
}

#[test]
fn an_event_of_today_stays_as_it_is() {
    let registry = registry(&[("thing/Made", V1)]);
    let contract = registry.latest("Made").unwrap();
    let payload = json!({"maker": "Ada", "weight": 3, "colour": "red", "parts": []});
    let (record, version) = registry.upcast(there_and_back(contract, &payload));
    assert_eq!((record.payload, version), (payload, 1));
}
