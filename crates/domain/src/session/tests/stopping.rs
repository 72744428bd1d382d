//! Stop, from any device.

use super::story::{NOBODY, abandon, ask, nothing, story};
use crate::Rejection;
use crate::session::*;

#[test]
fn a_waiting_answer_ends_at_once() {
    let s = story();
    let (second, third) = (ask(), ask());
    let past = || s.started(ask()).and(s.post(second)).and(s.post(third));
    past().when(s.cancel(second)).then([s.cancelled(second, 0)]);
    let state = past().when(s.cancel(second)).then_state();
    assert_eq!(state.queue.iter().map(|queued| queued.generation_id).collect::<Vec<_>>(), [third.generation_id]);
}

#[test]
fn an_answer_that_no_worker_has_ends_at_once_and_the_next_has_its_turn() {
    let s = story();
    let (first, second) = (ask(), ask());
    s.asked(first).when(s.cancel(first)).then([s.cancelled(first, 0)]);
    s.asked(first).and(s.post(second)).when(s.cancel(first)).then([s.cancelled(first, 0), s.requested(second)]);
}

#[test]
fn an_answer_that_was_given_back_ends_at_once_as_the_attempt_that_wrote_it() {
    let s = story();
    let first = ask();
    let released = || s.started(first).and(abandon(first, 1));
    released().when(s.cancel(first)).then([s.cancelled(first, 1)]);
    let deleted = [s.cancelled(first, 1), s.deleted_event()];
    released().when(Command::Delete { by: s.ada }).then(deleted);
}

#[test]
fn a_running_answer_is_asked_to_stop() {
    let s = story();
    let first = ask();
    s.started(first).when(s.cancel(first)).then([s.cancellation(first, 1)]);
}

#[test]
fn stopping_twice_or_too_late_changes_nothing() {
    let s = story();
    let (first, second) = (ask(), ask());
    s.cancelling(first).when(s.cancel(first)).then_nothing();
    s.completed(first).when(s.cancel(first)).then_nothing();
    s.started(first).and(s.post(second)).and(s.cancel(second)).when(s.cancel(second)).then_nothing();
}

#[test]
fn nobody_stops_a_stranger_s_answer_nor_one_that_is_not_there() {
    let s = story();
    let first = ask();
    let by_mallory = Command::Cancel { by: s.mallory, generation_id: first.generation_id };
    s.started(first).when(by_mallory).then_rejected(Rejection::NotYours);
    s.opened().when(s.cancel(first)).then_rejected(Rejection::NotFound("generation"));
    nothing().when(s.cancel(first)).then_rejected(NOBODY);
    s.deleted().when(s.cancel(first)).then_rejected(NOBODY);
}
