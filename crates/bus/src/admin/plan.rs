//! What is declared beside what is there.

use std::collections::BTreeMap;
use std::fmt;

use super::cluster::Cluster;
use crate::{Config, Declaration, Error, Kept, declared};

/// Settings of a topic by name.
pub type Settings = BTreeMap<&'static str, String>;

/// The way from what is there to what is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub create: Vec<Topic>,
    pub differs: Vec<Difference>,
}

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// With prefix.
    pub name: String,
    pub partitions: u32,
    pub settings: Settings,
    pub why: String,
}

/// A topic that is there, but otherwise than declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Never changed: keys would lose their order. A new topic has to take its place.
    Partitions { topic: String, declared: u32, actual: u32 },
    /// Set by `apply`.
    Settings { topic: String, settings: Settings },
}

impl Plan {
    /// Whether there is nothing that `apply` would do.
    pub fn is_done(&self) -> bool {
        self.create.is_empty() && !self.differs.iter().any(|d| matches!(d, Difference::Settings { .. }))
    }

    /// Whether there is nothing to do and nothing to report.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.differs.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("every topic is as declared");
        }
        for topic in &self.create {
            writeln!(f, "create {} ({} partitions): {}", topic.name, topic.partitions, topic.why)?;
        }
        self.differs.iter().try_for_each(|difference| writeln!(f, "{difference}"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partitions { topic, declared, actual } => write!(
                f,
                "{topic} has {actual} partitions and not {declared}; that never changes: a new topic must replace it"
            ),
            Self::Settings { topic, settings } => {
                let settings: Vec<_> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "set {topic}: {}", settings.join(", "))
            }
        }
    }
}

pub async fn compare(config: &Config, cluster: &Cluster) -> Result<Plan, Error> {
    let there = cluster.topics().await?;
    let wanted = declared().iter().map(|declaration| wanted(config, declaration));
    let (old, create): (Vec<_>, Vec<_>) = wanted.partition(|topic| there.contains_key(&topic.name));

    let names: Vec<_> = old.iter().map(|topic| topic.name.as_str()).collect();
    let settings = cluster.settings(&names).await?;
    let no_settings = BTreeMap::new();
    let differs = old.iter().flat_map(|topic| {
        let partitions = different_partitions(topic, there.get(&topic.name).copied());
        let settings = different_settings(topic, settings.get(&topic.name).unwrap_or(&no_settings));
        partitions.into_iter().chain(settings)
    });
    Ok(Plan { differs: differs.collect(), create })
}

fn different_partitions(topic: &Topic, actual: Option<u32>) -> Option<Difference> {
    let actual = actual.filter(|actual| *actual != topic.partitions)?;
    Some(Difference::Partitions { topic: topic.name.clone(), declared: topic.partitions, actual })
}

fn different_settings(topic: &Topic, actual: &BTreeMap<String, String>) -> Option<Difference> {
    let mut settings = topic.settings.clone();
    settings.retain(|name, value| actual.get(*name) != Some(value));
    (!settings.is_empty()).then(|| Difference::Settings { topic: topic.name.clone(), settings })
}

fn wanted(config: &Config, declaration: &Declaration) -> Topic {
    Topic {
        name: config.topics().named(&declaration.name),
        partitions: declaration.partitions,
        settings: settings(config, declaration.kept),
        why: declaration.why.clone(),
    }
}

fn settings(config: &Config, kept: Kept) -> Settings {
    let policy = if kept == Kept::Compacted { "compact" } else { "delete" };
    let in_sync = if config.replication >= 3 { 2 } else { 1 };
    let mut settings = Settings::from([
        ("cleanup.policy", policy.to_owned()),
        ("max.message.bytes", (u64::from(config.max_record_bytes) + BATCH_OVERHEAD).to_string()),
        ("min.insync.replicas", in_sync.to_string()),
    ]);
    match kept {
        Kept::Compacted => {}
        Kept::Forever => drop(settings.insert("retention.ms", "-1".to_owned())),
        Kept::For(time) => {
            settings.insert("retention.ms", time.as_millis().to_string());
            // Only closed segments are removed: without this a quiet topic keeps its records for a week.
            settings.insert("segment.ms", (time / 24).as_millis().to_string());
        }
    }
    settings
}

/// What the broker adds to the one record of a batch.
const BATCH_OVERHEAD: u64 = 1024;
