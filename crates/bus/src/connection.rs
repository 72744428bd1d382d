//! The settings that every client of ours begins with, and its voice in our log.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use secrecy::ExposeSecret;

use crate::Config;

/// The base of every client: where the brokers are and how we keep in touch.
pub fn client(config: &Config) -> ClientConfig {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", &config.bootstrap)
        .set("client.id", &config.client_id)
        .set("socket.timeout.ms", millis(config.request_timeout))
        .set("socket.connection.setup.timeout.ms", "5000")
        .set("socket.keepalive.enable", "true")
        .set("socket.nagle.disable", "true")
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "1000")
        .set("broker.address.ttl", "1000")
        .set("allow.auto.create.topics", "false")
        .set("log.connection.close", "false");
    for (name, value) in &config.properties {
        client.set(name, value.expose_secret());
    }
    client
}

pub fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

/// Passes on what the library says: once per kind and [`QUIET`], because it repeats itself with every retry.
#[derive(Debug, Default)]
pub struct Voice {
    last: Mutex<HashMap<String, Instant>>,
}

const QUIET: Duration = Duration::from_secs(30);
/// Kinds are few (`FAIL`, `ERROR`, `REQTMOUT` …); the bound is there for the day they are not.
const KINDS: usize = 64;

impl Voice {
    fn is_news(&self, kind: &str) -> bool {
        let Ok(mut last) = self.last.lock() else { return true };
        let now = Instant::now();
        if last.get(kind).is_some_and(|at| now.duration_since(*at) < QUIET) {
            return false;
        }
        if last.len() >= KINDS {
            last.clear();
        }
        last.insert(kind.to_owned(), now);
        true
    }

    pub fn say(&self, level: RDKafkaLogLevel, kind: &str, text: &str) {
        let serious = (level as i32) <= RDKafkaLogLevel::Warning as i32;
        match (serious, serious && self.is_news(kind)) {
            (true, true) => tracing::warn!(target: "kafka", kind, "{text}"),
            (true, false) => tracing::debug!(target: "kafka", kind, "{text}"),
            (false, _) => tracing::trace!(target: "kafka", kind, "{text}"),
        }
    }
}

impl ClientContext for Voice {
    fn log(&self, level: RDKafkaLogLevel, kind: &str, text: &str) {
        // A broker that has just started says "not yet" to the first producer, which asks again by itself.
        let level = if kind == "GETPID" { RDKafkaLogLevel::Info } else { level };
        self.say(level, kind, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // Whoever asked for it hears it from the queue; for everybody else it is no error at all.
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::PartitionEOF) {
            return;
        }
        self.say(RDKafkaLogLevel::Error, &error.to_string(), reason);
    }
}
