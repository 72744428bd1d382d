use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bus::{Partition, Reader, Record, Start};
use chain::{GENESIS, Link};
use devstack::{Options, Stack};
use keys::{Kek, Keys};
use relay::{Config, Parts};
use runtime::Health;
use runtime::postgres::{Limits, migrate, pool};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use store::Store;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
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
    url: String,
}

/// A relay at work in this process.
pub struct Running {
    pub handle: JoinHandle<anyhow::Result<()>>,
    shutdown: CancellationToken,
}

impl Office {
    pub async fn open() -> Self {
        let stack = STACK.get_or_init(|| async { Stack::start(Options::test(), |_| {}).await.unwrap() }).await;
        Self::on(stack).await
    }

    pub async fn on(stack: &Stack) -> Self {
        let name = format!("relay_{}", uuid::Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let mut url = stack.postgres.clone();
        url.set_path(&name);
        migrate(url.as_str(), "keys", &keys::MIGRATIONS).await.unwrap();
        migrate(url.as_str(), "store", &store::MIGRATIONS).await.unwrap();
        let mut kafka =
            bus::Config { bootstrap: stack.kafka.clone(), prefix: format!("{name}."), ..Default::default() };
        kafka.producer.delivery_timeout = Duration::from_secs(3);
        bus::admin::apply(&kafka).await.unwrap();
        Self { owner: PgPool::connect_lazy(url.as_str()).unwrap(), kafka, store: store(url.as_str()), url: url.into() }
    }

    /// As after a restart of the command role: nothing is remembered.
    pub fn forgets(&mut self) {
        self.store = store(&self.url);
    }

    pub fn pool(&self) -> PgPool {
        acts_as(&self.url, "store")
    }

    pub fn start(&self) -> Running {
        self.start_with(config())
    }

    /// A relay with connections of its own, woken by this office's store.
    pub fn start_with(&self, config: Config) -> Running {
        let shutdown = CancellationToken::new();
        let health = Health::default().role("relay");
        let parts =
            Parts { pool: self.pool(), kafka: self.kafka.clone(), wake: self.store.subscribe_appends(), health };
        Running { handle: tokio::spawn(relay::serve(config, parts, shutdown.clone())), shutdown }
    }

    pub async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.owner).await.unwrap()
    }

    /// Until the query gives this number.
    pub async fn comes_to(&self, query: &str, expected: i64) {
        let reached = async {
            while self.count(query).await < expected {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, reached).await.is_ok();
        assert!(in_time, "{query} is {}, not {expected}", self.count(query).await);
    }

    /// Until every stored event has a position.
    pub async fn all_published(&self) -> i64 {
        let stored = self.count("select count(*) from store.events").await;
        self.comes_to("select count(*) from store.log", stored).await;
        stored
    }

    /// All records of a topic as it is now, by partition and offset.
    pub async fn topic(&self, name: &str) -> Vec<Record> {
        let name = self.kafka.topics().named(name);
        let partitions = self.kafka.topics().partitions(&name).unwrap() as i32;
        let (reader, mut ends, mut missing) = (Reader::new(&self.kafka).unwrap(), HashMap::new(), 0);
        for number in 0..partitions {
            let partition = Partition::new(name.as_str(), number);
            let (low, high) = range(&reader, &partition).await;
            reader.add(&partition, Start::Beginning).await.unwrap();
            ends.insert(number, high);
            missing += high - low;
        }
        let mut records = Vec::new();
        while missing > 0 {
            let record = tokio::time::timeout(PATIENCE, reader.next()).await.unwrap().unwrap();
            if record.offset < ends[&record.partition.number] {
                missing -= 1;
                records.push(record);
            }
        }
        records.sort_by_key(|record: &Record| (record.partition.number, record.offset));
        records
    }

    /// Positions 1, 2, 3 … over all published events, and every link as it must be.
    pub async fn chain_is_unbroken(&self) {
        let query = "select l.position, l.event_id, l.chain_hash, e.digest
                       from store.log l join store.events e using (event_id) order by l.position";
        let log: Vec<(i64, String, Vec<u8>, Vec<u8>)> = sqlx::query_as(query).fetch_all(&self.owner).await.unwrap();
        let mut link = Link { position: 0, hash: GENESIS };
        for (position, event_id, hash, digest) in &log {
            link = link.next(event_id, digest.as_slice().try_into().unwrap());
            assert_eq!((*position, hash.as_slice()), (link.position, link.hash.as_slice()));
        }
        assert_eq!(self.count("select count(*) from store.log").await, log.len() as i64);
    }

    /// What a consumer sees that skips repeats: every stored event of sessions, in its aggregate's order,
    /// each with the position that the log gives it. Returns how many repeats there were.
    pub async fn sessions_arrived(&self) -> usize {
        let records = self.topic("sessions").await;
        let log: Vec<(String, i64)> =
            sqlx::query_as("select event_id, position from store.log").fetch_all(&self.owner).await.unwrap();
        let positions: HashMap<_, _> = log.into_iter().collect();
        let (mut seen, mut last) = (HashMap::new(), HashMap::new());
        for record in &records {
            let id = record.headers.get("event-id").unwrap();
            assert_eq!(record.headers.position(), positions.get(id).copied(), "{id}");
            if seen.insert(id.to_owned(), ()).is_none() {
                let previous = last.insert(record.key_text().to_owned(), record.headers.sequence().unwrap());
                assert_eq!(record.headers.sequence().unwrap(), previous.unwrap_or(0) + 1);
            }
        }
        let stored = self.count("select count(*) from store.events where aggregate_type = 'session'").await;
        assert_eq!(seen.len() as i64, stored);
        records.len() - seen.len()
    }
}

impl Running {
    /// As a crash would: nothing is handed over.
    pub async fn kill(self) {
        self.handle.abort();
        assert!(self.handle.await.unwrap_err().is_cancelled());
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.handle.await.unwrap().unwrap();
    }
}

/// A partition that was just made has no leader for a moment.
async fn range(reader: &Reader, partition: &Partition) -> (i64, i64) {
    let asked = tokio::time::Instant::now();
    loop {
        match reader.range(partition).await {
            Ok(range) => return range,
            Err(error) => assert!(asked.elapsed() < PATIENCE, "{error}"),
        }
    }
}

/// Short waits, small batches: more happens between two of them.
pub fn config() -> Config {
    Config {
        batch: 50.try_into().unwrap(),
        lease: Duration::from_secs(1),
        stand_by: Duration::from_millis(50),
        ..Config::default()
    }
}

fn acts_as(url: &str, role: &'static str) -> PgPool {
    pool(url, role, Limits { connections: 8, wait: Duration::from_secs(10) }).unwrap()
}

fn store(url: &str) -> Store {
    let kek = Kek::from_base64(&STANDARD.encode([1; 32]).into()).unwrap();
    let keys = Keys::new(acts_as(url, "keys"), kek);
    Store::connect(acts_as(url, "store"), &store::Config::new(STANDARD.encode([9; 32]).into()), keys).unwrap()
}
