//! The files at every version.

use super::story::{ask, complete, fail, file, story};
use crate::given::Given;
use crate::session::*;
use crate::{FileChange, FileOp};

fn fold(past: &Given<Session>) -> Versions {
    let mut versions = Versions::default();
    past.past().iter().for_each(|event| versions.apply(event));
    versions
}

fn change(op: FileOp, path: &str, content: Option<&str>, from: Option<&str>) -> FileChange {
    let text = |text: &str| text.to_owned();
    FileChange { path: text(path), op, content: content.map(text), sha256: None, from: from.map(text) }
}

fn paths(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(path, content)| (path.as_str(), content.as_str())).collect()
}

#[test]
fn every_change_makes_a_version_and_the_old_ones_stay() {
    let s = story();
    let changes = vec![change(FileOp::Patch, "a", Some("new"), None), change(FileOp::Create, "b", Some("b"), None)];
    let versions = fold(&s.completed(ask()).and(s.import(1, changes)));
    assert_eq!(paths(versions.at(1).unwrap()), [("a", "xxxxx")]);
    assert_eq!(paths(versions.at(2).unwrap()), [("a", "new"), ("b", "b")]);
    assert_eq!((versions.count(), versions.head()), (2, versions.at(2).unwrap().clone()));
    assert_eq!((versions.at(0), versions.at(3)), (None, None));
}

#[test]
fn files_move_and_go() {
    let s = story();
    let changes = vec![
        change(FileOp::Rename, "b", None, Some("a")),
        change(FileOp::Create, "c", Some("c"), None),
        change(FileOp::Rename, "d", Some("changed on the way"), Some("c")),
        change(FileOp::Delete, "e", None, None),
    ];
    let versions = fold(&s.opened().and(s.import(0, vec![file("a"), file("e")])).and(s.import(1, changes)));
    assert_eq!(paths(&versions.head()), [("b", "xxxxx"), ("d", "changed on the way")]);
}

#[test]
fn what_a_failed_answer_finished_is_kept_and_an_answer_without_files_makes_no_version() {
    let s = story();
    let (first, second) = (ask(), ask());
    let past = s.started(first).and(fail(first, 1, vec![file("a")]));
    let past = past.and(s.post(second)).and(s.start(second)).and(complete(second, 1, vec![]));
    assert_eq!(fold(&past).count(), 1);
    assert_eq!(past.state().head, 1);
}

#[test]
fn a_restored_version_is_a_new_one() {
    let s = story();
    let past = s.opened().and(s.import(0, vec![file("a")])).and(s.import(1, vec![file("b")])).and(s.restore(1));
    let versions = fold(&past);
    assert_eq!((versions.count(), versions.at(3)), (3, versions.at(1)));
}

#[test]
fn erased_files_leave_their_number() {
    let s = story();
    let erased = FilesImported { session_id: s.session_id, by: s.ada, base_version: 0, number: 1, private_files: None };
    let past = Given::<Session>::events([erased.into()]);
    assert_eq!(fold(&past).at(1), Some(&Files::new()));
}
