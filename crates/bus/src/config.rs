//! How we reach Kafka and how much we hold while we wait for it.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::Topics;

/// Section `[kafka]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Brokers to begin with, `host:port` separated by commas.
    pub bootstrap: String,

    /// Begins the name of every topic, dead letter and consumer group. Two installations on one cluster
    /// need two prefixes.
    pub prefix: String,

    /// What this process is called in the broker's logs and quotas.
    pub client_id: String,

    /// How long one question to the cluster may take: metadata, offsets, creating topics.
    #[serde(with = "humantime_serde")]
    pub request_timeout: Duration,

    /// The largest record in bytes, before compression; also what the topics are created with. It bounds
    /// one event, so all the changed files of one answer.
    pub max_record_bytes: u32,

    /// Copies of every partition that `topics apply` creates. From 3 on, two of them must have a record
    /// before it counts as written.
    pub replication: u8,

    /// More settings for the client library, such as `security.protocol` and `sasl.password`. They win
    /// over ours, so they can break what is promised here.
    pub properties: BTreeMap<String, SecretString>,

    /// How records are sent: section `[kafka.producer]`.
    pub producer: ProducerConfig,

    /// How records are read: section `[kafka.consumer]`.
    pub consumer: ConsumerConfig,
}

/// Section `[kafka.producer]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProducerConfig {
    /// How long a record waits for company before it is sent. Zero sends at once; records that come while
    /// a request is under way share the next one anyhow.
    #[serde(with = "humantime_serde")]
    pub linger: Duration,

    /// How many records may wait for their acknowledgement; `send` waits when there are more.
    pub queue_records: u32,

    /// How many kilobytes may wait for their acknowledgement; `send` waits when there are more.
    pub queue_kilobytes: u32,

    /// How long `send` waits for room in the queue.
    #[serde(with = "humantime_serde")]
    pub room_timeout: Duration,

    /// How long we try to deliver a record before we say that it failed. It may be in the log all the same.
    #[serde(with = "humantime_serde")]
    pub delivery_timeout: Duration,
}

/// Section `[kafka.consumer]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsumerConfig {
    /// How long the group believes in a member that it hears nothing of. After a crash its partitions
    /// stand still for this long.
    #[serde(with = "humantime_serde")]
    pub session_timeout: Duration,

    /// How often a member says that it is alive; at most a third of `session_timeout`.
    #[serde(with = "humantime_serde")]
    pub heartbeat: Duration,

    /// How often finished work is committed. A crash repeats what was finished since.
    #[serde(with = "humantime_serde")]
    pub commit_every: Duration,

    /// How many records are held unfinished, waiting ones included, before we stop fetching.
    pub in_hand: usize,

    /// How many records are held in all, finished ones behind an unfinished one included. A crash
    /// repeats at most these.
    pub window: usize,

    /// How many kilobytes the client library fetches ahead.
    pub prefetch_kilobytes: u32,

    /// How long the broker holds a fetch that finds nothing. New and resumed partitions wait for the one
    /// under way, so it bounds their delay; lower means more idle requests.
    #[serde(with = "humantime_serde")]
    pub fetch_wait: Duration,

    /// The pause before the first repetition of failed work; it doubles from try to try.
    #[serde(with = "humantime_serde")]
    pub retry_first: Duration,

    /// The longest pause between two tries.
    #[serde(with = "humantime_serde")]
    pub retry_longest: Duration,

    /// How often work is tried in all; after that it is parked.
    pub tries: u32,

    /// How long closing may take; after that the group finds out by `session_timeout`.
    #[serde(with = "humantime_serde")]
    pub close_timeout: Duration,
}

impl Config {
    /// The names of our topics.
    pub fn topics(&self) -> Topics {
        Topics::new(&self.prefix)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bootstrap: "127.0.0.1:9092".to_owned(),
            prefix: "atelier.".to_owned(),
            client_id: "atelier".to_owned(),
            request_timeout: Duration::from_secs(15),
            max_record_bytes: 16 * 1024 * 1024,
            replication: 1,
            properties: BTreeMap::new(),
            producer: ProducerConfig::default(),
            consumer: ConsumerConfig::default(),
        }
    }
}

impl Default for ProducerConfig {
    fn default() -> Self {
        Self {
            linger: Duration::ZERO,
            queue_records: 50_000,
            queue_kilobytes: 128 * 1024,
            room_timeout: Duration::from_secs(30),
            delivery_timeout: Duration::from_secs(60),
        }
    }
}

impl Default for ConsumerConfig {
    fn default() -> Self {
        Self {
            session_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(3),
            commit_every: Duration::from_secs(1),
            in_hand: 1_000,
            window: 10_000,
            prefetch_kilobytes: 16 * 1024,
            fetch_wait: Duration::from_millis(100),
            retry_first: Duration::from_millis(500),
            retry_longest: Duration::from_secs(60),
            tries: 50,
            close_timeout: Duration::from_secs(10),
        }
    }
}
