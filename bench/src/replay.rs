//! Events a second out of Kafka for a consumer that counts them, beside a bare Kafka client on the same records.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ::replay::{Choice, Entry, Log, Until};
use anyhow::Context;
use bus::{Headers, Message, Producer, headers};
use clap::Args;
use devstack::{Options, Stack};
use domain::{EventId, GenerationId, SessionId, TenantId, UserId};
use events::Envelope;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::{Value, json};

use crate::numbers::load;

/// How long a record may be on its way.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Args)]
pub struct Replay {
    /// Events in the log.
    #[arg(long, default_value_t = 500_000)]
    events: usize,

    /// Sessions that they belong to.
    #[arg(long, default_value_t = 5_000)]
    sessions: usize,
}

impl Replay {
    pub async fn run(self) -> anyhow::Result<Value> {
        let folder = tempfile::tempdir()?;
        let options = Options { kafka: 0, postgres: 0, redis: 0, ..Options::up(folder.path()) };
        let stack = Stack::start(options, |_| {}).await?;
        let config = bus::Config { bootstrap: stack.kafka.clone(), ..bus::Config::default() };
        bus::admin::apply(&config).await?;
        let bytes = self.fill(&config).await?;
        // Once before it counts, so that both find the log in the same caches.
        self.bare(&config)?;
        let bare = self.bare(&config)?;
        let (counted, decoded) = (self.counted(&config, false).await?, self.counted(&config, true).await?);
        stack.stop().await;
        Ok(json!({
            "bench": "replay", "events": self.events, "bytes_per_event": bytes / self.events,
            "bare_per_second": bare.round(), "counted_per_second": counted.round(),
            "decoded_per_second": decoded.round(), "counted_ratio": ratio(counted, bare),
            "decoded_ratio": ratio(decoded, bare), "load": load(),
        }))
    }

    /// A log as the relay writes it: the session's topic, headers, positions; one event in six ends an answer.
    async fn fill(&self, config: &bus::Config) -> anyhow::Result<usize> {
        let producer = Producer::new(config)?;
        let sessions: Vec<_> = (0..self.sessions).map(|_| SessionId::generate()).collect();
        let (topic, tenant, user) = (config.topics().sessions(), TenantId::generate(), UserId::generate());
        let (mut bytes, mut last) = (0, None);
        for number in 0..self.events {
            let session = sessions.get(number % sessions.len()).context("there are sessions")?;
            let envelope = envelope(tenant, *session, user, number / sessions.len() + 1);
            let (event_type, payload) = event(number, *session);
            let contract = events::latest(event_type).context("the event has a schema")?;
            let payload = contract.encode(&envelope, &payload)?;
            bytes += payload.len();
            let headers = Headers::new()
                .with(headers::EVENT_ID, envelope.event_id)
                .with(headers::EVENT_TYPE, event_type)
                .with(headers::TENANT_ID, tenant)
                .with(headers::POSITION, number + 1)
                .with(headers::SEQUENCE, envelope.sequence)
                .with(headers::CORRELATION_ID, &envelope.correlation_id);
            let message = Message { topic: topic.clone(), key: session.to_string(), payload: payload.into(), headers };
            last = Some(producer.send(message).await?);
        }
        last.context("there are events")?.await?;
        producer.flush(PATIENCE).await?;
        Ok(bytes)
    }

    /// The client library alone: every record fetched and its length read.
    fn bare(&self, config: &bus::Config) -> anyhow::Result<f64> {
        let consumer: BaseConsumer = bus::client(config)
            .set("group.id", "bench-bare")
            .set("enable.auto.commit", "false")
            .set("queued.max.messages.kbytes", config.consumer.prefetch_kilobytes.to_string())
            .create()?;
        let topic = config.topics().sessions();
        let mut list = TopicPartitionList::new();
        for number in 0..config.topics().partitions(&topic).unwrap_or_default() {
            list.add_partition_offset(&topic, number as i32, Offset::Beginning)?;
        }
        let begun = Instant::now();
        consumer.assign(&list)?;
        let (mut count, mut bytes) = (0, 0);
        while count < self.events {
            let record = consumer.poll(PATIENCE).context("Kafka sends nothing any more")??;
            bytes += record.payload_len();
            count += 1;
        }
        anyhow::ensure!(bytes > 0, "the records are empty");
        Ok(count as f64 / begun.elapsed().as_secs_f64())
    }

    /// Our reader: each event once, counted by type; decoded whole, or by its header alone.
    async fn counted(&self, config: &bus::Config, decode: bool) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let mut log = Log::open(config, &Choice::default(), Until::Now).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(record) = log.next().await? {
            let entry = if decode { Some(Entry::read(log.topics(), &record)?) } else { None };
            let of_record = || record.headers.get(headers::EVENT_TYPE).unwrap_or_default();
            let event_type = entry.as_ref().map_or_else(of_record, |entry| entry.record.event_type);
            match counts.get_mut(event_type) {
                Some(count) => *count += 1,
                None => drop(counts.insert(event_type.to_owned(), 1)),
            }
        }
        let count: usize = counts.values().sum();
        anyhow::ensure!(count == self.events, "{count} of {} events were counted", self.events);
        Ok(count as f64 / begun.elapsed().as_secs_f64())
    }
}

fn ratio(ours: f64, bare: f64) -> f64 {
    (ours / bare * 1000.0).round() / 1000.0
}

fn envelope(tenant: TenantId, session: SessionId, user: UserId, sequence: usize) -> Envelope {
    let event_id = EventId::generate();
    Envelope {
        event_id,
        tenant_id: tenant,
        aggregate_type: "session".to_owned(),
        aggregate_id: session.to_string(),
        sequence: sequence as i64,
        occurred_at: std::time::SystemTime::now().into(),
        actor: user.to_string(),
        correlation_id: format!("req-{event_id}"),
        causation_id: None,
    }
}

fn event(number: usize, session: SessionId) -> (&'static str, Value) {
    let generation = GenerationId::generate();
    if number % 6 != 5 {
        let started = json!({
            "session_id": session, "generation_id": generation, "attempt": 1,
            "worker_id": domain::WorkerId::generate(), "model": "played", "provider": "vllm",
        });
        return ("GenerationStarted", started);
    }
    let outcome = json!({
        "model": "played", "provider": "vllm", "prompt_digest": "00".repeat(32), "finish_reason": "stop", "pieces": 20,
        "usage": { "prompt_tokens": 900, "completion_tokens": 450, "total_tokens": 1350 },
        "cost": { "amount": "0.0123", "currency": "USD", "price_list": "1" },
    });
    let completed = json!({
        "session_id": session, "generation_id": generation, "attempt": 1, "outcome": outcome,
        "sealed": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "key_id": "key-1",
    });
    ("GenerationCompleted", completed)
}
