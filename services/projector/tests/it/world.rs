//! A tenant with its topics, and projectors that follow them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bus::{Headers, Message, Producer, headers};
use domain::session::Event as SessionEvent;
use domain::{Event, EventId, KeyOwners, ProjectId, TenantId, UserId};
use events::Envelope;
use keys::{Config as KeysConfig, Keys};
use projector::rebuild::{Operator, Tools};
use projector::{Config, Parts, Progress};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use runtime::Health;
use runtime::postgres::migrate;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::database::{Database, pool_of, stack};
use crate::talk::{Step, Talk, at};

pub const PARTITIONS: i32 = 3;
/// Longer than anything takes that works.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    pub database: Database,
    pub bus: bus::Config,
    pub keys: Keys,
    pub tenant: TenantId,
    pub alice: UserId,
    pub project: ProjectId,
    producer: Producer,
    sealer: keys::Sealer,
    positions: AtomicI64,
    sent: Mutex<BTreeMap<&'static str, i64>>,
}

impl World {
    pub async fn open() -> Self {
        let database = Database::fresh().await;
        let bus = topics().await;
        migrate(&database.url, "keys", &keys::MIGRATIONS).await.unwrap();
        let keys = keys_of(&database.url);
        let (tenant, alice, project) = (TenantId::generate(), UserId::generate(), ProjectId::generate());
        let sealer = keys.sealer(tenant, KeyOwners { texts: alice.into(), project: Some(project) }).await.unwrap();
        let producer = Producer::new(&bus).unwrap();
        let (positions, sent) = (AtomicI64::new(1), Mutex::default());
        Self { database, bus, keys, tenant, alice, project, producer, sealer, positions, sent }
    }

    /// The record that the relay would make of an event.
    pub fn record<E: Event>(&self, aggregate: &str, id: &str, sequence: i64, event: &E) -> Message {
        let position = self.positions.fetch_add(1, Ordering::Relaxed);
        Message {
            topic: self.bus.topics().of_aggregate(aggregate).unwrap(),
            key: id.to_owned(),
            payload: self.record_sealed_for(aggregate, id, id, sequence, event),
            headers: Headers::new()
                .with(headers::EVENT_TYPE, event.event_type())
                .with(headers::POSITION, position)
                .with(headers::SEQUENCE, sequence),
        }
    }

    /// Its bytes; honest ones are sealed for the aggregate that they speak of.
    pub fn record_sealed_for<E: Event>(
        &self,
        aggregate: &str,
        id: &str,
        sealed_for: &str,
        sequence: i64,
        event: &E,
    ) -> bytes::Bytes {
        let envelope = Envelope {
            event_id: EventId::generate(),
            tenant_id: self.tenant,
            aggregate_type: aggregate.to_owned(),
            aggregate_id: id.to_owned(),
            sequence,
            occurred_at: at(sequence),
            actor: self.alice.to_string(),
            correlation_id: "test".to_owned(),
            causation_id: None,
        };
        let mut payload = event.payload();
        self.sealer.seal(&mut payload, sealed_for).unwrap();
        let contract = events::latest(event.event_type()).unwrap();
        contract.encode(&envelope, &payload).unwrap().into()
    }

    pub fn records(&self, talk: &Talk, steps: &[Step]) -> Vec<Message> {
        let id = talk.id.to_string();
        steps.iter().map(|(sequence, event)| self.record::<SessionEvent>("session", &id, *sequence, event)).collect()
    }

    /// Returns when Kafka has them, in this order.
    pub async fn send(&self, messages: Vec<Message>) {
        let mut deliveries = Vec::new();
        for message in messages {
            for (projection, _) in FOLDED.into_iter().filter(|(_, topic)| message.topic.ends_with(topic)) {
                *self.sent.lock().unwrap().entry(projection).or_default() += 1;
            }
            deliveries.push(self.producer.send(message).await.unwrap());
        }
        for delivery in deliveries {
            delivery.await.unwrap();
        }
    }

    pub async fn tell(&self, talk: &Talk, steps: Vec<Step>) {
        self.send(self.records(talk, &steps)).await;
    }

    pub fn partition_of(&self, talk: &Talk) -> i32 {
        bus::partition_of(talk.id.to_string().as_bytes(), PARTITIONS as u32)
    }

    /// Everything that is in the topic now is gone, as if it had been kept too shortly.
    pub async fn delete_records(&self, topic: &str) {
        let admin: AdminClient<_> = bus::client(&self.bus).create().unwrap();
        let mut all = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            all.add_partition_offset(&self.bus.topics().named(topic), partition, Offset::End).unwrap();
        }
        admin.delete_records(&all, &AdminOptions::new()).await.unwrap();
    }

    pub fn talk(&self) -> Talk {
        Talk::new(self.alice, self.project)
    }

    /// Starts a projector of this world's topics into its database.
    pub fn projects(&self, config: Config) -> Running {
        self.projects_into(&self.database, config)
    }

    pub fn projects_into(&self, database: &Database, config: Config) -> Running {
        run(database, self.bus.clone(), self.keys.clone(), config)
    }

    /// An operator's hands on one projection.
    pub fn operator(&self, projection: &str, config: Config) -> Operator {
        Operator::of(projection, config, tools(&self.database, self.bus.clone(), self.keys.clone())).unwrap()
    }

    /// What an operator hears who names a projection that is not there.
    pub fn no_operator(&self, projection: &str) -> String {
        let tools = tools(&self.database, self.bus.clone(), self.keys.clone());
        Operator::of(projection, config(), tools).err().unwrap().to_string()
    }

    /// Until everything that was sent is behind the projector.
    pub async fn is_folded_into(&self, database: &Database) {
        let sent = self.sent.lock().unwrap().clone();
        for (projection, records) in sent {
            until(projection, async || database.folded(projection).await >= records).await;
            assert_eq!(database.folded(projection).await, records);
        }
    }

    pub async fn is_folded(&self) {
        self.is_folded_into(&self.database).await;
    }
}

/// Each projection, and the topic it folds.
const FOLDED: [(&str, &str); 7] = [
    ("users", "users"),
    ("projects", "projects"),
    ("sessions", "sessions"),
    ("usage", "sessions"),
    ("audit_users", "users"),
    ("audit_projects", "projects"),
    ("audit_sessions", "sessions"),
];

pub fn keys_of(url: &str) -> Keys {
    let kek = KeysConfig::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into());
    Keys::connect(pool_of(url, "keys"), &kek).unwrap()
}

pub fn tools(database: &Database, bus: bus::Config, keys: Keys) -> Tools {
    let (fill, compare) = (pool_of(&database.url, "rebuild"), pool_of(&database.url, "compare"));
    Tools { owner: database.owner.clone(), fill, compare, bus, keys }
}

pub fn run(database: &Database, bus: bus::Config, keys: Keys, config: Config) -> Running {
    let (progress, health, shutdown) = (Progress::default(), Health::default(), CancellationToken::new());
    let (pool, health_of_role) = (database.read.clone(), health.role("projector"));
    let parts = Parts { pool, bus, keys, progress: progress.clone(), health: health_of_role };
    let mut tasks = JoinSet::new();
    tasks.spawn(projector::serve(config, parts, shutdown.clone()));
    Running { tasks, shutdown, progress, health }
}

pub struct Running {
    tasks: JoinSet<anyhow::Result<()>>,
    shutdown: CancellationToken,
    pub progress: Progress,
    pub health: Health,
}

impl Running {
    pub async fn stops(mut self) {
        self.shutdown.cancel();
        self.tasks.join_next().await.unwrap().unwrap().unwrap();
    }

    /// Ends it wherever it is.
    pub async fn is_killed(mut self) {
        self.tasks.shutdown().await;
    }

    pub fn is_running(&mut self) -> bool {
        self.tasks.try_join_next().is_none()
    }
}

/// For tests: small pauses, and a group of its own.
pub fn config() -> Config {
    Config {
        retry_at_most: Duration::from_millis(200),
        lag_every: Duration::from_millis(200),
        retry_parked_every: Duration::from_millis(50),
        ..Config::default()
    }
}

/// Looks again and again, until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let look = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("never: {what}"));
}

async fn topics() -> bus::Config {
    let prefix = format!("t{}.", uuid::Uuid::now_v7().simple());
    let bus = bus::Config { bootstrap: stack().await.kafka.clone(), prefix, ..bus::Config::default() };
    let admin: AdminClient<_> = bus::client(&bus).create().unwrap();
    let facts = ["users", "tenants", "projects", "sessions", "inspections"].map(|name| bus.topics().named(name));
    let letters = facts.each_ref().map(|name| bus::Topics::dead_letter(name));
    let letters = letters.iter().map(|name| NewTopic::new(name, 1, TopicReplication::Fixed(1)));
    let topics = facts.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1)));
    let topics = topics.chain(letters).collect::<Vec<_>>();
    for made in admin.create_topics(topics.iter(), &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
    bus
}
