//! A new version reads everything that any version before it wrote (backward transitive).

use apache_avro::Schema;
use apache_avro::schema_compatibility::SchemaCompatibility;

#[test]
fn the_newest_version_reads_all_the_older_ones() {
    for newest in events::all().filter(|contract| events::latest(contract.event_type).unwrap().id == contract.id) {
        let reader = Schema::parse_str(&newest.json).unwrap();
        for older in events::all().filter(|older| older.subject == newest.subject) {
            let writer = Schema::parse_str(&older.json).unwrap();
            SchemaCompatibility::can_read(&writer, &reader).unwrap_or_else(|e| panic!("{newest:?} and {older:?}: {e}"));
        }
    }
}

/// The check above must be able to fail.
#[test]
fn a_new_field_without_default_would_be_noticed() {
    let newest = events::latest("SessionDeleted").unwrap();
    let mut changed: serde_json::Value = serde_json::from_str(&newest.json).unwrap();
    changed["fields"].as_array_mut().unwrap().push(serde_json::json!({"name": "why", "type": "string"}));

    let (old, new) = (&newest.json, changed.to_string());
    let (old, new) = (Schema::parse_str(old).unwrap(), Schema::parse_str(&new).unwrap());
    assert!(SchemaCompatibility::can_read(&old, &new).is_err());
}
