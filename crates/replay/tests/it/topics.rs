//! One Kafka for all tests of this binary, domain topics of their own for each, and events to put there.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bus::{Config, Headers, Message, Producer, headers};
use chrono::{DateTime, TimeDelta, Utc};
use devstack::{Options, Stack};
use domain::{EventId, SessionId, TenantId, UserId};
use events::Envelope;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use replay::{Choice, Entry, Error, Log, Order, Unreadable, Until};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

static STACK: LazyLock<(Runtime, Stack)> = LazyLock::new(|| {
    let start = || {
        let runtime = Runtime::new().unwrap();
        let stack = runtime.block_on(Stack::start(Options::test(), |_| {})).unwrap();
        (runtime, stack)
    };
    std::thread::spawn(start).join().unwrap()
});

/// The domain topics of one test, and what was written there.
pub struct Written {
    pub config: Config,
    producer: Producer,
    position: i64,
    sequences: BTreeMap<String, i64>,
    pub session: SessionId,
    pub alice: UserId,
    tenant: TenantId,
}

/// A topic that was made is there a moment later.
async fn is_there(config: &Config, name: &str) {
    let reader = bus::Reader::new(config).unwrap();
    for number in 0..12 {
        let partition = bus::Partition::new(name, number);
        while reader.range(&partition).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}

pub async fn topics() -> Written {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("r{}.", TESTS.fetch_add(1, Ordering::Relaxed));
    let config = Config { bootstrap: STACK.1.kafka.clone(), prefix, ..Config::default() };
    let admin: AdminClient<DefaultClientContext> = bus::client(&config).create().unwrap();
    let names =
        ["users", "tenants", "projects", "sessions", "inspections", "billing"].map(|name| config.topics().named(name));
    let new = names.iter().map(|name| NewTopic::new(name, 12, TopicReplication::Fixed(1)));
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(60)));
    let made = admin.create_topics(&new.collect::<Vec<_>>(), &options).await.unwrap();
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    for name in &names {
        is_there(&config, name).await;
    }
    Written {
        producer: Producer::new(&config).unwrap(),
        config,
        position: 0,
        sequences: BTreeMap::new(),
        session: SessionId::generate(),
        alice: UserId::generate(),
        tenant: TenantId::generate(),
    }
}

pub fn noon() -> DateTime<Utc> {
    "2025-11-21T12:00:00Z".parse().unwrap()
}

impl Written {
    /// As the relay writes it: the next position, the next sequence, a minute after the one before.
    pub async fn event(&mut self, aggregate: (&str, &str), event_type: &str, payload: Value) -> Message {
        let message = self.message(aggregate, event_type, &payload);
        self.send(message.clone()).await;
        message
    }

    pub fn message(&mut self, (kind, id): (&str, &str), event_type: &str, payload: &Value) -> Message {
        self.position += 1;
        let sequence = self.sequences.entry(id.to_owned()).or_default();
        *sequence += 1;
        let envelope = Envelope {
            event_id: EventId::generate(),
            tenant_id: self.tenant,
            aggregate_type: kind.to_owned(),
            aggregate_id: id.to_owned(),
            sequence: *sequence,
            occurred_at: noon() + TimeDelta::minutes(self.position),
            actor: self.alice.to_string(),
            correlation_id: "req-1".to_owned(),
            causation_id: None,
        };
        let payload = events::latest(event_type).unwrap().encode(&envelope, payload).unwrap();
        Message {
            topic: self.config.topics().of_aggregate(kind).unwrap(),
            key: id.to_owned(),
            payload: payload.into(),
            headers: Headers::new().with(headers::POSITION, self.position).with(headers::EVENT_TYPE, event_type),
        }
    }

    pub async fn send(&self, message: Message) {
        self.producer.send(message).await.unwrap().await.unwrap();
    }

    pub async fn opens(&mut self, session: SessionId) -> Message {
        let payload = json!({
            "session_id": session, "project_id": domain::ProjectId::generate(), "owner": self.alice,
            "sealed": "AAECAw==", "key_id": "key-1",
        });
        self.event(("session", &session.to_string()), "SessionOpened", payload).await
    }

    pub async fn completes(&mut self, session: SessionId, tokens: i64, amount: &str) {
        let outcome = json!({
            "model": "played", "provider": "vllm", "prompt_digest": "00", "finish_reason": "stop", "pieces": 1,
            "usage": { "prompt_tokens": 7, "completion_tokens": tokens, "total_tokens": tokens + 7 },
            "cost": { "amount": amount, "currency": "USD", "price_list": "1" },
        });
        let generation = domain::GenerationId::generate();
        let payload = json!({ "session_id": session, "generation_id": generation, "attempt": 1, "outcome": outcome });
        self.event(("session", &session.to_string()), "GenerationCompleted", payload).await;
    }

    pub async fn registers(&mut self, user: UserId) {
        let payload = json!({ "user_id": user, "home_tenant_id": self.tenant });
        self.event(("user", &user.to_string()), "UserRegistered", payload).await;
    }

    /// What is chosen, in the order of each partition.
    pub async fn read(&self, choice: &Choice) -> Result<Vec<Entry>, Error> {
        let mut log = Log::open(&self.config, choice, Until::Now).await?;
        let mut entries = Vec::new();
        while let Some(record) = log.next().await? {
            let entry = Entry::read(log.topics(), &record)?;
            entries.extend(choice.takes(&entry).then_some(entry));
        }
        Ok(entries)
    }

    /// What is chosen, in the order of the log.
    pub async fn replay(&self, choice: &Choice) -> Result<Vec<Entry>, Error> {
        let mut log = Log::open(&self.config, choice, Until::Now).await?;
        let mut order = Order::new(choice.is_everything());
        let mut entries = Vec::new();
        while let Some(record) = log.next().await? {
            let entry = Entry::read(log.topics(), &record)?;
            let wanted = choice.takes(&entry);
            order.push(entry, wanted);
            entries.extend(order.ready(&log)?);
        }
        entries.extend(order.ready(&log)?);
        Ok(entries)
    }

    /// Everything in the order of the log, with room for so many events; and how many waited at most.
    pub async fn replay_within(&self, room: usize) -> (Vec<Entry>, usize) {
        let mut log = Log::open(&self.config, &Choice::default(), Until::Now).await.unwrap();
        let (mut order, mut entries, mut most) = (Order::new(true).with_room(room), Vec::new(), 0);
        while let Some(record) = log.next().await.unwrap() {
            order.push(Entry::read(log.topics(), &record).unwrap(), true);
            entries.extend(order.ready(&log).unwrap());
            most = most.max(order.waiting());
            let ahead = order.ahead(&log);
            log.hold(ahead).unwrap();
        }
        entries.extend(order.ready(&log).unwrap());
        (entries, most)
    }

    /// Why the log cannot be read.
    pub async fn refusal(&self) -> Unreadable {
        match self.read(&Choice::default()).await {
            Err(Error::Unreadable(refusal)) => refusal,
            other => panic!("expected an unreadable record, not {other:?}"),
        }
    }
}
