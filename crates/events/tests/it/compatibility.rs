//! What was released is read for ever: today's schemas against every release, and proof that this can fail.

use std::fs;
use std::path::{Path, PathBuf};

use events::{Folder, LoadError, check};
use tempfile::TempDir;

const RELEASE: &str = "0.1.0";

/// An incompatible change of a schema fails here, with the field and the reason.
#[test]
fn the_schemas_of_this_build_read_everything_that_was_released() {
    let problems: Vec<_> = check(events::registry(), events::releases()).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn the_folder_says_the_same_as_the_build() {
    let folder = Folder::read(&schemas()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(folder.registry.all().count(), events::all().count());
    assert_eq!(check(&folder.registry, &folder.releases), []);
}

#[test]
fn a_release_is_frozen_as_it_stands_there() {
    let release = events::releases().iter().find(|release| release.name == RELEASE).unwrap();
    for (name, text) in events::freeze(events::all().filter(|contract| release.has(contract))) {
        let file = schemas().join("released").join(RELEASE).join(&name);
        let frozen = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let meaning = |text: &str| serde_json::from_str(text).map(|schema| events::fingerprint(&schema)).ok();
        assert_eq!(meaning(&text), meaning(&frozen), "{name}");
    }
}

#[test]
fn a_new_field_without_default_is_refused_with_its_name() {
    let copy = copied();
    let text = add(&copy, r#"{"name": "why", "type": "string", "doc": "Why it was deleted."}"#);
    new_version(&copy, &text);
    let problems = problems(&copy);
    assert_eq!(
        problems,
        [format!(
            "atelier.session.SessionDeleted v2 cannot read v1 of release {RELEASE}: \
             field why: is new and has no default, so older records cannot be read"
        )]
    );
}

#[test]
fn a_nullable_field_is_welcome() {
    let copy = copied();
    let field = r#"{"name": "why", "type": ["null", "string"], "default": null, "doc": "Why it was deleted."}"#;
    let text = add(&copy, field);
    new_version(&copy, &text);
    assert_eq!(problems(&copy), [""; 0]);
}

#[test]
fn a_released_version_is_not_changed_in_its_place() {
    let copy = copied();
    let text = add(&copy, r#"{"name": "why", "type": ["null", "string"], "default": null, "doc": "Why."}"#);
    fs::write(deleted(&copy), text).unwrap();
    let line = told(&copy);
    let ids = fs::read_to_string(ids(&copy)).unwrap();
    let kept: Vec<_> = ids.lines().filter(|line| !line.contains("SessionDeleted")).collect();
    fs::write(self::ids(&copy), kept.join("\n") + "\n8 " + &line + "\n").unwrap();

    let problems = problems(&copy);
    assert!(problems[0].contains("release 0.1.0 gave it id 8"), "{problems:?}");
}

#[test]
fn a_release_is_not_edited_afterwards() {
    let copy = copied();
    let file = copy.path().join("released").join(RELEASE).join("atelier.session.SessionDeleted.v1.avsc");
    let text = fs::read_to_string(&file).unwrap().replace("\"session_id\"", "\"session\"");
    fs::write(&file, text).unwrap();
    assert!(matches!(Folder::read(copy.path()), Err(LoadError::Edited { .. })));

    fs::remove_file(&file).unwrap();
    let error = Folder::read(copy.path()).err().unwrap().to_string();
    assert!(error.contains("release 0.1.0 has no file atelier.session.SessionDeleted.v1.avsc"), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Folder::read(Path::new("/nowhere/schemas")).err().unwrap().to_string();
    assert!(error.contains("/nowhere/schemas"), "{error}");
}

fn schemas() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn problems(copy: &TempDir) -> Vec<String> {
    let folder = Folder::read(copy.path()).unwrap_or_else(|error| panic!("{error}"));
    check(&folder.registry, &folder.releases).iter().map(ToString::to_string).collect()
}

fn copied() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&schemas(), copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

fn deleted(copy: &TempDir) -> PathBuf {
    copy.path().join("avro/session/SessionDeleted.avsc")
}

fn ids(copy: &TempDir) -> PathBuf {
    copy.path().join("avro/ids.lock")
}

/// The schema with one more field.
fn add(copy: &TempDir, field: &str) -> String {
    let mut schema: serde_json::Value = serde_json::from_str(&fs::read_to_string(deleted(copy)).unwrap()).unwrap();
    schema["fields"].as_array_mut().unwrap().push(serde_json::from_str(field).unwrap());
    schema.to_string()
}

/// As a developer makes one: the old file stays as `.v1`, and the line is the one that the error asks for.
fn new_version(copy: &TempDir, text: &str) {
    let old = deleted(copy);
    fs::rename(&old, old.with_file_name("SessionDeleted.v1.avsc")).unwrap();
    fs::write(&old, text).unwrap();
    let line = told(copy);
    let before = fs::read_to_string(ids(copy)).unwrap();
    fs::write(ids(copy), format!("{before}9001 {line}\n")).unwrap();
}

/// The line that `ids.lock` needs, without its id, as the error says it.
fn told(copy: &TempDir) -> String {
    let error = Folder::read(copy.path()).err().expect("a changed schema has no line").to_string();
    let line = error.split_once("<id> ").unwrap_or_else(|| panic!("{error}")).1;
    line.to_owned()
}
