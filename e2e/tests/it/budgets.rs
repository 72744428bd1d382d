//! Tokens of a day: however many ask at once, and wherever, no more are given than there are.

use std::sync::Arc;
use std::time::Duration;

use devstack::Options;
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Person, Process, Script, Step, System, eventually};
use tokio::sync::Semaphore;
use url::Url;

use crate::{RUNTIME, story, with_logs};

/// What one answer may use, and what a person has: enough for four answers at once.
const ANSWER: u64 = 1_000;
const DAY: u64 = 4_500;

/// A token every so often, for ever.
fn endless() -> Script {
    let words = (0..20_000).flat_map(|n| [Step::Say(format!("word{n} ")), Step::Pause(Duration::from_millis(2))]);
    Script::new(words)
}

/// A system with budgets, and a second gateway with a write side of its own.
struct Bounded {
    system: System,
    _second: Process,
    elsewhere: Url,
}

impl Bounded {
    async fn start() -> Self {
        let budgets = [
            ("ATELIER_BUDGETS_PERSON_TOKENS_PER_DAY", DAY.to_string()),
            ("ATELIER_BUDGETS_ANSWER_TOKENS", ANSWER.to_string()),
        ];
        let system = System::start_with(Options::test(), &budgets).await.expect("the system starts");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let elsewhere = format!("http://127.0.0.1:{port}");
        let settings = [
            ("ATELIER_GATEWAY_LISTEN", format!("127.0.0.1:{port}")),
            ("ATELIER_GATEWAY_PUBLIC_URL", elsewhere.clone()),
        ];
        let mut second = system.beside("second-front", "gateway,command", &settings).await.unwrap();
        system.brings_up(&mut second).await.unwrap();
        Self { system, _second: second, elsewhere: elsewhere.parse().unwrap() }
    }
}

async fn posts(person: &Person, session: &str, prompt: &str, key: &str) -> Answer {
    let path = format!("sessions/{session}/messages");
    let request =
        person.request(Method::POST, &path).header("Idempotency-Key", key).json(&json!({ "content": prompt }));
    Answer::of(request.send().await.unwrap()).await
}

#[test]
fn what_is_asked_at_once_in_two_processes_is_never_more_than_the_day_has() {
    RUNTIME.block_on(async {
        let bounded = Bounded::start().await;
        with_logs(&bounded.system.log_files(), nobody_gets_more_than_there_is(&bounded)).await;
        with_logs(&bounded.system.log_files(), a_model_that_goes_on_is_stopped(&bounded.system)).await;
    });
}

async fn nobody_gets_more_than_there_is(bounded: &Bounded) {
    let system = &bounded.system;
    let gate = Arc::new(Semaphore::new(0));
    system.model.when_asked("of many", Script::new([Step::Gate(gate.clone()), Step::Say("done".into()), Step::Finish]));
    let here = system.sign_up("ada").await;
    let there = Person { url: bounded.elsewhere.clone(), ..here.clone() };
    let project = here.opens_a_project("A project").await;
    let path = format!("projects/{project}/sessions");
    let sessions = join_all((0..24).map(|_| async { here.post(&path, &json!({})).await.expect(201).text("id") })).await;

    let asked = join_all(sessions.iter().enumerate().map(|(n, session)| {
        let person = if n % 2 == 0 { &here } else { &there };
        async move { (session, posts(person, session, "one of many", &format!("key-{session}")).await) }
    }))
    .await;
    let (let_in, refused): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(_, answer)| answer.status == 202);
    assert_eq!(let_in.len() as u64, DAY / ANSWER);
    for (_, answer) in &refused {
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "budget_exceeded"));
        let seconds: u32 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=86_400).contains(&seconds), "{seconds}");
    }

    // A repeat hears what it heard before, and costs nothing, however little is left.
    let (session, first) = &let_in[0];
    let again = posts(&there, session, "one of many", &format!("key-{session}")).await;
    assert_eq!((again.status, &again.body["generation_id"]), (first.status, &first.body["generation_id"]));

    // One that was let in is stopped, the others end: what they did not use is free again.
    here.stops(session, &first.text("generation_id")).await.expect(202);
    gate.add_permits(24);
    for (session, answer) in &let_in {
        here.reads_the_answer(session, &answer.text("generation_id")).await;
    }
    let (session, _) = &refused[0];
    let admitted = eventually("there are tokens again", || async {
        let answer = posts(&there, session, "one of many", &uuid::Uuid::now_v7().to_string()).await;
        (answer.status == 202).then_some(answer)
    })
    .await;
    here.reads_the_answer(session, &admitted.text("generation_id")).await;
    assert!(system.model.tokens() <= DAY, "{} tokens were said", system.model.tokens());
}

async fn a_model_that_goes_on_is_stopped(system: &System) {
    system.model.when_asked("without end", endless());
    let grace = system.sign_up("grace").await;
    let session = grace.opens_a_session().await;
    let before = system.model.tokens();
    let generation = grace.asks(&session, "a page without end").await;
    let answer = grace.reads_the_answer(&session, &generation).await;
    assert_eq!(answer["status"], "completed");
    eventually("nobody asks the model any more", || async { (system.model.open() == 0).then_some(()) }).await;
    let said = system.model.tokens() - before;
    // What was on its way when the connection was closed was said, and is not listened to.
    assert!(said <= ANSWER + 100, "{said} tokens were said");
    assert!(answer["usage"]["total_tokens"].as_u64().unwrap() <= ANSWER + 1, "{}", answer["usage"]);
}

#[test]
fn a_stopped_answer_uses_no_token_after_a_second() {
    story(async |system: &System| {
        let name = format!("stopped{}", uuid::Uuid::now_v7().simple());
        let said = Arc::new(Semaphore::new(0));
        let words = (0..20_000).flat_map(|n| {
            // The gate counts the words of this answer alone: others use the same model.
            [Step::Note(said.clone()), Step::Say(format!("word{n} ")), Step::Pause(Duration::from_millis(5))]
        });
        system.model.when_asked(&name, Script::new(words));
        let ada = system.sign_up("ada").await;
        let session = ada.opens_a_session().await;
        let mut page = ada.watches(&session).await;
        let generation = ada.asks(&session, &name).await;
        page.sees(&generation, "word20 ").await;

        ada.stops(&session, &generation).await.expect(202);
        tokio::time::sleep(Duration::from_secs(1)).await; // The promise is a second.
        let after_a_second = said.available_permits();
        let end = page.sees_the_end(&generation).await;
        assert_eq!(end.event, "generation.cancelled");
        let stored: Value = ada.reads_the_answer(&session, &generation).await;
        assert_eq!(stored["status"], "cancelled");
        assert_eq!(said.available_permits(), after_a_second, "words that were said later");
    });
}
