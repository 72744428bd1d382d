//! The page of promises names tests that are there; and what can be read off the sources.

use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../../docs/security.md");

#[test]
fn every_named_test_exists() {
    let mut sources = String::new();
    read(&PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &mut sources);
    let names =
        PAGE.split('`').skip(1).step_by(2).filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    let tests: Vec<_> = names.filter(|name| name.len() > 12).collect();
    assert!(tests.len() > 50, "the page names {} tests", tests.len());
    let missing: Vec<_> = tests.into_iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "there is no {missing:?}");
    let stories = PAGE.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    let missing: Vec<_> = stories.filter(|story| !sources.contains(&format!("(\"{story}\""))).collect();
    assert!(missing.is_empty(), "there is no story {missing:?}");
}

fn read(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_str().unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules", "out"].contains(&name) {
            read(&path, sources);
        } else if [".rs", ".mjs", ".ts"].iter().any(|end| name.ends_with(end)) {
            sources.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Where what people say arrives.
const HEARING: [&str; 8] = [
    "services/auth/src",
    "services/command/src",
    "services/gateway/src",
    "services/edge/src",
    "services/generation/src",
    "crates/store/src",
    "crates/keys/src",
    "projections/src",
];
const SQL: [&str; 7] = ["select ", "insert into ", "update ", "delete from ", "with ", "begin", "set "];
/// Tables of ours, and ids that are nothing but a prefix and a UUID by their types.
const OURS: [&str; 3] = ["table", "tenant", "user"];

/// SQL that is put together holds constants, tables of ours and typed ids; everything else is a bound parameter.
#[test]
fn no_value_is_written_into_sql() {
    let mut sources = String::new();
    for folder in HEARING {
        read(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder), &mut sources);
    }
    let texts = sources.split("format!(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
    let sql = texts.filter(|text| SQL.iter().any(|verb| text.trim_start().starts_with(verb)));
    let written: Vec<&str> = sql.flat_map(|text| values(text.split('"').next().unwrap_or_default())).collect();
    assert!(written.len() > 20, "there are {} places to look at", written.len());
    let constant = |value: &str| !value.is_empty() && value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let parts = |value: &&str| value.is_empty(); // two statements of ours, put together: none of them has a value
    let strange: Vec<_> =
        written.into_iter().filter(|value| !constant(value) && !OURS.contains(value) && !parts(value)).collect();
    assert!(strange.is_empty(), "{strange:?} may be what somebody typed: bind it");
}

/// What stands in braces.
fn values(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}
