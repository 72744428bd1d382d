//! What an earlier release wrote is read by every later one: its store through the whole system, its topics as they are.

mod freezing;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bus::{Headers, Message, Producer};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use testkit::{System, eventually};

use crate::story;

/// One frozen data set of `e2e/fixtures`; every line of a file is a JSON object.
struct Fixture {
    folder: PathBuf,
}

impl Fixture {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        let fixtures: Vec<_> = folders.map(|folder| Self { folder }).collect();
        assert!(!fixtures.is_empty());
        fixtures
    }

    fn name(&self) -> &str {
        self.folder.file_name().unwrap().to_str().unwrap()
    }

    fn lines(&self, file: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.join(file)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn write(&self, file: &str, lines: &[Value]) {
        fs::create_dir_all(&self.folder).unwrap();
        fs::write(self.folder.join(file), lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
}

#[test]
fn the_bytes_of_every_release_are_what_its_store_says() {
    for fixture in Fixture::all() {
        let records = fixture.lines("topics.jsonl");
        let mut types = BTreeSet::new();
        for row in fixture.lines("store.jsonl") {
            let record = records.iter().find(|record| record["headers"]["event-id"] == row["event_id"]).unwrap();
            let bytes = hex(record["value"].as_str().unwrap());
            let event = events::decode(&bytes).unwrap_or_else(|error| panic!("{}: {error}", row["event_id"]));
            let contract = events::by_id(row["schema_id"].as_u64().unwrap() as u32).unwrap();
            assert_eq!(contract.encode(&event.envelope, &row["payload"]).unwrap(), bytes, "{}", row["event_id"]);
            assert_eq!(row["digest"], format!("\\x{}", shown_hex(&events::digest(&bytes))));
            types.insert(contract.subject);
        }
        let release = events::releases().iter().find(|release| release.name == fixture.name()).unwrap();
        let released = events::all().filter(|contract| release.has(contract) && contract.is_event());
        let missing: Vec<_> = released.map(|contract| contract.subject).filter(|name| !types.contains(name)).collect();
        assert!(missing.is_empty(), "{} has no event of {missing:?}", fixture.name());
    }
}

#[test]
fn the_store_of_every_release_goes_through_the_whole_system() {
    story(async |system: &System| {
        for fixture in Fixture::all() {
            restore(system, &fixture, "keys.data_keys", "keys.jsonl").await;
            restore(system, &fixture, "store.events", "store.jsonl").await;
            let shown = fixture.lines("shown.jsonl");
            let ids: Vec<_> = shown.iter().map(|line| line["event_id"].as_str().unwrap().to_owned()).collect();
            let published = "select count(*) from store.log where event_id = any($1)";
            let all = ids.len() as i64;
            eventually("the old store is published", || count(system, published, ids.clone(), all)).await;

            let now = replayed(system, &[]).await;
            for then in &shown {
                let now = now.iter().find(|line| line["event_id"] == then["event_id"]).unwrap();
                assert_eq!(now["data"], then["data"], "{} {}", fixture.name(), then["event_type"]);
                assert_eq!((&now["sequence"], &now["actor"]), (&then["sequence"], &then["actor"]));
            }
            let prompts = shown.iter().filter_map(|line| line["data"]["private"]["content"].as_str());
            let prompts: Vec<_> = prompts.map(str::to_owned).collect();
            let written = "select count(*) from read.messages where role = 'user' and content = any($1)";
            let all = prompts.len() as i64;
            eventually("the old prompts are in the read model", || count(system, written, prompts.clone(), all)).await;
        }
    });
}

#[test]
fn the_topics_of_every_release_are_replayed_as_they_were() {
    story(async |system: &System| {
        for fixture in Fixture::all() {
            restore(system, &fixture, "keys.data_keys", "keys.jsonl").await;
            let prefix = format!("release-{}.", fixture.name());
            let kafka = system.stack.kafka.clone();
            let config = bus::Config { bootstrap: kafka, prefix: prefix.clone(), ..bus::Config::default() };
            bus::admin::apply(&config).await.unwrap();
            let producer = Producer::new(&config).unwrap();
            for record in fixture.lines("topics.jsonl") {
                producer.send(message(&config, &record)).await.unwrap().await.unwrap();
            }
            let now = replayed(system, &[("ATELIER_KAFKA_PREFIX", &prefix)]).await;
            let then = fixture.lines("shown.jsonl");
            assert_eq!(now.len(), then.len());
            for (now, then) in now.iter().zip(&then) {
                for name in ["position", "event_type", "event_id", "sequence", "occurred_at", "data"] {
                    assert_eq!(now[name], then[name], "{name} of {}", then["event_id"]);
                }
            }
        }
    });
}

/// The whole log in its order and in the clear.
async fn replayed(system: &System, settings: &[(&str, &str)]) -> Vec<Value> {
    let mut command = system.atelier(&["events", "replay", "--open"]).unwrap();
    let output = command.envs(settings.iter().copied()).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn message(config: &bus::Config, record: &Value) -> Message {
    let headers = record["headers"].as_object().unwrap();
    Message {
        topic: config.topics().named(record["topic"].as_str().unwrap()),
        key: record["key"].as_str().unwrap().to_owned(),
        payload: hex(record["value"].as_str().unwrap()).into(),
        headers: headers.iter().fold(Headers::new(), |all, (name, value)| all.with(name, value.as_str().unwrap())),
    }
}

/// Puts the rows back as they were; the columns that the database gives out itself are its own.
async fn restore(system: &System, fixture: &Fixture, table: &str, file: &str) {
    let mut database = PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    let rows = fixture.lines(file);
    let columns: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
    let columns = columns.join(", ");
    let insert = format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, $1::text::jsonb)
         on conflict do nothing"
    );
    let mut transaction = database.begin().await.unwrap();
    for row in &rows {
        sqlx::query(&insert).bind(row.to_string()).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn count(system: &System, query: &str, values: Vec<String>, wanted: i64) -> Option<()> {
    let mut database = PgConnection::connect(system.stack.postgres.as_str()).await.ok()?;
    let found: i64 = sqlx::query_scalar(query).bind(values).fetch_one(&mut database).await.unwrap();
    (found == wanted).then_some(())
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn shown_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
