//! The log on the command line: as people, scripts and analysts ask for it.

use std::process::{Output, Stdio};

use bus::{Headers, Message, Producer, headers};
use serde_json::Value;
use testkit::{Person, Script, System};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::consumers::python;
use crate::story;

async fn answered(system: &System, prompt: &str) -> (Person, String, String) {
    system.model.when_asked(prompt, Script::says(["A whole ", "answer."]));
    let alice = system.sign_up("alice").await;
    let session = alice.opens_a_session().await;
    let mut page = alice.watches(&session).await;
    let generation = alice.asks(&session, prompt).await;
    page.sees_the_end(&generation).await;
    (alice, session, generation)
}

async fn run(system: &System, arguments: &[&str]) -> Output {
    system.atelier(arguments).unwrap().output().await.unwrap()
}

#[track_caller]
fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn failed(output: &Output, code: i32, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{said}");
}

fn types(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["event_type"].as_str().unwrap()).collect()
}

#[test]
fn a_session_is_shown_from_its_first_event_to_its_last() {
    story(async |system: &System| {
        let prompt = format!("shown {}", uuid::Uuid::now_v7().simple());
        let (alice, session, _) = answered(system, &prompt).await;
        let shown = run(system, &["events", "show", "--session", &session]).await;
        assert!(!String::from_utf8_lossy(&shown.stdout).contains(&prompt), "texts stay sealed");
        let lines = lines(&shown);
        let expected = [
            "SessionOpened",
            "MessagePosted",
            "GenerationQueued",
            "GenerationRequested",
            "GenerationStarted",
            "GenerationCompleted",
        ];
        assert_eq!(types(&lines), expected);
        assert!(lines.iter().zip(1..).all(|(line, sequence)| line["sequence"] == sequence));
        assert_eq!(lines[1]["data"]["private"]["sealed"], true);

        let opened = run(system, &["events", "show", "--session", &session, "--type", "MessagePosted", "--open"]).await;
        assert_eq!(self::lines(&opened)[0]["data"]["private"]["content"], prompt.as_str());
        let id = alice.get("me").await.expect(200).text("id");
        let hers = self::lines(&run(system, &["events", "show", "--user", &id]).await);
        assert!(types(&hers).contains(&"UserRegistered") && types(&hers).contains(&"MessagePosted"), "{hers:?}");
    });
}

#[test]
fn the_whole_log_is_replayed_in_its_order_and_without_a_gap() {
    story(async |system: &System| {
        let (_, session, _) = answered(system, "replayed in order").await;
        let lines = lines(&run(system, &["events", "replay"]).await);
        let positions: Vec<_> = lines.iter().map(|line| line["position"].as_i64().unwrap()).collect();
        assert_eq!(positions, (1..=positions.len() as i64).collect::<Vec<_>>());
        assert!(lines.iter().any(|line| line["aggregate_id"] == session.as_str()));
        let none = self::lines(&run(system, &["events", "replay", "--to", "2020-01-01"]).await);
        assert!(none.is_empty());
    });
}

#[test]
fn a_tail_shows_an_event_when_it_happens() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut tail = system.atelier(&["events", "tail", "--session", &session, "--type", "SessionRenamed"]).unwrap();
        let mut tail = tail.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut words = BufReader::new(tail.stderr.take().unwrap()).lines();
        assert!(words.next_line().await.unwrap().unwrap().contains("waiting for events"));

        let rename = alice.request(reqwest::Method::PATCH, &format!("sessions/{session}"));
        rename.json(&serde_json::json!({ "title": "Now" })).send().await.unwrap().error_for_status().unwrap();
        let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
        let line: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(line["event_type"], "SessionRenamed");
        assert_eq!(line["aggregate_id"], session.as_str());
        tail.kill().await.unwrap();
    });
}

#[test]
fn wrong_questions_get_an_answer_that_helps() {
    story(async |system: &System| {
        let ask = async |arguments: &[&str]| run(system, &[&["events"], arguments].concat()).await;
        failed(&ask(&["show", "--type", "GenerationComplete"]).await, 2, "GenerationCompleted");
        failed(&ask(&["show", "--session", "usr_1"]).await, 2, "--session");
        failed(&ask(&["show", "--from", "soon"]).await, 2, "2026-11-21T12:00:00Z");
        failed(&ask(&["show", "--from", "2026-11-02", "--to", "2026-11-01"]).await, 1, "--from is not before --to");
        let export = ["export", "--out", "/nowhere/at/all.parquet", "--format", "parquet"];
        failed(&ask(&export).await, 1, "cannot write /nowhere/at/all.parquet: No such file");
        let mut down = system.atelier(&["events", "show"]).unwrap();
        let down = down.env("ATELIER_KAFKA_BOOTSTRAP", "127.0.0.1:1").env("ATELIER_KAFKA_REQUEST_TIMEOUT", "2s");
        failed(&down.output().await.unwrap(), 1, "the log at 127.0.0.1:1 cannot be read");
        failed(
            &run(system, &["schemas", "push", "--registry", "http://127.0.0.1:1"]).await,
            1,
            "no schema registry answers",
        );
    });
}

/// Records that nobody of ours wrote, on topics of their own: the shared system must not meet them.
#[test]
fn a_record_of_a_future_version_stops_a_reader_and_can_be_skipped() {
    story(async |system: &System| {
        const PREFIX: &str = "poisoned.";
        let config =
            bus::Config { bootstrap: system.stack.kafka.clone(), prefix: PREFIX.to_owned(), ..bus::Config::default() };
        bus::admin::apply(&config).await.unwrap();
        let headers = Headers::new().with(headers::POSITION, 1).with(headers::EVENT_TYPE, "SessionMoved");
        let payload = [&[0], &4_000_000_u32.to_be_bytes()[..], b"anything"].concat().into();
        let message = Message { topic: config.topics().sessions(), key: "ses_1".to_owned(), payload, headers };
        Producer::new(&config).unwrap().send(message).await.unwrap().await.unwrap();

        let ask = async |arguments: &[&str]| {
            let mut command = system.atelier(&[&["events"], arguments].concat()).unwrap();
            command.env("ATELIER_KAFKA_PREFIX", PREFIX).output().await.unwrap()
        };
        let out = system.folder.path().join("poisoned.parquet");
        let export = ["export", "--format", "parquet", "--out", out.to_str().unwrap()];
        for arguments in [&["show"][..], &["replay"], &export] {
            failed(&ask(arguments).await, 1, "schema id 4000000 is unknown here");
        }
        assert!(!out.exists(), "nothing is left");
        let skipped = ask(&["show", "--skip-unreadable"]).await;
        assert!(lines(&skipped).is_empty());
        assert!(String::from_utf8_lossy(&skipped.stderr).contains("1 record(s) could not be read"));

        let registry = system.registry.as_str();
        let stranger = ["usage.py", "--bootstrap", &system.stack.kafka, "--registry", registry, "--prefix", PREFIX];
        failed(&python(system, &stranger).await, 1, "written by a newer Atelier");
    });
}

#[test]
fn the_schemas_are_checked_and_pushed_on_the_command_line() {
    story(async |system: &System| {
        let checked = run(system, &["schemas", "check"]).await;
        assert!(String::from_utf8_lossy(&checked.stdout).contains("everything since 0.1.0 can be read"));
        let pushed = run(system, &["schemas", "push", "--registry", system.registry.as_str()]).await;
        assert!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
        assert!(String::from_utf8_lossy(&pushed.stdout).contains("0 of them new"), "they are there: it is ours");
        failed(&run(system, &["schemas", "check", "--schemas", "/nowhere"]).await, 1, "/nowhere");
    });
}
