//! The topics we have, as declared in `infra/kafka/topics.yaml`.

use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// What every topic of ours is; names without prefix.
pub fn declared() -> &'static [Declaration] {
    static DECLARED: LazyLock<Vec<Declaration>> = LazyLock::new(|| {
        let file: File = serde_yaml_ng::from_str(include_str!("../../../infra/kafka/topics.yaml"))
            .unwrap_or_else(|error| panic!("topics.yaml is part of this build, and a test reads it: {error}"));
        file.declarations()
    });
    &DECLARED
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Without prefix, for example `sessions`.
    pub name: String,
    pub partitions: u32,
    pub kept: Kept,
    /// What it is for.
    pub why: String,
}

/// How long a record stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Forever,
    /// The newest of every key, for ever.
    Compacted,
    For(Duration),
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "forever" => Ok(Self::Forever),
            "compacted" => Ok(Self::Compacted),
            text => humantime_serde::re::humantime::parse_duration(text).map(Self::For).map_err(de::Error::custom),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topics: Vec<Declaration>,
    dead_letters: DeadLetters,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadLetters {
    suffix: String,
    of: Vec<String>,
    partitions: u32,
    kept: Kept,
    why: String,
}

impl File {
    fn declarations(self) -> Vec<Declaration> {
        let dead = self.dead_letters;
        let letters = dead.of.iter().map(|topic| Declaration {
            name: format!("{topic}{}", dead.suffix),
            partitions: dead.partitions,
            kept: dead.kept,
            why: dead.why.clone(),
        });
        self.topics.into_iter().chain(letters).collect()
    }
}

const DEAD_LETTER: &str = ".dead-letter";

/// Each has the facts of one type of aggregate, whose name is the singular.
const OF_AGGREGATES: [&str; 5] = ["users", "tenants", "projects", "sessions", "inspections"];

/// The names of our topics in one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    prefix: String,
}

impl Topics {
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// Facts about people's accounts, keyed by user id.
    pub fn users(&self) -> String {
        self.named("users")
    }

    /// Facts about organisations, keyed by tenant id.
    pub fn tenants(&self) -> String {
        self.named("tenants")
    }

    /// Facts about projects, keyed by project id.
    pub fn projects(&self) -> String {
        self.named("projects")
    }

    /// Facts about conversations, keyed by session id.
    pub fn sessions(&self) -> String {
        self.named("sessions")
    }

    /// Who read the audit log, keyed by the reading's id.
    pub fn inspections(&self) -> String {
        self.named("inspections")
    }

    /// Facts about accounts and invoices, keyed by account id.
    pub fn billing(&self) -> String {
        self.named("billing")
    }

    /// Runnable work for generation workers, keyed by session id.
    pub fn generation_requests(&self) -> String {
        self.named("generation-requests")
    }

    /// Cancellations; one partition.
    pub fn generation_control(&self) -> String {
        self.named("generation-control")
    }

    /// What a browser watches, keyed by session id.
    pub fn session_stream(&self) -> String {
        self.named("session-stream")
    }

    /// One record per request, keyed by tenant id.
    pub fn access_log(&self) -> String {
        self.named("access-log")
    }

    /// Signed roots of the chain; one partition.
    pub fn audit_roots(&self) -> String {
        self.named("audit-roots")
    }

    /// Where the facts of an aggregate type go, for example of `session`.
    pub fn of_aggregate(&self, aggregate_type: &str) -> Option<String> {
        let name = format!("{aggregate_type}s");
        OF_AGGREGATES.contains(&name.as_str()).then(|| self.named(&name))
    }

    /// The topics that together hold every relayed event once.
    pub fn of_aggregates(&self) -> impl Iterator<Item = String> {
        OF_AGGREGATES.iter().map(|name| self.named(name))
    }

    /// Where the poison of a topic goes, by its full name.
    pub fn dead_letter(topic: &str) -> String {
        format!("{topic}{DEAD_LETTER}")
    }

    /// How many partitions a topic of ours has, by its full name.
    pub fn partitions(&self, topic: &str) -> Option<u32> {
        let name = topic.strip_prefix(&self.prefix)?;
        declared().iter().find(|declaration| declaration.name == name).map(|declaration| declaration.partitions)
    }

    /// The full name of a declared topic.
    pub fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_declares_every_topic_that_has_a_name_here() {
        let topics = Topics::new("x.");
        let named = [
            topics.users(),
            topics.tenants(),
            topics.projects(),
            topics.sessions(),
            topics.billing(),
            topics.inspections(),
            topics.generation_requests(),
            topics.generation_control(),
            topics.session_stream(),
            topics.access_log(),
            topics.audit_roots(),
        ];
        for topic in &named {
            assert!(topics.partitions(topic).is_some(), "{topic}");
        }
        let alive = declared().iter().filter(|declaration| !declaration.name.ends_with(DEAD_LETTER));
        assert_eq!(alive.count(), named.len());
    }

    #[test]
    fn facts_and_work_have_dead_letters_with_one_partition() {
        let topics = Topics::new("atelier.");
        for topic in [topics.sessions(), topics.generation_requests()] {
            assert_eq!(topics.partitions(&Topics::dead_letter(&topic)), Some(1));
        }
        assert_eq!(topics.partitions(&Topics::dead_letter(&topics.session_stream())), None);
    }

    #[test]
    fn an_aggregate_has_its_topic() {
        let topics = Topics::new("atelier.");
        assert_eq!(topics.of_aggregate("session"), Some(topics.sessions()));
        assert_eq!(topics.of_aggregate("access-log"), None);
    }

    #[test]
    fn how_long_it_is_kept_is_read() {
        let kept = |name: &str| declared().iter().find(|d| d.name == name).map(|d| d.kept);
        assert_eq!(kept("sessions"), Some(Kept::Forever));
        assert_eq!(kept("audit-roots"), Some(Kept::Compacted));
        assert_eq!(kept("session-stream"), Some(Kept::For(Duration::from_secs(24 * 60 * 60))));
    }
}
