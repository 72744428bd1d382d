use std::time::Duration;

use audit::verify::Topic;
use audit::{Finding, Report, verify};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chain::{GENESIS, Link};
use devstack::{Options, Stack};
use domain::session::Command;
use domain::{GenerationId, MessageId, ProjectId, Session, SessionId, TenantId, UserId};
use keys::{Kek, Keys};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use runtime::Health;
use runtime::postgres::{Limits, migrate, pool};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, PgPool, Row};
use store::{Call, Store};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

static STACK: OnceCell<Stack> = OnceCell::const_new();

/// How long a test waits for a fact.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database and topics of one test's own.
pub struct Office {
    /// Acts as the owner of the database.
    pub owner: PgPool,
    pub kafka: bus::Config,
    pub store: Store,
    pub keys: Keys,
    pub url: String,
    pub alice: UserId,
    pub tenant: TenantId,
}

impl Office {
    pub async fn open() -> Self {
        let stack = STACK.get_or_init(|| async { Stack::start(Options::test(), |_| {}).await.unwrap() }).await;
        let name = format!("audit_{}", uuid::Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let mut url = stack.postgres.clone();
        url.set_path(&name);
        for (owner, migrations) in
            [("keys", &keys::MIGRATIONS), ("store", &store::MIGRATIONS), ("read", &projections::MIGRATIONS)]
        {
            migrate(url.as_str(), owner, migrations).await.unwrap();
        }
        let kafka = bus::Config { bootstrap: stack.kafka.clone(), prefix: format!("{name}."), ..Default::default() };
        bus::admin::apply(&kafka).await.unwrap();
        let keys =
            Keys::new(acts_as(url.as_str(), "keys"), Kek::from_base64(&STANDARD.encode([1; 32]).into()).unwrap());
        let config = store::Config::new(STANDARD.encode([9; 32]).into());
        let store = Store::connect(acts_as(url.as_str(), "store"), &config, keys.clone()).unwrap();
        let (alice, tenant) = (UserId::generate(), TenantId::generate());
        Self { owner: PgPool::connect_lazy(url.as_str()).unwrap(), kafka, store, keys, url: url.into(), alice, tenant }
    }

    pub fn call(&self) -> Call {
        Call {
            tenant: self.tenant,
            actor: self.alice.to_string(),
            correlation_id: "req_1".to_owned(),
            causation_id: Some("cause".to_owned()),
            traceparent: None,
            origin: None,
            expected_version: None,
            idempotency: None,
        }
    }

    async fn does(&self, session: SessionId, command: Command) {
        self.store.execute::<Session>(&self.call(), &session.to_string(), command, |_| Value::Null).await.unwrap();
    }

    pub async fn opens(&self) -> SessionId {
        let session_id = SessionId::generate();
        let (owner, title) = (self.alice, "first".to_owned());
        self.does(session_id, Command::Open { session_id, project_id: ProjectId::generate(), owner, title }).await;
        session_id
    }

    pub async fn renames(&self, session: SessionId, title: &str) {
        self.does(session, Command::Rename { by: self.alice, title: title.to_owned() }).await;
    }

    /// Three events if it is its turn at once.
    pub async fn posts(&self, session: SessionId) {
        let (message_id, generation_id) = (MessageId::generate(), GenerationId::generate());
        let (by, content) = (self.alice, "a button".to_owned());
        let post = Command::Post { by, message_id, generation_id, content, model: None, base_version: None };
        self.does(session, post).await;
    }

    /// Three sessions and twelve events, relayed in an order of which nothing is assumed, and a root over them.
    pub async fn with_a_log() -> Self {
        let office = Self::open().await;
        let (a, b, c) = (office.opens().await, office.opens().await, office.opens().await);
        office.posts(a).await;
        office.renames(b, "second").await;
        office.posts(b).await;
        office.renames(c, "other").await;
        office.renames(a, "last").await;
        office.relays_and_signs().await;
        office
    }

    pub fn audit(&self) -> chain::Config {
        chain::Config {
            signing_key: Some(STANDARD.encode([3; 32]).into()),
            root_every: Duration::from_millis(20),
            ..chain::Config::default()
        }
    }

    /// Until every stored event has a position and the last one a root.
    pub async fn relays_and_signs(&self) {
        self.relays(
            self.audit(),
            "select (select max(position) from store.roots) >= (select count(*) from store.events)",
        )
        .await;
    }

    async fn relays(&self, audit: chain::Config, done: &'static str) {
        let shutdown = CancellationToken::new();
        let parts = relay::Parts {
            pool: acts_as(&self.url, "store"),
            kafka: self.kafka.clone(),
            wake: self.store.subscribe_appends(),
            health: Health::default().role("relay"),
        };
        let config = relay::Config { lease: Duration::from_secs(1), audit, ..relay::Config::default() };
        let relay = tokio::spawn(relay::serve(config, parts, shutdown.clone()));
        self.becomes_true(done).await;
        shutdown.cancel();
        relay.await.unwrap().unwrap();
    }

    pub async fn becomes_true(&self, query: &str) {
        let reached = async {
            while !sqlx::query_scalar::<_, Option<bool>>(query)
                .fetch_one(&self.owner)
                .await
                .unwrap()
                .unwrap_or_default()
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("{query} did not become true"));
    }

    /// Changes something behind everybody's back.
    pub async fn tampers(&self, query: &str) {
        let touched = sqlx::query(query).execute(&self.owner).await.unwrap().rows_affected();
        assert!(touched > 0, "{query} changed nothing");
    }

    pub async fn verified(&self) -> Report {
        self.verified_from(None, None).await
    }

    pub async fn verified_from(&self, from: Option<i64>, to: Option<i64>) -> Report {
        let trusted = self.audit().trusted().unwrap();
        verify(&self.owner, Topic::Kafka(&self.kafka), &trusted, (from, to), &|_| {}).await.unwrap()
    }

    /// Somebody who rewrites the topic too, or a Kafka that is gone.
    pub async fn verified_without_kafka(&self) -> Report {
        let trusted = self.audit().trusted().unwrap();
        verify(&self.owner, Topic::Unread, &trusted, (None, None), &|_| {}).await.unwrap()
    }

    pub async fn owner_does(&self, query: &str) {
        sqlx::raw_sql(query).execute(&self.owner).await.unwrap();
    }

    pub async fn first_wrong(&self) -> Finding {
        self.verified().await.first_wrong.expect("something is wrong")
    }

    /// What the log has at a position: event, aggregate, sequence.
    pub async fn at(&self, position: i64) -> (String, String, i64) {
        let query = "select event_id, aggregate_id, sequence from store.log join store.events using (event_id) where position = $1";
        sqlx::query_as(query).bind(position).fetch_one(&self.owner).await.unwrap()
    }

    /// Computes all links anew from the rows as they are: what somebody would do who wants to hide a change.
    pub async fn chains_anew(&self) {
        let query =
            "select l.position, l.event_id, e.digest from store.log l join store.events e using (event_id) order by 1";
        let mut link = Link { position: 0, hash: GENESIS };
        for row in sqlx::query(query).fetch_all(&self.owner).await.unwrap() {
            let (id, digest): (String, Vec<u8>) = (row.get(1), row.get(2));
            link = link.next(&id, digest.as_slice().try_into().unwrap());
            sqlx::query("update store.log set position = $2, chain_hash = $3 where event_id = $1")
                .bind(&id)
                .bind(link.position)
                .bind(link.hash.as_slice())
                .execute(&self.owner)
                .await
                .unwrap();
        }
        sqlx::query("update store.relay set position = $1, chain_hash = $2")
            .bind(link.position)
            .bind(link.hash.as_slice())
            .execute(&self.owner)
            .await
            .unwrap();
    }
}

pub fn acts_as(url: &str, role: &'static str) -> PgPool {
    pool(url, role, Limits { connections: 8, wait: Duration::from_secs(10) }).unwrap()
}

impl Office {
    /// Removes the records of a partition up to an offset, as retention would.
    pub async fn truncates(&self, partition: &bus::Partition, offset: i64) {
        let client = bus::client(&self.kafka);
        let admin: AdminClient<DefaultClientContext> = client.create().unwrap();
        let mut until = TopicPartitionList::new();
        until.add_partition_offset(&partition.topic, partition.number, Offset::Offset(offset)).unwrap();
        admin.delete_records(&until, &AdminOptions::new()).await.unwrap();
        let reader = bus::Reader::new(&self.kafka).unwrap();
        while reader.range(partition).await.unwrap().0 < offset {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
