//! Prompts and their queue.

use super::story::{Ask, NOBODY, ask, complete, file, nothing, story};
use crate::session::*;
use crate::{BudgetHolder, Rejection};

#[test]
fn a_first_prompt_is_its_answer_s_turn_at_once() {
    let s = story();
    let first = ask();
    s.opened().when(s.post(first)).then([s.posted(first, 0), s.queued(first, 0), s.requested(first)]);
}

#[test]
fn a_second_prompt_waits() {
    let s = story();
    let (second, third) = (ask(), ask());
    let busy = || s.asked(ask());
    busy().when(s.post(second)).then([s.posted(second, 0), s.queued(second, 1)]);
    busy().and(s.post(second)).when(s.post(third)).then([s.posted(third, 0), s.queued(third, 2)]);
}

#[test]
fn posting_twice_changes_nothing_whatever_has_become_of_it() {
    let s = story();
    let (first, second) = (ask(), ask());
    s.asked(first).when(s.post(first)).then_nothing();
    s.started(first).when(s.post(first)).then_nothing();
    s.completed(first).when(s.post(first)).then_nothing();
    s.asked(first).and(s.post(second)).when(s.post(second)).then_nothing();
}

#[test]
fn a_repeat_is_recognised_even_if_the_files_have_moved_on() {
    let s = story();
    let first = ask();
    let command = || s.post_as(s.ada, first, "A pricing page", Some(0));
    s.opened().and(command()).and(s.import(0, vec![file("a")])).when(command()).then_nothing();
}

#[test]
fn an_empty_prompt_is_refused() {
    let s = story();
    for content in ["", " \n\t"] {
        s.opened().when(s.post_as(s.ada, ask(), content, None)).then_rejected(Rejection::EmptyPrompt);
    }
}

#[test]
fn a_prompt_has_an_end_counted_in_characters() {
    let s = story();
    let too_long = Rejection::TooLong { length: MAX_PROMPT + 1, limit: MAX_PROMPT };
    let post = |length| s.post_as(s.ada, ask(), &"ä".repeat(length), None);
    s.opened().when(post(MAX_PROMPT + 1)).then_rejected(too_long);
    s.opened().and(post(MAX_PROMPT));
}

#[test]
fn the_queue_has_an_end() {
    let s = story();
    let full = (0..MAX_QUEUE).fold(s.started(ask()), |past, _| past.and(s.post(ask())));
    full.when(s.post(ask())).then_rejected(Rejection::QueueFull(MAX_QUEUE));
}

#[test]
fn a_prompt_beyond_the_budget_is_refused_whoever_s_is_used_up() {
    let s = story();
    for whose in [BudgetHolder::Person, BudgetHolder::Tenant] {
        let post = |by| Command::PostOverBudget { by, whose };
        s.opened().when(post(s.ada)).then_rejected(Rejection::OverBudget(whose));
        s.opened().when(post(s.mallory)).then_rejected(Rejection::NotYours);
    }
}

#[test]
fn a_prompt_about_old_files_is_refused_if_it_says_so() {
    let s = story();
    let first = ask();
    let (old, new) = (ask(), ask());
    let post = |ask: Ask, base| s.post_as(s.ada, ask, "A pricing page", base);
    let stale = Rejection::StaleBase { base: 0, head: 1 };
    s.completed(first).when(post(old, Some(0))).then_rejected(stale);
    s.completed(first).when(post(new, Some(1))).then([s.posted(new, 1), s.queued(new, 0), s.requested(new)]);
    s.completed(first).when(post(new, None)).then([s.posted(new, 1), s.queued(new, 0), s.requested(new)]);
}

#[test]
fn nobody_posts_to_a_stranger_s_session_nor_to_none() {
    let s = story();
    let by_mallory = s.post_as(s.mallory, ask(), "Hello", None);
    s.opened().when(by_mallory).then_rejected(Rejection::NotYours);
    nothing().when(s.post(ask())).then_rejected(NOBODY);
    s.deleted().when(s.post(ask())).then_rejected(NOBODY);
}

#[test]
fn answers_take_turns_in_the_order_of_their_prompts() {
    let s = story();
    let (first, second, third) = (ask(), ask(), ask());
    let queue = || s.started(first).and(s.post(second)).and(s.post(third));
    let ended = s.completed_event(first, 1, None, vec![]);
    queue().when(complete(first, 1, vec![])).then([ended, s.requested(second)]);

    let ended = s.completed_event(second, 1, None, vec![]);
    let then = queue().and(complete(first, 1, vec![])).and(s.start(second));
    then.when(complete(second, 1, vec![])).then([ended, s.requested(third)]);
}
