//! The disk of Postgres, then that of Kafka, becomes full in the middle: a clear answer, and nothing lost.
//!
//! One system of its own for both: the disks must be there before it starts. Mounting them needs root.

use std::io::Write;
use std::sync::Arc;

use devstack::{Options, Places, Source};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Connection;
use testkit::{Answer, Disk, Page, Person, Script, Step, System, eventually};
use tokio::sync::Semaphore;

use crate::{RUNTIME, with_logs};

/// An empty Postgres takes 45 MiB, an empty Kafka less.
const DISK: u32 = 160;

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let disks = Disk::mount(DISK).and_then(|postgres| Ok((postgres, Disk::mount(DISK)?)));
    let (postgres, kafka) = match disks {
        Ok(disks) => disks,
        // The harness hides what `eprintln` writes in a story that passes.
        Err(why) => return writeln!(std::io::stderr(), "skipped: no disk can be mounted here: {why}").unwrap(),
    };
    let places = Places { postgres: Some(postgres.path().into()), kafka: Some(kafka.path().into()), redis: None };
    RUNTIME.block_on(async {
        let options = Options { source: Source::Native, places, ..Options::test() };
        let mut system = System::start_on(options).await.expect("the system starts");
        let logs = system.log_files();
        let stories = async {
            commands_say_503_while_the_disk_of_postgres_is_full(&system, &postgres).await;
            a_running_answer_survives_a_full_disk_of_kafka(&mut system, &kafka).await;
        };
        with_logs(&logs, stories).await;
    });
}

/// An answer that is half said when the disk becomes full, and goes on when the story lets it.
struct Half {
    alice: Person,
    session: String,
    page: Page,
    generation: String,
    gate: Arc<Semaphore>,
}

impl Half {
    async fn said(system: &System, prompt: &str) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let halves =
            [Step::Say("before ".into()), Step::Gate(gate.clone()), Step::Say("and after".into()), Step::Finish];
        system.model.when_asked(prompt, Script::new(halves));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, prompt).await;
        page.sees(&generation, "before ").await;
        Self { alice, session, page, generation, gate }
    }

    fn path(&self) -> String {
        format!("sessions/{}/messages", self.session)
    }

    /// Posts a prompt under its own words as the key, so that a repeat is known as one.
    async fn posts(&self, prompt: &str) -> Answer {
        let words = prompt.split(':').next().unwrap_or_default().replace([' ', ','], "-");
        let request = self.alice.request(Method::POST, &self.path()).header("Idempotency-Key", words);
        Answer::of(request.json(&json!({ "content": prompt })).send().await.unwrap()).await
    }

    /// The watched page says the same as the stored messages: each answer whole, each prompt once.
    async fn ends_well(mut self, others: &[(String, String)]) {
        self.page.sees_the_end(&self.generation).await;
        assert_eq!(self.page.view(&self.generation).explanation, "before and after");
        for (prompt, generation) in others {
            self.page.sees_the_end(generation).await;
            assert_eq!(self.page.view(generation).explanation, "answered", "{prompt}");
            assert_eq!(self.alice.reads_the_answer(&self.session, generation).await["content"], "answered");
        }
        assert_eq!(self.page.complaints, Vec::<String>::new());
        let messages = self.alice.get(&self.path()).await.expect(200);
        let of = |role: &str| {
            let items = messages.body["items"].as_array().unwrap().iter();
            items.filter(|message| message["role"] == role).map(|message| message["content"].clone()).collect()
        };
        let (asked, answered): (Vec<Value>, Vec<Value>) = (of("user"), of("assistant"));
        assert_eq!(asked[1..], others.iter().map(|(prompt, _)| json!(prompt)).collect::<Vec<_>>());
        assert_eq!(answered.len(), asked.len());
    }
}

async fn commands_say_503_while_the_disk_of_postgres_is_full(system: &System, disk: &Disk) {
    system.model.when_asked("postgres full", Script::says(["answered"]));
    let mut half = Half::said(system, "while the disk of Postgres fills").await;
    let waiting = "postgres full, in time".to_owned();
    let waits = half.posts(&waiting).await.expect(202).text("generation_id");
    let (mut accepted, refused) = fill_until_refused(&half, disk).await;
    accepted.insert(0, (waiting, waits));
    // What is said goes on: no chunk of it touches Postgres.
    half.gate.add_permits(1);
    let generation = half.generation.clone();
    half.page.sees(&generation, "and after").await;

    disk.make_room().unwrap();
    let again = eventually("the refused command is accepted", || async {
        // A Postgres that could not write its own log has ended.
        if system.stack.postgres_pid().is_none() {
            system.stack.restart_postgres().await.unwrap();
        }
        let answer = half.posts(&refused).await;
        (answer.status == 202).then_some(answer)
    })
    .await;
    system.is_ready().await;
    accepted.push((refused, again.text("generation_id")));
    let session = half.session.clone();
    half.ends_well(&accepted).await;
    no_event_is_half_there(system, &session).await;
}

/// Posts prompts to a disk without room, up to the one that does not fit. Gives the accepted ones with their
/// generations, and the refused one.
async fn fill_until_refused(half: &Half, disk: &Disk) -> (Vec<(String, String)>, String) {
    let mut accepted = Vec::new();
    loop {
        disk.fill().unwrap();
        // Sealed, it cannot be compressed, and needs pages of its own.
        let prompt = format!("postgres full {}: {}", accepted.len(), "room ".repeat(6_000));
        let answer = half.posts(&prompt).await;
        if answer.status != 202 {
            let kind = answer.headers["content-type"].to_str().unwrap();
            assert_eq!(kind, "application/problem+json");
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"), "{}", answer.body);
            assert!(answer.headers.contains_key("retry-after"));
            return (accepted, prompt);
        }
        accepted.push((prompt, answer.text("generation_id")));
    }
}

/// The session's events are numbered without a gap, and no append is there in part.
async fn no_event_is_half_there(system: &System, session: &str) {
    let mut database = sqlx::PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    let question = "select count(*), max(sequence), count(*) filter (where event_type = 'MessagePosted'),
        count(*) filter (where event_type = 'GenerationQueued'), count(*) filter (where event_type = 'GenerationCompleted')
        from store.events where aggregate_id = $1";
    let counts: (i64, i64, i64, i64, i64) =
        sqlx::query_as(question).bind(session).fetch_one(&mut database).await.unwrap();
    let (all, last, posted, queued, completed) = counts;
    assert_eq!((all, posted, posted), (last, queued, completed));
}

async fn a_running_answer_survives_a_full_disk_of_kafka(system: &mut System, disk: &Disk) {
    system.model.when_asked("kafka full", Script::says(["answered"]));
    let half = Half::said(system, "while the disk of Kafka fills").await;
    disk.fill().unwrap();
    half.gate.add_permits(1);
    // The event store is the truth, and its disk has room: commands are accepted all the same.
    let prompt = "kafka full".to_owned();
    let accepted = half.posts(&prompt).await.expect(202).text("generation_id");
    eventually("Kafka ends, as it does when it cannot write", || async {
        disk.fill().unwrap();
        system.stack.kafka_pid().is_none().then_some(())
    })
    .await;

    disk.make_room().unwrap();
    system.mend().await.unwrap();
    half.ends_well(&[(prompt, accepted)]).await;
}
