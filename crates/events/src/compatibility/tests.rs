//! The table of changes and verdicts, each compared with another library's verdict.

use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};
use serde_json::{Value, json};

use super::find;

fn record(fields: &Value) -> Value {
    json!({"type": "record", "name": "Made", "namespace": "atelier.thing", "fields": fields})
}

/// What keeps a record with the second fields from reading one with the first.
fn change(from: &Value, to: &Value) -> Vec<String> {
    let (writer, reader) = (record(from), record(to));
    let found = find(&reader, &writer).unwrap_or_else(|error| panic!("{error}"));
    let parse = |schema: &Value| Schema::parse_str(&schema.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let theirs = SchemaCompatibility::can_read(&parse(&writer), &parse(&reader));
    assert_eq!(found.is_empty(), theirs == Ok(Compatibility::Full), "{from} to {to}: {found:?}, they say {theirs:?}");
    found.iter().map(ToString::to_string).collect()
}

fn one(field: Value) -> Value {
    json!([field])
}

fn typed(kind: Value) -> Value {
    json!([{"name": "a", "type": kind}])
}

#[test]
fn an_added_field_needs_a_default() {
    let old = typed(json!("string"));
    let new = |field: Value| json!([{"name": "a", "type": "string"}, field]);
    let found = change(&old, &new(json!({"name": "why", "type": "string"})));
    assert_eq!(found, ["field why: is new and has no default, so older records cannot be read"]);
    assert!(change(&old, &new(json!({"name": "why", "type": "string", "default": ""}))).is_empty());
    assert!(change(&old, &new(json!({"name": "why", "type": ["null", "string"], "default": null}))).is_empty());
}

#[test]
fn a_removed_field_is_skipped_with_and_without_default() {
    let both = |default: Option<&str>| {
        let mut gone = json!({"name": "gone", "type": "string"});
        default.into_iter().for_each(|text| gone["default"] = text.into());
        json!([{"name": "a", "type": "string"}, gone])
    };
    assert!(change(&both(None), &typed(json!("string"))).is_empty());
    assert!(change(&both(Some("x")), &typed(json!("string"))).is_empty());
}

#[test]
fn a_renamed_field_needs_an_alias() {
    let old = one(json!({"name": "author", "type": "string"}));
    let found = change(&old, &one(json!({"name": "by", "type": "string"})));
    assert_eq!(found, ["field by: is new and has no default, so older records cannot be read"]);
    assert!(change(&old, &one(json!({"name": "by", "type": "string", "aliases": ["author"]}))).is_empty());
    let found = change(&old, &one(json!({"name": "by", "type": "long", "aliases": ["author"]})));
    assert_eq!(found, ["field by: was string and would be read as long"]);
}

#[test]
fn types_widen_and_never_narrow() {
    let widens = [
        ("int", "long"),
        ("int", "float"),
        ("int", "double"),
        ("long", "float"),
        ("long", "double"),
        ("float", "double"),
        ("string", "bytes"),
        ("bytes", "string"),
    ];
    let all = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
    for (from, to) in all.iter().flat_map(|from| all.map(|to| (*from, to))) {
        let found = change(&typed(json!(from)), &typed(json!(to)));
        assert_eq!(found.is_empty(), from == to || widens.contains(&(from, to)), "{from} to {to}: {found:?}");
        if !found.is_empty() {
            assert_eq!(found, [format!("field a: was {from} and would be read as {to}")]);
        }
    }
}

#[test]
fn a_field_becomes_nullable_and_never_the_other_way_round() {
    let (plain, nullable) = (typed(json!("string")), typed(json!(["null", "string"])));
    assert!(change(&plain, &nullable).is_empty());
    assert_eq!(change(&nullable, &plain), ["field a: was null and would be read as string"]);
    assert!(change(&nullable, &typed(json!(["string", "null"]))).is_empty(), "the order of branches is free");
    assert!(change(&nullable, &typed(json!(["null", "string", "long"]))).is_empty());
    let found = change(&nullable, &typed(json!(["null", "long"])));
    assert_eq!(found, ["field a: string is none of what is read: null, long"]);
}

#[test]
fn symbols_are_added_and_not_removed_unless_there_is_a_default() {
    let choice = |symbols: Value| typed(json!({"type": "enum", "name": "Choice", "symbols": symbols}));
    assert!(change(&choice(json!(["A", "B"])), &choice(json!(["C", "B", "A"]))).is_empty());
    let found = change(&choice(json!(["A", "B", "C"])), &choice(json!(["A"])));
    assert_eq!(found, ["field a: the symbols B, C were removed"]);
    let rest = typed(json!({"type": "enum", "name": "Choice", "symbols": ["A"], "default": "A"}));
    assert!(change(&choice(json!(["A", "B"])), &rest).is_empty());
}

#[test]
fn a_fixed_keeps_its_length() {
    let fixed = |size: u32| typed(json!({"type": "fixed", "name": "Hash", "size": size}));
    assert!(change(&fixed(16), &fixed(16)).is_empty());
    assert_eq!(change(&fixed(16), &fixed(32)), ["field a: was 16 bytes long and is 32 now"]);
}

#[test]
fn a_problem_deep_inside_is_named_by_its_path() {
    let usage = |kind: &str| {
        let usage = json!({"type": "record", "name": "Usage", "fields": [{"name": "tokens", "type": kind}]});
        typed(json!(["null", {"type": "array", "items": {"type": "map", "values": usage}}]))
    };
    assert!(change(&usage("int"), &usage("long")).is_empty());
    assert_eq!(change(&usage("long"), &usage("int")), ["field a[]{}.tokens: was long and would be read as int"]);
}

#[test]
fn every_problem_is_named_and_not_only_the_first() {
    let old = json!([{"name": "a", "type": "long"}, {"name": "b", "type": "string"}]);
    let new = json!([{"name": "a", "type": "int"}, {"name": "b", "type": "long"}, {"name": "c", "type": "int"}]);
    assert_eq!(change(&old, &new).len(), 3);
}

#[test]
fn a_named_type_keeps_its_name_or_says_what_it_was_called() {
    let named = |name: &str| json!({"type": "record", "name": name, "fields": [{"name": "x", "type": "int"}]});
    let found = change(&typed(named("Money")), &typed(named("Price")));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("called atelier.thing.Money and is atelier.thing.Price"), "{found:?}");
    // The other library does not know aliases of types; Avro does.
    let mut price = named("Price");
    price["aliases"] = json!(["Money"]);
    assert_eq!(find(&record(&typed(price)), &record(&typed(named("Money")))), Ok(vec![]));
}

/// The other library refuses this; Avro and Java's checker do not.
#[test]
fn a_type_may_be_written_out_in_another_place() {
    let usage = json!({"type": "record", "name": "Usage", "fields": [{"name": "x", "type": "int"}]});
    let old = json!([{"name": "a", "type": usage}, {"name": "b", "type": "Usage"}]);
    let new = json!([{"name": "b", "type": usage}, {"name": "a", "type": "Usage"}]);
    assert_eq!(find(&record(&new), &record(&old)), Ok(vec![]));
}

#[test]
fn a_type_that_contains_itself_comes_to_an_end() {
    let tree =
        |kind: &str| json!([{"name": "left", "type": ["null", "Made"], "default": null}, {"name": "n", "type": kind}]);
    assert_eq!(find(&record(&tree("long")), &record(&tree("int"))), Ok(vec![]));
    let found = find(&record(&tree("int")), &record(&tree("long"))).unwrap();
    assert!(found.iter().any(|problem| problem.field == "n"), "{found:?}");
}

/// Stricter than Avro: the bytes fit, the meaning does not.
#[test]
fn a_time_keeps_its_unit() {
    let time = |unit: &str| record(&typed(json!({"type": "long", "logicalType": unit})));
    let found = find(&time("timestamp-millis"), &time("timestamp-micros")).unwrap();
    assert_eq!(
        found[0].to_string(),
        "field a: was long (timestamp-micros) and would be read as long (timestamp-millis)"
    );
}

#[test]
fn what_is_no_schema_is_an_error_that_says_why() {
    let found = |schema: Value| find(&schema, &json!("string")).unwrap_err().to_string();
    assert!(found(json!("Nowhere")).contains("Nowhere is used and not defined"));
    assert!(found(json!({"type": "record", "fields": []})).contains("has no name"));
    assert!(found(json!({"type": "record", "name": "A"})).contains("no fields"));
    assert!(found(json!(["null", "null"])).contains("twice"));
    assert!(found(json!(7)).contains("no type"));
}
