//! Workers that end, are ended or take too long, and what becomes of their answers.

use std::sync::Arc;

use testkit::{Page, Person, Script, Step, System, eventually};
use tokio::sync::Semaphore;

use crate::disturbance;

/// Somebody who has read the first half of an answer; its model waits at the gate.
struct Half {
    alice: Person,
    session: String,
    page: Page,
    generation: String,
    gate: Arc<Semaphore>,
}

impl Half {
    async fn of(system: &System, prompt: &str) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let halves = [Step::Say("first ".into()), Step::Gate(gate.clone()), Step::Say("second".into()), Step::Finish];
        system.model.when_asked(prompt, Script::new(halves));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, prompt).await;
        page.sees(&generation, "first ").await;
        Self { alice, session, page, generation, gate }
    }

    async fn becomes_whole(mut self, attempt: i64) {
        let end = self.page.sees_the_end(&self.generation).await;
        assert_eq!(end.event, "generation.completed");
        let view = self.page.view(&self.generation);
        assert_eq!((view.explanation.as_str(), view.attempt), ("first second", attempt));
    }
}

#[test]
fn a_worker_that_is_told_to_go_finishes_what_it_runs() {
    disturbance(async |system: &mut System| {
        let half = Half::of(system, "drained worker").await;
        system.second_worker.start().unwrap();
        // The signal is sent before the model goes on.
        let gate = half.gate.clone();
        tokio::join!(system.worker.terminate(), async { gate.add_permits(1) });
        half.becomes_whole(1).await;
    });
}

#[test]
fn a_worker_that_may_not_finish_gives_its_answer_to_another() {
    disturbance(async |system: &mut System| {
        system.worker.kill().await;
        let hasty = [("ATELIER_GENERATION_DRAIN", "100ms".to_owned())];
        let mut hasty = system.beside("hasty", "generation", &hasty).await.unwrap();
        system.brings_up(&mut hasty).await.unwrap();
        let half = Half::of(system, "handed over").await;
        system.worker.start().unwrap();
        hasty.terminate().await;
        eventually("another worker asks the model, and the first one's answer is gone", || async {
            (system.model.times_asked("handed over") == 2 && system.model.open() == 1).then_some(())
        })
        .await;
        half.gate.add_permits(1);
        half.becomes_whole(2).await;
    });
}

#[test]
fn an_answer_that_is_stopped_after_its_worker_died_is_cancelled_with_no_worker_at_all() {
    disturbance(async |system: &mut System| {
        let mut half = Half::of(system, "stopped orphan").await;
        system.worker.kill().await;
        let stopped = half.alice.stops(&half.session, &half.generation).await;
        assert!(stopped.status.is_success(), "{}", stopped.body);
        assert_eq!(half.page.sees_the_end(&half.generation).await.event, "generation.cancelled");
        let stored = half.alice.reads_the_answer(&half.session, &half.generation).await;
        assert_eq!((&stored["status"], &stored["erased"]), (&"cancelled".into(), &false.into()));
    });
}

#[test]
fn an_attempt_that_takes_too_long_fails_and_says_why() {
    disturbance(async |system: &mut System| {
        system.worker.kill().await;
        let short = [("ATELIER_GENERATION_DEADLINE", "2s".to_owned())];
        let mut short = system.beside("short", "generation", &short).await.unwrap();
        system.brings_up(&mut short).await.unwrap();
        let mut half = Half::of(system, "too long").await;
        let end = half.page.sees_the_end(&half.generation).await;
        assert_eq!((end.event.as_str(), end.text("code")), ("generation.failed", "deadline_exceeded"));
        let stored = half.alice.reads_the_answer(&half.session, &half.generation).await;
        assert_eq!(stored["content"], "first ", "what was said is kept");
        assert_eq!(stored["error"]["message"], end.text("message"), "the same words, live and later");
        short.kill().await;
    });
}
