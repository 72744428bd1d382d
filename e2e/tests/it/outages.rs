//! Kafka, Postgres, Redis or a whole process away in the middle: a clear answer, and nothing lost.

use std::sync::Arc;

use serde_json::json;
use testkit::{Script, Step, System, eventually};
use tokio::sync::Semaphore;

use crate::disturbance;

#[test]
fn commands_say_503_while_postgres_is_away_and_nothing_is_lost() {
    disturbance(async |system: &mut System| {
        system.model.when_asked("before the outage", Script::says(["fine"]));
        system.model.when_asked("after the outage", Script::says(["fine again"]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let before = alice.asks(&session, "before the outage").await;
        page.sees_the_end(&before).await;

        system.stack.kill_postgres().await.unwrap();
        let path = format!("sessions/{session}/messages");
        let refused = alice.post(&path, &json!({ "content": "during the outage" })).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "unavailable"));
        eventually("readiness says so", || async { (system.readiness(0).await == Some(503)).then_some(()) }).await;

        system.stack.restart_postgres().await.unwrap();
        let accepted = eventually("commands are accepted again", || async {
            let answer = alice.post(&path, &json!({ "content": "after the outage" })).await;
            (answer.status == 202).then_some(answer)
        })
        .await;
        let generation = accepted.text("generation_id");
        page.sees_the_end(&generation).await;
        assert_eq!(page.view(&generation).explanation, "fine again");
    });
}

#[test]
fn a_running_answer_survives_a_broker_restart() {
    disturbance(async |system: &mut System| {
        let gate = Arc::new(Semaphore::new(0));
        let halves =
            [Step::Say("before ".into()), Step::Gate(gate.clone()), Step::Say("and after".into()), Step::Finish];
        system.model.when_asked("broker restart", Script::new(halves));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "broker restart").await;
        page.sees(&generation, "before ").await;

        system.stack.kill_kafka().await.unwrap();
        gate.add_permits(1);
        // A command is accepted all the same: the event store is the truth.
        system.model.when_asked("while Kafka is away", Script::says(["later"]));
        let later = alice.asks(&session, "while Kafka is away").await;
        system.stack.restart_kafka().await.unwrap();

        page.sees_the_end(&generation).await;
        page.sees_the_end(&later).await;
        assert_eq!(page.view(&generation).explanation, "before and after");
        assert_eq!(page.view(&later).explanation, "later");
        assert_eq!(page.complaints, Vec::<String>::new());
    });
}

#[test]
fn without_redis_everything_works_and_limits_still_hold() {
    disturbance(async |system: &mut System| {
        system.model.when_asked("no redis", Script::says(["still ", "here"]));
        system.stack.kill_redis().await.unwrap();
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "no redis").await;
        page.sees_the_end(&generation).await;
        assert_eq!(page.view(&generation).explanation, "still here");
    });
}

#[test]
fn a_core_that_is_killed_loses_no_accepted_command() {
    disturbance(async |system: &mut System| {
        let names: Vec<String> = (0..5).map(|n| format!("core kill {n}")).collect();
        for name in &names {
            system.model.when_asked(name, Script::says([name.as_str()]));
        }
        let alice = system.sign_up("alice").await;
        let mut asked = Vec::new();
        for name in &names {
            let session = alice.opens_a_session().await;
            asked.push((session.clone(), alice.asks(&session, name).await, name));
        }
        system.core.kill().await;
        system.core.start().unwrap();
        for (session, generation, name) in asked {
            let stored = alice.reads_the_answer(&session, &generation).await;
            assert_eq!(&stored["content"], name);
        }
    });
}

#[test]
fn everything_waits_for_kafka_and_postgres_at_start() {
    disturbance(async |system: &mut System| {
        system.model.when_asked("patient start", Script::says(["there ", "at last"]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        for process in [&mut system.core, &mut system.front, &mut system.worker] {
            process.kill().await;
        }
        system.stack.kill_kafka().await.unwrap();
        system.stack.kill_postgres().await.unwrap();
        for process in [&mut system.core, &mut system.front, &mut system.worker] {
            process.start().unwrap();
        }
        for (number, name) in ["core", "front", "worker"].iter().enumerate() {
            eventually(&format!("{name} answers its probes"), || system.readiness(number)).await;
        }
        let alive_and_not_ready = async || {
            for (number, name) in ["core", "front", "worker"].iter().enumerate() {
                assert_eq!(system.readiness(number).await, Some(503), "{name} is alive, but not ready");
            }
        };
        alive_and_not_ready().await;
        let refused = alice.get("projects").await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "unavailable"));

        system.stack.restart_postgres().await.unwrap();
        let read = async || (alice.get("projects").await.status == 200).then_some(());
        eventually("what needs only Postgres answers", read).await;
        alive_and_not_ready().await;
        system.stack.restart_kafka().await.unwrap();
        system.is_ready().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "patient start").await;
        page.sees_the_end(&generation).await;
        assert_eq!(page.view(&generation).explanation, "there at last");
    });
}

#[test]
fn a_frozen_worker_is_replaced_and_its_late_words_are_refused() {
    disturbance(async |system: &mut System| {
        let gate = Arc::new(Semaphore::new(0));
        let halves =
            [Step::Say("frozen ".into()), Step::Gate(gate.clone()), Step::Say("and replaced".into()), Step::Finish];
        system.model.when_asked("frozen worker", Script::new(halves));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "frozen worker").await;
        page.sees(&generation, "frozen ").await;

        system.worker.freeze();
        system.second_worker.start().unwrap();
        eventually("a second attempt asks the model", || async {
            (system.model.times_asked("frozen worker") == 2).then_some(())
        })
        .await;
        // Both models go on: the zombie's and its replacement's.
        gate.add_permits(2);
        system.worker.thaw();

        page.sees_the_end(&generation).await;
        let view = page.view(&generation);
        assert_eq!((view.explanation.as_str(), view.attempt), ("frozen and replaced", 2));
        assert_eq!(page.complaints, Vec::<String>::new());
        let stored = alice.reads_the_answer(&session, &generation).await;
        assert_eq!(stored["content"], "frozen and replaced");
        let mut late = alice.watches_from(&session, &format!("g:{generation}")).await;
        late.sees_the_end(&generation).await;
        assert_eq!(late.view(&generation).explanation, "frozen and replaced");
        assert_eq!(late.complaints, Vec::<String>::new());
    });
}
