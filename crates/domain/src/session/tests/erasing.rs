//! What is left of a conversation whose person was erased.

use super::story::{NOBODY, ask, complete, end_cancelled, file, nothing, story};
use crate::session::*;
use crate::{Aggregate as _, KeyOwners, Rejection, UserId};

impl super::story::Story {
    fn erase(&self, to: Option<UserId>) -> Command {
        Command::ErasePerson { person: self.ada, to }
    }

    fn erased(&self, to: Option<UserId>) -> Event {
        SessionErased { session_id: self.session_id, person: self.ada, to }.into()
    }
}

#[test]
fn a_conversation_goes_to_somebody_else_without_its_texts() {
    let (s, a) = (story(), ask());
    let to = Some(s.mallory);
    s.completed(a).when(s.erase(to)).then([s.erased(to)]);
    let after = s.completed(a).and(s.erase(to));
    let state = after.state();
    assert_eq!((state.title.as_str(), state.head, state.deleted), ("", 1, false));
    assert_eq!(state.owners(), Some(KeyOwners { texts: s.mallory.into(), project: Some(s.project_id) }));
}

#[test]
fn the_new_owner_goes_on_and_the_erased_one_is_a_stranger() {
    let (s, a, b) = (story(), ask(), ask());
    let handed_over = || s.completed(a).and(s.erase(Some(s.mallory)));
    handed_over().when(s.post(b)).then_rejected(Rejection::NotYours);
    handed_over().and(s.post_as(s.mallory, b, "Go on", Some(1))).and(s.start(b));
}

#[test]
fn without_an_heir_it_is_gone_with_its_files() {
    let (s, a) = (story(), ask());
    s.completed(a).when(s.erase(None)).then([s.erased(None)]);
    let state = s.completed(a).and(s.erase(None)).state();
    assert!(state.deleted && state.erased);
    s.completed(a).and(s.erase(None)).when(s.post(ask())).then_rejected(NOBODY);
}

#[test]
fn what_was_deleted_before_is_erased_whoever_would_have_it() {
    let s = story();
    s.deleted().when(s.erase(Some(s.mallory))).then([s.erased(None)]);
}

#[test]
fn erasing_twice_changes_nothing() {
    let s = story();
    for to in [None, Some(s.mallory)] {
        s.opened().and(s.erase(to)).when(s.erase(to)).then_nothing();
    }
}

#[test]
fn another_s_conversation_is_left_alone_and_nobody_s_is_not_there() {
    let s = story();
    let stranger = Command::ErasePerson { person: s.mallory, to: None };
    s.opened().when(stranger.clone()).then_nothing();
    nothing().when(stranger).then_rejected(NOBODY);
}

#[test]
fn answers_end_at_once_and_the_worker_is_told_to_stop() {
    let (s, a, b) = (story(), ask(), ask());
    let busy = s.started(a).and(s.post(b));
    busy.when(s.erase(None)).then([s.cancelled(b, 0), s.cancellation(a, 1), s.cancelled(a, 1), s.erased(None)]);
    s.asked(a).when(s.erase(None)).then([s.cancelled(a, 0), s.erased(None)]);
    s.cancelling(a).when(s.erase(None)).then([s.cancelled(a, 1), s.erased(None)]);
}

#[test]
fn what_the_worker_says_after_that_is_refused() {
    let (s, a) = (story(), ask());
    for late in [complete(a, 1, vec![file("a")]), end_cancelled(a, 1, vec![])] {
        s.started(a).and(s.erase(Some(s.mallory))).when(late).then_rejected(Rejection::GenerationOver);
    }
}
