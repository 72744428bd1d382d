//! What holds after any commands in any order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::story::{Ask, Story, abandon, ask, complete, end_cancelled, fail, file, give_up, story};
use crate::given::noon;
use crate::session::*;
use crate::{Aggregate as _, GenerationId, WorkerId};

/// A command in terms of a few answers, two workers, and attempts counted from the current one.
#[derive(Debug, Clone, Copy)]
enum Step {
    Post(usize),
    Cancel(usize),
    Start(usize, bool, bool),
    Abandon(usize, i32),
    Complete(usize, i32, bool),
    Fail(usize, i32),
    EndCancelled(usize, i32),
    GiveUp(usize),
    Import,
    Restore(u32),
    Delete,
    Erase(bool),
}

const ANSWERS: usize = 6;

fn step() -> impl Strategy<Value = Step> {
    let answer = 0..ANSWERS;
    // Mostly the current attempt.
    let attempt = prop_oneof![6 => Just(0), 1 => Just(-1), 1 => Just(1)];
    prop_oneof![
        12 => answer.clone().prop_map(Step::Post),
        6 => answer.clone().prop_map(Step::Cancel),
        12 => (answer.clone(), any::<bool>(), any::<bool>()).prop_map(|(a, w, p)| Step::Start(a, w, p)),
        6 => (answer.clone(), attempt.clone()).prop_map(|(a, n)| Step::Abandon(a, n)),
        4 => (answer.clone(), attempt.clone(), any::<bool>()).prop_map(|(a, n, f)| Step::Complete(a, n, f)),
        2 => (answer.clone(), attempt.clone()).prop_map(|(a, n)| Step::Fail(a, n)),
        2 => (answer.clone(), attempt).prop_map(|(a, n)| Step::EndCancelled(a, n)),
        2 => answer.prop_map(Step::GiveUp),
        2 => Just(Step::Import),
        2 => (0..4_u32).prop_map(Step::Restore),
        1 => Just(Step::Delete),
        1 => any::<bool>().prop_map(Step::Erase),
    ]
}

fn command(s: &Story, asks: &[Ask], session: &Session, step: Step) -> Command {
    let current = session.running.as_ref().map_or(1, |running| running.attempt);
    let worker = |rival: bool| if rival { s.rival } else { s.worker };
    match step {
        Step::Post(a) => s.post(asks[a]),
        Step::Cancel(a) => s.cancel(asks[a]),
        Step::Start(a, rival, gone) => {
            s.start_as(worker(rival), asks[a], if gone { Previous::Gone } else { Previous::Alive })
        }
        Step::Abandon(a, off) => abandon(asks[a], current + off),
        Step::Complete(a, off, files) => complete(asks[a], current + off, if files { vec![file("a")] } else { vec![] }),
        Step::Fail(a, off) => fail(asks[a], current + off, vec![]),
        Step::EndCancelled(a, off) => end_cancelled(asks[a], current + off, vec![]),
        Step::GiveUp(a) => give_up(asks[a]),
        Step::Import => s.import(session.head, vec![file("a")]),
        Step::Restore(version) => s.restore(version),
        Step::Erase(heir) => Command::ErasePerson { person: s.ada, to: heir.then_some(s.mallory) },
        Step::Delete => Command::Delete { by: s.ada },
    }
}

/// What somebody sees who only reads the events.
#[derive(Default)]
struct Witness {
    queued: BTreeSet<GenerationId>,
    running: Option<GenerationId>,
    attempts: BTreeMap<GenerationId, i32>,
    to_stop: BTreeSet<GenerationId>,
    over: BTreeSet<GenerationId>,
    head: i32,
    deleted: bool,
}

impl Witness {
    fn see(&mut self, event: &Event) {
        match event {
            Event::GenerationQueued(e) => assert!(self.queued.insert(e.generation_id), "queued twice"),
            Event::GenerationRequested(e) => self.requested(e.generation_id),
            Event::GenerationStarted(e) => self.started(e.generation_id, e.attempt, e.worker_id),
            Event::AttemptAbandoned(e) => self.current(e.generation_id, e.attempt),
            Event::CancellationRequested(e) => {
                self.current(e.generation_id, e.attempt);
                assert!(self.to_stop.insert(e.generation_id), "one request to stop is enough");
            }
            Event::GenerationCompleted(e) => self.ended(e.generation_id, e.attempt, e.number),
            Event::GenerationFailed(e) => self.ended(e.generation_id, e.attempt, e.number),
            Event::GenerationCancelled(e) => self.ended(e.generation_id, e.attempt, e.number),
            Event::FilesImported(e) => self.version(e.number),
            Event::VersionRestored(e) => self.version(e.number),
            Event::SessionDeleted(_) => self.deleted = true,
            Event::SessionErased(e) => {
                assert_eq!(self.running, None, "nobody works on what an erased person asked for");
                self.deleted |= e.to.is_none();
            }
            Event::MessagePosted(_) => assert!(!self.deleted, "a deleted session hears nobody"),
            Event::SessionOpened(_) | Event::SessionRenamed(_) => {}
        }
    }

    fn requested(&mut self, id: GenerationId) {
        assert!(!self.deleted, "a deleted session answers nobody");
        assert!(self.queued.contains(&id) && !self.over.contains(&id));
        assert_eq!(self.running.replace(id), None, "one answer at a time");
    }

    fn started(&mut self, id: GenerationId, attempt: i32, _: WorkerId) {
        assert_eq!(self.running, Some(id));
        assert!(!self.to_stop.contains(&id), "what is to stop does not start again");
        let before = self.attempts.insert(id, attempt);
        assert_eq!(attempt, before.unwrap_or(0) + 1, "attempts count 1, 2, 3");
    }

    fn current(&self, id: GenerationId, attempt: i32) {
        assert_eq!((self.running, self.attempts.get(&id)), (Some(id), Some(&attempt)));
    }

    fn ended(&mut self, id: GenerationId, attempt: i32, number: Option<i32>) {
        assert!(self.queued.contains(&id), "only what was asked for ends");
        assert!(self.over.insert(id), "one terminal event");
        assert_eq!(attempt, self.attempts.get(&id).copied().unwrap_or(0), "the terminal names the last attempt");
        self.running.take_if(|running| *running == id);
        number.into_iter().for_each(|number| self.version(number));
    }

    fn version(&mut self, number: i32) {
        self.head += 1;
        assert_eq!(number, self.head, "versions count 1, 2, 3");
    }

    fn agrees_with(&self, session: &Session) {
        assert_eq!(session.running.as_ref().map(|running| running.generation_id), self.running);
        assert_eq!(session.over, self.over);
        assert_eq!(session.head as i32, self.head);
        let waiting = self.queued.difference(&self.over).filter(|id| Some(**id) != self.running).count();
        assert_eq!(session.queue.len(), waiting);
        assert!(self.running.is_some() || waiting == 0, "nobody waits for nothing");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_events_tell_a_story_that_can_be_true(steps in proptest::collection::vec(step(), 1..60)) {
        let s = story();
        let asks: Vec<_> = (0..ANSWERS).map(|_| ask()).collect();
        let (mut session, mut witness) = (s.opened().state(), Witness::default());
        for step in steps {
            let command = command(&s, &asks, &session, step);
            for event in session.decide(command, noon()).unwrap_or_default() {
                witness.see(&event);
                session = session.apply(&event);
            }
            witness.agrees_with(&session);
        }
    }
}
