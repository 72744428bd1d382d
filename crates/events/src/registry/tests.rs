//! What keeps schemas and ids in step.

use super::*;

const V1: &str = r#"{"type": "record", "name": "Made", "namespace": "atelier.thing", "doc": "One.",
    "fields": [{"name": "a", "type": "string", "doc": "A."}, {"name": "m", "type": "atelier.Money", "doc": "M."}]}"#;
const V2: &str = r#"{"type": "record", "name": "Made", "namespace": "atelier.thing", "doc": "Two.",
    "fields": [{"name": "a", "type": "string", "doc": "A."},
               {"name": "b", "type": ["null", "string"], "default": null, "doc": "B."}]}"#;
const MONEY: &str = r#"{"type": "record", "name": "Money", "namespace": "atelier", "doc": "Some.",
    "fields": [{"name": "amount", "type": "string", "doc": "How much."}]}"#;

/// The line that `ids.lock` would need, with an id.
fn line(id: u32, version: u32, text: &str) -> String {
    let shared = shared(&[("common/Money", MONEY)]).unwrap();
    let schema = schema::inline(&serde_json::from_str(text).unwrap(), &shared);
    format!("{id} atelier.thing.Made {version} {}\n", schema::fingerprint(&schema))
}

fn load(files: &Files, ids: String) -> Result<Registry, LoadError> {
    let files: Vec<_> = files.iter().copied().chain([("common/Money", MONEY)]).collect();
    Registry::of(&files, ids.leak())
}

#[test]
fn the_files_of_this_build_and_their_ids_fit_each_other() {
    let registry = Registry::load(files::AVRO).unwrap_or_else(|error| panic!("{error}"));
    assert!(registry.by_id.len() >= 20);
    assert!(!Release::load(files::RELEASED).unwrap_or_else(|error| panic!("{error}")).is_empty());
}

#[test]
fn a_schema_without_an_id_is_told_what_line_it_needs() {
    let error = load(&[("thing/Made", V1)], String::new()).unwrap_err().to_string();
    assert!(error.contains(line(1, 1, V1).trim().trim_start_matches('1')), "{error}");
}

#[test]
fn a_changed_schema_needs_a_new_version() {
    let error = load(&[("thing/Made", V2)], line(1, 1, V1)).unwrap_err();
    assert!(matches!(error, LoadError::Changed { file: "thing/Made", .. }));
}

#[test]
fn a_changed_shared_type_is_a_changed_schema() {
    let files = [("thing/Made", V1), ("common/Money", &*MONEY.replace("amount", "sum").leak())];
    let error = Registry::of(&files, line(1, 1, V1).leak()).unwrap_err();
    assert!(matches!(error, LoadError::Changed { .. }));
}

#[test]
fn a_better_explanation_is_no_change() {
    let reworded = V1.replace("One.", "The first one.").leak();
    assert!(load(&[("thing/Made", reworded)], line(1, 1, V1)).is_ok());
}

#[test]
fn versions_live_side_by_side() {
    let files = [("thing/Made", V2), ("thing/Made.v1", V1)];
    let registry = load(&files, line(7, 1, V1) + &line(9, 2, V2)).unwrap();
    assert_eq!(registry.latest["Made"], 9);
    assert_eq!((registry.by_id[&7].version, registry.by_id[&9].version), (1, 2));
}

#[test]
fn an_old_version_may_not_be_thrown_away() {
    let error = load(&[("thing/Made", V1)], line(7, 1, V1) + &line(9, 2, V2)).unwrap_err();
    assert!(matches!(error, LoadError::NoSchema("atelier.thing.Made")));
}

#[test]
fn an_id_is_never_reused() {
    let files = [("thing/Made", V2), ("thing/Made.v1", V1)];
    let error = load(&files, line(7, 1, V1) + &line(7, 2, V2)).unwrap_err();
    assert!(matches!(error, LoadError::Twice(_)));
}

#[test]
fn a_line_that_cannot_be_read_is_an_error() {
    for text in ["1 atelier.thing.Made 1\n", "x atelier.thing.Made 1 00\n", "1 atelier.thing.Made 1 00 more\n"] {
        assert!(matches!(load(&[], text.to_owned()), Err(LoadError::BadLine(_))), "{text}");
    }
}
