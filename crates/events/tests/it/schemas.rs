//! The schema files as documents.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::samples;

#[test]
fn every_record_and_every_field_says_what_it_is() {
    for contract in events::all() {
        let schema: Value = serde_json::from_str(&contract.json).unwrap();
        let mut named = 0;
        visit(&schema, &mut |part| {
            if part.get("name").is_some() {
                named += 1;
                assert!(part["doc"].as_str().is_some_and(|doc| doc.len() > 5), "{contract:?}: {}", part["name"]);
            }
        });
        assert!(named > 2, "{contract:?}");
    }
}

#[test]
fn every_schema_stands_alone() {
    for contract in events::all() {
        let (mut defined, mut used) = (BTreeSet::new(), BTreeSet::new());
        let schema: Value = serde_json::from_str(&contract.json).unwrap();
        visit(&schema, &mut |part| {
            if let (Some(name), Some(space)) = (part["name"].as_str(), part["namespace"].as_str()) {
                defined.insert(format!("{space}.{name}"));
            }
            let branches = part["type"].as_array().cloned().unwrap_or_else(|| vec![part["type"].clone()]);
            used.extend(branches.iter().filter_map(Value::as_str).filter(|name| name.contains('.')).map(str::to_owned));
        });
        assert!(used.is_subset(&defined), "{contract:?} uses {used:?} but defines {defined:?}");
        assert!(defined.contains(contract.subject));
    }
}

#[test]
fn an_event_begins_with_its_envelope_and_nothing_else_has_one() {
    for contract in events::all() {
        let schema: Value = serde_json::from_str(&contract.json).unwrap();
        let first = &schema["fields"][0];
        assert_eq!(first["name"] == "envelope", contract.is_event(), "{contract:?}");
        assert_eq!(contract.subject, format!("atelier.{}.{}", contract.aggregate, contract.event_type));
    }
}

#[test]
fn nullable_fields_default_to_null() {
    for contract in events::all() {
        let schema: Value = serde_json::from_str(&contract.json).unwrap();
        visit(&schema, &mut |part| {
            if part["type"].is_array() {
                assert_eq!(part["type"][0], "null", "{contract:?}: {}", part["name"]);
                assert_eq!(part.get("default"), Some(&Value::Null), "{contract:?}: {}", part["name"]);
            }
        });
    }
}

/// What the roundtrip says about values, said about names.
#[test]
fn struct_and_schema_have_the_same_fields() {
    for sample in samples::all().into_iter().filter(|sample| !sample.bare) {
        let schema: Value = serde_json::from_str(&sample.contract().json).unwrap();
        let mut fields: Vec<_> =
            schema["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fields.remove(0), "envelope");
        fields.sort();
        assert_eq!(fields, samples::names(sample.sealed.as_object().unwrap()), "{}", sample.event_type);
    }
}

fn visit(part: &Value, see: &mut impl FnMut(&Value)) {
    match part {
        Value::Object(parts) => {
            see(part);
            parts.values().for_each(|part| visit(part, see));
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}
