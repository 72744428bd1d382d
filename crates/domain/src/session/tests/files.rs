//! Versions that people make.

use super::story::{NOBODY, ask, complete, file, nothing, sized_file, story};
use crate::session::*;
use crate::{MAX_FILE_BYTES, Rejection};

#[test]
fn changed_files_come_back_in_as_a_version() {
    let s = story();
    let imported = |base_version, number| FilesImported {
        session_id: s.session_id,
        by: s.ada,
        base_version,
        number,
        private_files: Some(vec![file("a")]),
    };
    s.opened().when(s.import(0, vec![file("a")])).then([imported(0, 1).into()]);
    let once = s.opened().and(s.import(0, vec![file("b")]));
    once.when(s.import(1, vec![file("a")])).then([imported(1, 2).into()]);
}

#[test]
fn an_import_on_old_files_is_refused_so_a_repeat_is_too() {
    let s = story();
    let once = s.opened().and(s.import(0, vec![file("a")]));
    once.when(s.import(0, vec![file("a")])).then_rejected(Rejection::StaleBase { base: 0, head: 1 });
    s.opened().when(s.import(1, vec![file("a")])).then_rejected(Rejection::StaleBase { base: 1, head: 0 });
}

#[test]
fn an_import_has_files_but_not_too_many_nor_too_large() {
    let s = story();
    let count = || Rejection::InvalidFile(format!("an import carries 1 to {MAX_IMPORT_FILES} files"));
    s.opened().when(s.import(0, vec![])).then_rejected(count());
    s.opened().when(s.import(0, vec![file("a"); MAX_IMPORT_FILES + 1])).then_rejected(count());
    let size = Rejection::InvalidFile(format!("big is larger than {MAX_FILE_BYTES} bytes"));
    s.opened().when(s.import(0, vec![sized_file("big", MAX_FILE_BYTES + 1)])).then_rejected(size);
}

#[test]
fn an_answer_under_way_goes_on_from_what_was_imported() {
    let s = story();
    let first = ask();
    let done = s.completed_event(first, 1, Some(2), vec![file("b")]);
    let imported = s.started(first).and(s.import(0, vec![file("a")]));
    imported.when(complete(first, 1, vec![file("b")])).then([done]);
}

#[test]
fn an_old_version_is_restored_as_a_new_one() {
    let s = story();
    let two = || s.opened().and(s.import(0, vec![file("a")])).and(s.import(1, vec![file("b")]));
    let restored = VersionRestored { session_id: s.session_id, by: s.ada, old: 2, restored: 1, number: 3 };
    two().when(s.restore(1)).then([restored.into()]);
    assert_eq!(two().when(s.restore(1)).then_state().head, 3);
}

#[test]
fn restoring_what_is_there_changes_nothing() {
    let s = story();
    s.opened().and(s.import(0, vec![file("a")])).when(s.restore(1)).then_nothing();
}

#[test]
fn there_is_no_version_beyond_the_newest_nor_before_the_first() {
    let s = story();
    for version in [0, 2, u32::MAX] {
        let one = s.opened().and(s.import(0, vec![file("a")]));
        one.when(s.restore(version)).then_rejected(Rejection::UnknownVersion(version));
    }
}

#[test]
fn nobody_changes_a_stranger_s_files_nor_those_of_nothing() {
    let s = story();
    let import = |by| Command::Import { by, base_version: 0, changes: vec![file("a")] };
    let restore = |by| Command::Restore { by, version: 1 };
    s.opened().when(import(s.mallory)).then_rejected(Rejection::NotYours);
    s.opened().when(restore(s.mallory)).then_rejected(Rejection::NotYours);
    nothing().when(import(s.ada)).then_rejected(NOBODY);
    nothing().when(restore(s.ada)).then_rejected(NOBODY);
    s.deleted().when(import(s.ada)).then_rejected(NOBODY);
    s.deleted().when(restore(s.ada)).then_rejected(NOBODY);
}
