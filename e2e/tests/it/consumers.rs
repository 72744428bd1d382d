//! Strangers who read the log with stock clients and nothing of ours, and what they find.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use testkit::{Person, Script, Step, System};
use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::story;

/// What a consumer found out about one person.
#[derive(Debug, PartialEq, Eq)]
struct Usage {
    answers: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    total_tokens: i64,
    /// In 10⁻¹².
    cost: i128,
}

#[test]
fn a_stock_client_decodes_every_topic_and_its_sums_are_those_of_the_read_model() {
    story(async |system: &System| {
        let (alice, bob) = (works(system, "stock: alice", 2).await, works(system, "stock: bob", 1).await);
        let report = found(&usage(system, system.registry.as_str()).await);
        for person in [&alice, &bob] {
            assert_eq!(person.in_report(&report), person.in_read_model().await);
        }
        let types = report["types"].as_object().unwrap();
        for name in ["UserRegistered", "ProjectCreated", "SessionOpened", "MessagePosted", "GenerationCompleted"] {
            assert!(types.contains_key(name), "{types:?}");
        }
    });
}

/// Two organisations share every topic; who reads for one of them takes what its envelope says is that one's.
#[test]
fn a_consumer_of_one_organisation_takes_nothing_of_another() {
    story(async |system: &System| {
        let (alice, bob) = (works(system, "tenant: alice", 1).await, works(system, "tenant: bob", 1).await);
        let tenant = alice.person.get("org").await.expect(200).text("id");
        let arguments = ["--bootstrap", &system.stack.kafka, "--registry", system.registry.as_str()];
        let report =
            found(&python(system, &[&["usage.py"][..], &arguments, &["--tenant", tenant.as_str()]].concat()).await);
        assert_eq!(alice.in_report(&report), alice.in_read_model().await);
        let users: Vec<_> = report["users"].as_object().unwrap().keys().collect();
        assert_eq!(users, [&alice.id], "{}'s are not among them", bob.id);
        let count = "select count(*) from store.events where tenant_id = $1";
        let stored: i64 = {
            use sqlx::Connection;
            let mut database = sqlx::PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
            sqlx::query_scalar(count).bind(&tenant).fetch_one(&mut database).await.unwrap()
        };
        assert_eq!(report["events"], serde_json::json!(stored), "and everything of theirs");
    });
}

#[test]
fn an_export_in_duckdb_adds_up_to_the_read_model() {
    story(async |system: &System| {
        let (carol, dave) = (works(system, "export: carol", 2).await, works(system, "export: dave", 1).await);
        let file = system.folder.path().join("strangers.parquet");
        let export = ["events", "export", "--format", "parquet", "--out", file.to_str().unwrap()];
        let exported = system.atelier(&export).unwrap().output().await.unwrap();
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));

        let report = found(&python(system, &["analytics.py", file.to_str().unwrap()]).await);
        for person in [&carol, &dave] {
            assert_eq!(person.in_report(&report), person.in_read_model().await);
        }
    });
}

#[test]
fn a_consumer_without_a_registry_says_so_and_fails() {
    story(async |system: &System| {
        works(system, "no registry", 1).await;
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let output = usage(system, &format!("http://{nobody}")).await;
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert!(words.contains("@0: "), "the place is named: {words}");
        assert!(!words.contains("Traceback"), "{words}");
    });
}

/// Someone who has asked for answers, one of which failed and one was stopped.
struct Worker {
    person: Person,
    id: String,
    session: String,
}

async fn works(system: &System, name: &str, answers: usize) -> Worker {
    let person = system.sign_up("stranger").await;
    let id = person.get("me").await.expect(200).text("id");
    let session = person.opens_a_session().await;
    let unique = format!("{name} {}", uuid::Uuid::now_v7().simple());
    let mut page = person.watches(&session).await;
    for answer in 0..answers {
        let words: Vec<_> = (0..=answer).map(|word| format!("word {word} ")).collect();
        let prompt = format!("{unique} answer {answer}.");
        system.model.when_asked(&prompt, Script::says(words.iter().map(String::as_str)));
        let generation = person.asks(&session, &prompt).await;
        page.sees_the_end(&generation).await;
    }
    let (fails, stops) = (format!("{unique} fails."), format!("{unique} stops."));
    system.model.when_asked(&fails, Script::new([Step::Say("half ".to_owned()), Step::Reset]));
    system.model.when_asked(&stops, Script::new([Step::Say("half ".to_owned()), Step::Hang]));
    let failed = person.asks(&session, &fails).await;
    page.sees_the_end(&failed).await;
    let stopped = person.asks(&session, &stops).await;
    page.sees(&stopped, "half ").await;
    person.stops(&session, &stopped).await.expect(202);
    page.sees_the_end(&stopped).await;
    person.reads_the_answer(&session, &stopped).await;
    Worker { person, id, session }
}

impl Worker {
    fn in_report(&self, report: &Value) -> Usage {
        let user = &report["users"][&self.id];
        let number = |name: &str| user[name].as_i64().unwrap_or_else(|| panic!("no {name} of {} in {report}", self.id));
        Usage {
            answers: number("answers"),
            prompt_tokens: number("prompt_tokens"),
            completion_tokens: number("completion_tokens"),
            total_tokens: number("total_tokens"),
            cost: scaled(user["cost"].as_str().unwrap()),
        }
    }

    async fn in_read_model(&self) -> Usage {
        let messages = self.person.get(&format!("sessions/{}/messages?limit=100", self.session)).await.expect(200);
        let messages = messages.body["items"].as_array().unwrap().clone();
        let answers: Vec<_> = messages.iter().filter(|message| message["usage"].is_object()).collect();
        let sum = |name: &str| answers.iter().map(|message| message["usage"][name].as_i64().unwrap()).sum();
        let usage = Usage {
            answers: answers.len() as i64,
            prompt_tokens: sum("prompt_tokens"),
            completion_tokens: sum("completion_tokens"),
            total_tokens: sum("total_tokens"),
            cost: answers.iter().map(|message| scaled(message["cost"]["amount"].as_str().unwrap())).sum(),
        };
        assert!(
            usage.answers > 0 && usage.total_tokens > 0 && usage.cost > 0,
            "there is something to add up: {usage:?}"
        );
        usage
    }
}

fn scaled(amount: &str) -> i128 {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{fraction:0<12}").parse().unwrap()
}

fn found(output: &Output) -> Value {
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn usage(system: &System, registry: &str) -> Output {
    python(system, &["usage.py", "--bootstrap", &system.stack.kafka, "--registry", registry]).await
}

/// Runs one of the consumers in the environment that `prepare` makes.
pub async fn python(system: &System, arguments: &[&str]) -> Output {
    static PYTHON: OnceCell<PathBuf> = OnceCell::const_new();
    let python = PYTHON.get_or_init(prepared).await;
    let mut command = Command::new(python);
    command.args(arguments).current_dir(consumers()).env("PYTHONDONTWRITEBYTECODE", "1").kill_on_drop(true);
    let _ = system; // it must be there while its consumers run
    command.output().await.unwrap()
}

async fn prepared() -> PathBuf {
    let prepared = Command::new(consumers().join("prepare")).output().await.unwrap();
    assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
    PathBuf::from(String::from_utf8(prepared.stdout).unwrap().trim())
}

fn consumers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("consumers")
}
