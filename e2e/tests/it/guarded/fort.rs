//! The guarded Kafka, with the grants made and the topics there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bus::acls::principals;
use bus::{Config, Message, Producer, Topics, declared};
use devstack::{Guard, Options, Stack};
use futures::stream::{StreamExt, iter};
use tempfile::TempDir;
use testkit::Process;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::certificates::Authority;

/// How many of Kafka's tools run at once; each is a JVM.
const TOOLS: usize = 3;

pub struct Fort {
    pub stack: Stack,
    pub folder: TempDir,
    guard: Guard,
    log: PathBuf,
    turn: Mutex<()>,
}

/// The one that all tests here share.
pub async fn fort() -> &'static Fort {
    static FORT: OnceCell<Fort> = OnceCell::const_new();
    FORT.get_or_init(Fort::build).await
}

impl Fort {
    async fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key, authority] = Authority::new().signs(folder.path(), "broker");
        let identity = folder.path().join("identity.pem");
        let both = [&certificate, &key].map(|file| std::fs::read_to_string(file).unwrap()).concat();
        std::fs::write(&identity, both).unwrap();
        let users = principals().iter().map(|principal| principal.name.as_str());
        let guard = Guard::new(&identity, &authority, users.map(user));

        let options = Options::guarded(guard.clone());
        let log = options.state.join("logs/kafka.log");
        let stack = Stack::start(options, |line| eprintln!("{line}")).await.unwrap();
        let fort = Self { stack, folder, guard, log, turn: Mutex::default() };
        fort.grants().await;
        fort.settled("operator", &["topics", "apply"]).await;
        fort.sows().await;
        fort
    }

    /// Somebody's way to Kafka.
    pub fn kafka(&self, who: &str) -> Config {
        self.with(self.guard.settings(&user(who)))
    }

    pub fn topics(&self) -> Topics {
        self.kafka("").topics()
    }

    /// Tests that look at refusals, or make some, come one after the other.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// What the broker has refused so far, by its own account.
    pub fn refusals(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap();
        log.lines().filter(|line| line.contains(" is Denied ")).map(str::to_owned).collect()
    }

    /// How many records a topic has.
    pub async fn records(&self, topic: &str) -> i64 {
        let reader = bus::Reader::new(&self.with(self.guard.admin())).unwrap();
        let mut records = 0;
        for number in 0..self.topics().partitions(topic).unwrap() as i32 {
            let (low, high) = reader.range(&bus::Partition::new(topic, number)).await.unwrap();
            records += high - low;
        }
        records
    }

    /// The settings of a process that comes as this one, as a file.
    pub fn settings(&self, who: &str) -> PathBuf {
        let properties = self.guard.settings(&user(who));
        let properties: String = properties.iter().map(|(name, value)| format!("'{name}' = '{value}'\n")).collect();
        let file = self.folder.path().join(format!("{who}.toml"));
        let text = format!("[kafka]\nbootstrap = '{}'\n\n[kafka.properties]\n{properties}", self.stack.kafka);
        std::fs::write(&file, text).unwrap();
        file
    }

    /// A command that must succeed, with these credentials.
    pub async fn settled(&self, who: &str, arguments: &[&str]) -> String {
        let settings = [
            ("ATELIER_CONFIG".to_owned(), self.settings(who).display().to_string()),
            ("ATELIER_DATABASE_URL".to_owned(), self.stack.postgres.to_string()),
        ];
        let atelier = Process::new(who, &[], settings.into(), self.folder.path());
        let output = atelier.runs(arguments).await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs what `atelier topics acls` prints.
    async fn grants(&self) {
        devstack::acl_tool(&self.guard, self.folder.path()).await.unwrap();
        let script = self.settled("operator", &["topics", "acls"]).await;
        let lines = script.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        iter(lines)
            .map(|line| shell(line, self.folder.path(), &self.stack.kafka))
            .buffer_unordered(TOOLS)
            .count()
            .await;
    }

    /// One record in each topic that nobody can read, at the beginning of its first partition.
    async fn sows(&self) {
        let producer = Producer::new(&self.with(self.guard.admin())).unwrap();
        for topic in declared() {
            let topic = self.topics().named(&topic.name);
            let partitions = self.topics().partitions(&topic).unwrap();
            let first = |key: &String| bus::partition_of(key.as_bytes(), partitions) == 0;
            let key = (0..1000).map(|number| format!("seed-{number}")).find(first).unwrap();
            let message = Message { topic, key, payload: "not Avro".into(), headers: bus::Headers::new() };
            producer.send(message).await.unwrap().await.unwrap();
        }
    }

    fn with(&self, properties: BTreeMap<&'static str, String>) -> Config {
        let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Config { bootstrap: self.stack.kafka.clone(), properties, ..Config::default() }
    }
}

fn user(principal: &str) -> String {
    format!("atelier-{principal}")
}

async fn shell(line: &str, folder: &Path, brokers: &str) {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-ec", line]).current_dir(folder).env("PATH", path).env("BROKERS", brokers).kill_on_drop(true);
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{said}");
}
