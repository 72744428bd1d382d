//! The page of promises names tests that are there.

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
