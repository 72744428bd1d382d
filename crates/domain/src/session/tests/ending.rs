//! One terminal event per answer, and the next one's turn with it.

use super::story::{
    Ask, abandon, answer, ask, complete, end_cancelled, fail, file, give_up, outcome, sized_file, story,
};
use super::story::{NOBODY, Story, nothing};
use crate::session::*;
use crate::{FileChange, MAX_FILE_BYTES, Rejection, failure};

fn failed(s: &Story, ask: Ask, number: Option<i32>, changes: Vec<FileChange>) -> Event {
    GenerationFailed {
        session_id: s.session_id,
        generation_id: ask.generation_id,
        attempt: 1,
        code: "model_rate_limited".to_owned(),
        retryable: true,
        number,
        outcome: Some(outcome()),
        private: Some(answer()),
        private_files: Some(changes),
    }
    .into()
}

fn cancelled(s: &Story, ask: Ask, number: Option<i32>, changes: Vec<FileChange>) -> Event {
    GenerationCancelled {
        session_id: s.session_id,
        generation_id: ask.generation_id,
        attempt: 1,
        number,
        outcome: Some(outcome()),
        private: Some(answer()),
        private_files: Some(changes),
    }
    .into()
}

fn given_up(s: &Story, ask: Ask, attempt: i32) -> Event {
    given_up_for(s, ask, attempt, failure::DEADLINE_EXCEEDED)
}

fn given_up_for(s: &Story, ask: Ask, attempt: i32, code: &str) -> Event {
    GenerationFailed {
        session_id: s.session_id,
        generation_id: ask.generation_id,
        attempt,
        code: code.to_owned(),
        retryable: true,
        number: None,
        outcome: None,
        private: None,
        private_files: None,
    }
    .into()
}

#[test]
fn an_answer_with_files_makes_a_version() {
    let s = story();
    let first = ask();
    let done = s.completed_event(first, 1, Some(1), vec![file("a")]);
    s.started(first).when(complete(first, 1, vec![file("a")])).then([done]);
    assert_eq!(s.completed(first).state().head, 1);
}

#[test]
fn an_answer_without_files_makes_none() {
    let s = story();
    let first = ask();
    s.started(first).when(complete(first, 1, vec![])).then([s.completed_event(first, 1, None, vec![])]);
    assert_eq!(s.started(first).and(complete(first, 1, vec![])).state().head, 0);
}

#[test]
fn completion_wins_over_a_stop_that_came_later() {
    let s = story();
    let first = ask();
    s.cancelling(first).when(complete(first, 1, vec![])).then([s.completed_event(first, 1, None, vec![])]);
}

#[test]
fn a_failure_keeps_what_was_finished_and_the_next_has_its_turn() {
    let s = story();
    let (first, second) = (ask(), ask());
    let kept = failed(&s, first, Some(1), vec![file("a")]);
    s.started(first).and(s.post(second)).when(fail(first, 1, vec![file("a")])).then([kept, s.requested(second)]);
    s.started(first).when(fail(first, 1, vec![])).then([failed(&s, first, None, vec![])]);
}

#[test]
fn a_stopped_answer_keeps_what_was_finished_and_the_next_has_its_turn() {
    let s = story();
    let (first, second) = (ask(), ask());
    let kept = cancelled(&s, first, Some(1), vec![file("a")]);
    s.cancelling(first)
        .and(s.post(second))
        .when(end_cancelled(first, 1, vec![file("a")]))
        .then([kept, s.requested(second)]);
}

#[test]
fn nothing_ends_twice() {
    let s = story();
    let first = ask();
    for end in [complete, fail, end_cancelled] {
        let over = s.started(first).and(end(first, 1, vec![]));
        over.when(complete(first, 1, vec![])).then_rejected(Rejection::GenerationOver);
        let over = s.started(first).and(end(first, 1, vec![]));
        over.when(fail(first, 1, vec![])).then_rejected(Rejection::GenerationOver);
        let over = s.started(first).and(end(first, 1, vec![]));
        over.when(end_cancelled(first, 1, vec![])).then_rejected(Rejection::GenerationOver);
    }
}

#[test]
fn nothing_ends_that_did_not_begin() {
    let s = story();
    let (first, unknown) = (ask(), ask());
    for end in [complete, fail, end_cancelled] {
        nothing().when(end(first, 1, vec![])).then_rejected(NOBODY);
        s.asked(first).when(end(first, 1, vec![])).then_rejected(Rejection::NotCurrentAttempt(1));
        s.started(first).when(end(unknown, 1, vec![])).then_rejected(Rejection::NotFound("generation"));
    }
}

#[test]
fn a_file_that_is_too_large_for_an_event_is_refused() {
    let s = story();
    let first = ask();
    for end in [complete, fail, end_cancelled] {
        let refused = s.started(first).when(end(first, 1, vec![sized_file("big", MAX_FILE_BYTES + 1)]));
        refused.then_rejected(Rejection::InvalidFile(format!("big is larger than {MAX_FILE_BYTES} bytes")));
        s.started(first).and(end(first, 1, vec![sized_file("big", MAX_FILE_BYTES)]));
    }
}

#[test]
fn an_answer_that_nobody_will_finish_fails_and_the_next_has_its_turn() {
    let s = story();
    let (first, second) = (ask(), ask());
    s.asked(first).when(give_up(first)).then([given_up(&s, first, 0)]);
    s.started(first).and(s.post(second)).when(give_up(first)).then([given_up(&s, first, 1), s.requested(second)]);
    let released = s.started(first).and(abandon(first, 1));
    released.when(give_up(first)).then([given_up(&s, first, 1)]);
}

#[test]
fn an_answer_that_loses_its_fifth_worker_fails_and_one_that_was_given_back_does_not() {
    let s = story();
    let (first, second) = (ask(), ask());
    let taken_over = |by| s.start_as(by, first, Previous::Gone);
    let survivors = [s.rival, s.worker, s.rival, s.worker];
    let four_lost = || survivors.into_iter().fold(s.started(first), |past, by| past.and(taken_over(by)));
    let lost = given_up_for(&s, first, 5, failure::WORKER_LOST);
    four_lost().and(s.post(second)).when(taken_over(s.rival)).then([lost, s.requested(second)]);

    let given_back = four_lost().and(abandon(first, 5));
    given_back.when(taken_over(s.rival)).then([s.started_event(first, 6, s.rival)]);
}

#[test]
fn an_answer_that_was_to_stop_and_that_nobody_will_finish_is_cancelled() {
    let s = story();
    let first = ask();
    s.cancelling(first).when(give_up(first)).then([s.cancelled(first, 1)]);
}

#[test]
fn giving_up_twice_or_too_late_changes_nothing() {
    let s = story();
    let first = ask();
    s.started(first).and(give_up(first)).when(give_up(first)).then_nothing();
    s.completed(first).when(give_up(first)).then_nothing();
    s.opened().when(give_up(first)).then_rejected(Rejection::NotFound("generation"));
    nothing().when(give_up(first)).then_rejected(NOBODY);
}

#[test]
fn what_runs_in_a_deleted_session_can_end_but_nothing_follows() {
    let s = story();
    let (first, second) = (ask(), ask());
    let deleted = || s.started(first).and(s.post(second)).and(Command::Delete { by: s.ada });
    let ended = cancelled(&s, first, None, vec![]);
    deleted().when(end_cancelled(first, 1, vec![])).then([ended]);
    deleted().when(complete(first, 1, vec![])).then([s.completed_event(first, 1, None, vec![])]);
    deleted().when(give_up(first)).then([s.cancelled(first, 1)]);
    deleted().when(s.start(second)).then_rejected(Rejection::GenerationOver);
}
