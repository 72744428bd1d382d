//! Workers take answers on, lose them and give them back.

use super::story::{NOBODY, abandon, ask, complete, nothing, story, usage};
use crate::session::*;
use crate::{GenerationId, Rejection, Usage, WorkerId};

#[test]
fn a_worker_takes_an_answer_on() {
    let s = story();
    let first = ask();
    s.asked(first).when(s.start(first)).then([s.started_event(first, 1, s.worker)]);
}

#[test]
fn a_holder_that_starts_again_has_lost_its_attempt_and_gets_the_next() {
    let s = story();
    let first = ask();
    for previous in [Previous::Alive, Previous::Gone] {
        s.started(first).when(s.start_as(s.worker, first, previous)).then([
            s.abandoned(first, 1, AbandonReason::Released, Usage::default()),
            s.started_event(first, 2, s.worker),
        ]);
    }
}

#[test]
fn a_holder_that_starts_again_what_was_to_stop_ends_it() {
    let s = story();
    let first = ask();
    for previous in [Previous::Alive, Previous::Gone] {
        s.cancelling(first).when(s.start_as(s.worker, first, previous)).then([s.cancelled(first, 1)]);
    }
}

#[test]
fn a_live_worker_is_not_robbed() {
    let s = story();
    let first = ask();
    let rival = || s.start_as(s.rival, first, Previous::Alive);
    s.started(first).when(rival()).then_rejected(Rejection::StillRunning);
    s.cancelling(first).when(rival()).then_rejected(Rejection::StillRunning);
}

#[test]
fn a_lost_worker_s_answer_is_taken_over_as_the_next_attempt() {
    let s = story();
    let first = ask();
    s.started(first)
        .when(s.start_as(s.rival, first, Previous::Gone))
        .then([s.abandoned(first, 1, AbandonReason::WorkerLost, Usage::default()), s.started_event(first, 2, s.rival)]);
}

#[test]
fn a_lost_worker_s_answer_that_was_to_stop_ends_instead_and_the_next_has_its_turn() {
    let s = story();
    let (first, second) = (ask(), ask());
    let takeover = || s.start_as(s.rival, first, Previous::Gone);
    s.cancelling(first).when(takeover()).then([s.cancelled(first, 1)]);
    s.cancelling(first).and(s.post(second)).when(takeover()).then([s.cancelled(first, 1), s.requested(second)]);
}

#[test]
fn an_answer_is_given_back_and_taken_by_another() {
    let s = story();
    let first = ask();
    let released = s.abandoned(first, 1, AbandonReason::Released, usage());
    s.started(first).when(abandon(first, 1)).then([released]);
    let again = s.started(first).and(abandon(first, 1));
    again.when(s.start_as(s.rival, first, Previous::Alive)).then([s.started_event(first, 2, s.rival)]);
}

#[test]
fn giving_back_an_answer_that_was_to_stop_ends_it() {
    let s = story();
    let (first, second) = (ask(), ask());
    s.cancelling(first).and(s.post(second)).when(abandon(first, 1)).then([
        s.abandoned(first, 1, AbandonReason::Released, usage()),
        s.cancelled(first, 1),
        s.requested(second),
    ]);
}

#[test]
fn giving_back_twice_or_too_late_is_refused() {
    let s = story();
    let first = ask();
    let late = || Rejection::NotCurrentAttempt(1);
    s.started(first).and(abandon(first, 1)).when(abandon(first, 1)).then_rejected(late());
    let taken_over = s.started(first).and(s.start_as(s.rival, first, Previous::Gone));
    taken_over.when(abandon(first, 1)).then_rejected(late());
    s.completed(first).when(abandon(first, 1)).then_rejected(Rejection::GenerationOver);
}

#[test]
fn an_answer_that_is_over_is_not_started() {
    let s = story();
    let first = ask();
    s.completed(first).when(s.start(first)).then_rejected(Rejection::GenerationOver);
    s.asked(first).and(s.cancel(first)).when(s.start(first)).then_rejected(Rejection::GenerationOver);
}

#[test]
fn an_answer_whose_turn_it_is_not_is_not_started() {
    let s = story();
    let second = ask();
    let missing = || Rejection::NotFound("generation");
    s.started(ask()).and(s.post(second)).when(s.start(second)).then_rejected(missing());
    s.opened().when(s.start(ask())).then_rejected(missing());
    nothing().when(s.start(ask())).then_rejected(NOBODY);
}

#[test]
fn only_the_holder_of_the_current_attempt_ends_it() {
    let s = story();
    let first = ask();
    let taken_over = || s.started(first).and(s.start_as(s.rival, first, Previous::Gone));
    taken_over().when(complete(first, 1, vec![])).then_rejected(Rejection::NotCurrentAttempt(1));
    taken_over().when(complete(first, 2, vec![])).then([s.completed_event(first, 2, None, vec![])]);
    let released = s.started(first).and(abandon(first, 1));
    released.when(complete(first, 1, vec![])).then_rejected(Rejection::NotCurrentAttempt(1));
    s.asked(first).when(complete(first, 0, vec![])).then_rejected(Rejection::NotCurrentAttempt(0));
}

#[test]
fn a_running_answer_says_who_holds_it() {
    let s = story();
    let first = ask();
    let holder = |state: Session| state.running.and_then(|running| running.worker());
    assert_eq!(holder(s.asked(first).state()), None::<WorkerId>);
    assert_eq!(holder(s.started(first).state()), Some(s.worker));
    assert_eq!(holder(s.cancelling(first).state()), Some(s.worker));
    assert!(s.completed(first).state().over.contains::<GenerationId>(&first.generation_id));
}
