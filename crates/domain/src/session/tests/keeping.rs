//! Opening, renaming, deleting.

use super::story::{NOBODY, ask, nothing, story};
use crate::session::*;
use crate::{Aggregate as _, KeyOwners, ProjectId, Rejection};

#[test]
fn someone_opens_a_session() {
    let s = story();
    let title = Title { title: "A shop".to_owned() };
    let opened =
        SessionOpened { session_id: s.session_id, project_id: s.project_id, owner: s.ada, private: Some(title) };
    nothing().when(s.open()).then([opened.into()]);
}

#[test]
fn opening_twice_changes_nothing_even_when_it_is_deleted_meanwhile() {
    let s = story();
    s.opened().when(s.open()).then_nothing();
    s.deleted().when(s.open()).then_nothing();
}

#[test]
fn a_session_is_not_opened_over_another() {
    let s = story();
    let elsewhere = Command::Open {
        session_id: s.session_id,
        project_id: ProjectId::generate(),
        owner: s.mallory,
        title: String::new(),
    };
    s.opened().when(elsewhere).then_rejected(Rejection::AlreadyExists);
}

#[test]
fn a_title_has_an_end() {
    let s = story();
    let too_long = Rejection::TooLong { length: MAX_TITLE + 1, limit: MAX_TITLE };
    let title = "ä".repeat(MAX_TITLE + 1);
    s.opened().when(s.rename(s.ada, &title)).then_rejected(too_long.clone());
    let open = Command::Open { session_id: s.session_id, project_id: s.project_id, owner: s.ada, title };
    nothing().when(open).then_rejected(too_long);
    s.opened().and(s.rename(s.ada, &"ä".repeat(MAX_TITLE)));
}

#[test]
fn a_session_is_renamed_and_the_event_knows_the_old_title() {
    let s = story();
    let change = TitleChange { old: "A shop".to_owned(), new: "A store".to_owned() };
    let renamed = SessionRenamed { session_id: s.session_id, private: Some(change) };
    s.opened().when(s.rename(s.ada, "A store")).then([renamed.into()]);
}

#[test]
fn the_same_title_again_changes_nothing() {
    let s = story();
    s.opened().when(s.rename(s.ada, "A shop")).then_nothing();
    s.opened().and(s.rename(s.ada, "B")).when(s.rename(s.ada, "B")).then_nothing();
}

#[test]
fn a_title_is_required() {
    let s = story();
    s.opened().when(s.rename(s.ada, " \n")).then_rejected(Rejection::Required("title"));
}

#[test]
fn nobody_renames_or_deletes_a_stranger_s_session() {
    let s = story();
    s.opened().when(s.rename(s.mallory, "Mine")).then_rejected(Rejection::NotYours);
    s.opened().when(Command::Delete { by: s.mallory }).then_rejected(Rejection::NotYours);
    s.deleted().when(Command::Delete { by: s.mallory }).then_rejected(Rejection::NotYours);
}

#[test]
fn what_is_not_there_cannot_change() {
    let s = story();
    nothing().when(s.rename(s.ada, "B")).then_rejected(NOBODY);
    nothing().when(Command::Delete { by: s.ada }).then_rejected(NOBODY);
    s.deleted().when(s.rename(s.ada, "B")).then_rejected(NOBODY);
}

#[test]
fn a_session_is_deleted_once() {
    let s = story();
    s.opened().when(Command::Delete { by: s.ada }).then([s.deleted_event()]);
    s.deleted().when(Command::Delete { by: s.ada }).then_nothing();
}

#[test]
fn deleting_cancels_what_waits_and_stops_what_runs() {
    let s = story();
    let (running, second, third) = (ask(), ask(), ask());
    s.started(running).and(s.post(second)).and(s.post(third)).when(Command::Delete { by: s.ada }).then([
        s.cancelled(second, 0),
        s.cancelled(third, 0),
        s.cancellation(running, 1),
        s.deleted_event(),
    ]);
}

#[test]
fn deleting_ends_an_answer_that_no_worker_has() {
    let s = story();
    let first = ask();
    s.asked(first).when(Command::Delete { by: s.ada }).then([s.cancelled(first, 0), s.deleted_event()]);
}

#[test]
fn deleting_does_not_ask_a_stopping_answer_again() {
    let s = story();
    s.cancelling(ask()).when(Command::Delete { by: s.ada }).then([s.deleted_event()]);
}

#[test]
fn an_erased_title_still_replays() {
    let s = story();
    let past = [
        SessionOpened { session_id: s.session_id, project_id: s.project_id, owner: s.ada, private: None }.into(),
        SessionRenamed { session_id: s.session_id, private: None }.into(),
    ];
    let state = crate::given::Given::<Session>::events(past).state();
    assert_eq!(state.title, "");
    assert_eq!(state.owners(), Some(KeyOwners { texts: s.ada.into(), project: Some(s.project_id) }));
    assert_eq!(Session::default().owners(), None);
}
