//! The four hard stories: reload, edge killed, worker killed, stop from another browser.

use std::sync::Arc;
use std::time::{Duration, Instant};

use testkit::{Person, Script, Step, System, eventually};
use tokio::sync::Semaphore;

use crate::{disturbance, rounds, story};

/// An answer in two halves, with a gate between them.
fn two_halves(name: &str) -> (Script, Arc<Semaphore>, String) {
    let gate = Arc::new(Semaphore::new(0));
    let words = |half: &str| (0..40).map(|n| format!("{name} {half} word {n}. ")).collect::<Vec<_>>();
    let (first, second) = (words("first"), words("second"));
    let say = |text: &String| Step::Say(text.clone());
    let steps = first.iter().map(say).chain([Step::Gate(gate.clone())]).chain(second.iter().map(say));
    let script = Script::new(steps.chain([Step::Finish]));
    (script, gate, [first.concat(), second.concat()].concat())
}

/// The last word of the first half: when it is seen, the model stands at the gate.
fn middle(name: &str) -> String {
    format!("{name} first word 39. ")
}

fn unique(name: &str) -> String {
    format!("{name}{}", uuid::Uuid::now_v7().simple())
}

/// Browser text = stored answer, byte for byte.
async fn the_stored_answer_is(alice: &Person, session: &str, generation: &str, text: &str) {
    let stored = alice.reads_the_answer(session, generation).await;
    assert_eq!(stored["content"], text, "what is stored");
    assert_eq!(stored["status"], "completed");
}

#[test]
fn an_answer_survives_a_reload_of_the_page() {
    story(async |system: &System| {
        for _ in 0..rounds() {
            let name = unique("reload");
            let (script, gate, whole) = two_halves(&name);
            system.model.when_asked(&name, script);
            let alice = system.sign_up("alice").await;
            let session = alice.opens_a_session().await;
            let mut page = alice.watches(&session).await;
            let generation = alice.asks(&session, &name).await;
            page.sees(&generation, &middle(&name)).await;

            page.close();
            let mut page = alice.watches_from(&session, &format!("g:{generation}")).await;
            page.sees(&generation, &middle(&name)).await;
            // And again, from the middle of what is there.
            page.close();
            alice.resumes(&session, &mut page).await;
            gate.add_permits(1);

            let end = page.sees_the_end(&generation).await;
            assert_eq!(end.event, "generation.completed");
            assert_eq!(page.view(&generation).explanation, whole);
            assert_eq!(page.complaints, Vec::<String>::new());
            the_stored_answer_is(&alice, &session, &generation, &whole).await;
        }
    });
}

#[test]
fn an_answer_survives_a_killed_edge() {
    disturbance(async |system: &mut System| {
        for _ in 0..rounds() {
            let name = unique("edge");
            let (script, gate, whole) = two_halves(&name);
            system.model.when_asked(&name, script);
            let alice = system.sign_up("alice").await;
            let session = alice.opens_a_session().await;
            let mut page = alice.watches(&session).await;
            let generation = alice.asks(&session, &name).await;
            page.sees(&generation, &middle(&name)).await;

            system.front.kill().await;
            gate.add_permits(1);
            while page.next().await.is_some() {}
            system.front.start().expect("the front starts again");
            alice.resumes(&session, &mut page).await;

            page.sees_the_end(&generation).await;
            assert_eq!(page.view(&generation).explanation, whole);
            assert_eq!(page.complaints, Vec::<String>::new());
            assert_eq!(page.view(&generation).terminals.len(), 1);
            the_stored_answer_is(&alice, &session, &generation, &whole).await;
        }
    });
}

#[test]
fn an_answer_survives_a_killed_worker() {
    disturbance(async |system: &mut System| {
        for _ in 0..rounds() {
            let name = unique("worker");
            let (script, gate, whole) = two_halves(&name);
            system.model.when_asked(&name, script);
            let alice = system.sign_up("alice").await;
            let session = alice.opens_a_session().await;
            let mut page = alice.watches(&session).await;
            let generation = alice.asks(&session, &name).await;
            page.sees(&generation, &middle(&name)).await;
            assert_eq!(page.view(&generation).attempt, 1);

            system.worker.kill().await;
            // Until then the dead worker's answer could take what opens the gate.
            eventually("the model hears that nobody listens", || async { (system.model.open() == 0).then_some(()) })
                .await;
            gate.add_permits(1);
            system.worker.start().expect("the worker starts again");

            let end = page.sees_the_end(&generation).await;
            assert_eq!(end.event, "generation.completed", "{:?}", end.data);
            let view = page.view(&generation);
            assert_eq!(view.explanation, whole, "one complete answer");
            assert_eq!(view.attempt, 2, "by a second attempt");
            assert_eq!(view.terminals.len(), 1, "with one end");
            assert_eq!(page.complaints, Vec::<String>::new());
            the_stored_answer_is(&alice, &session, &generation, &whole).await;
        }
    });
}

#[test]
fn a_second_browser_stops_the_answer_of_the_first() {
    story(async |system: &System| {
        for _ in 0..rounds() {
            let name = unique("stop");
            let (script, _closed_gate, _) = two_halves(&name);
            system.model.when_asked(&name, script);
            let alice = system.sign_up("alice").await;
            let session = alice.opens_a_session().await;
            let mut first = alice.watches(&session).await;
            let generation = alice.asks(&session, &name).await;
            first.sees(&generation, &middle(&name)).await;
            let mut second = alice.watches_from(&session, &format!("g:{generation}")).await;
            second.sees(&generation, &middle(&name)).await;

            let asked = Instant::now();
            alice.stops(&session, &generation).await.expect(202);
            for page in [&mut first, &mut second] {
                let end = page.sees_the_end(&generation).await;
                assert_eq!(end.event, "generation.cancelled");
                assert_eq!(page.complaints, Vec::<String>::new());
            }
            println!("stopped after {:?}", asked.elapsed());
            alice.stops(&session, &generation).await.expect(202);

            let tokens = system.model.times_asked(&name);
            assert_eq!(tokens, 1, "the model was asked once");
            let stored = alice.reads_the_answer(&session, &generation).await;
            assert_eq!(stored["status"], "cancelled");
            assert_eq!(stored["content"], first.view(&generation).explanation, "what was there is kept");
        }
    });
}

#[test]
fn a_stopped_answer_uses_no_more_of_the_model() {
    disturbance(async |system: &mut System| {
        let name = unique("ledger");
        let tokens = (0..100_000).flat_map(|n| [Step::Say(format!("{n} ")), Step::Pause(Duration::from_millis(5))]);
        system.model.when_asked(&name, Script::new(tokens));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, &name).await;
        page.sees(&generation, "20 ").await;
        assert_eq!(system.model.open(), 1);

        alice.stops(&session, &generation).await.expect(202);
        page.sees_the_end(&generation).await;
        eventually("the model is left alone", || async { (system.model.open() == 0).then_some(()) }).await;
    });
}
