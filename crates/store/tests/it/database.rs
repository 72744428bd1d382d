use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use devstack::{Options, Stack};
use keys::{Kek, Keys};
use runtime::postgres::{Limits, migrate, pool};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use store::{Config, Store};
use tokio::sync::OnceCell;

static STACK: OnceCell<Stack> = OnceCell::const_new();

/// A database of one test's own, with its tables.
pub struct Database {
    /// Acts as the owner of the database.
    pub owner: PgPool,
    /// Acts as `atelier_store`.
    pub pool: PgPool,
    keys: PgPool,
    url: String,
}

impl Database {
    pub async fn fresh() -> Self {
        let stack = STACK.get_or_init(|| async { Stack::start(Options::test(), |_| {}).await.unwrap() }).await;
        let mut admin = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
        let name = format!("store_{}", uuid::Uuid::now_v7().simple());
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let mut url = stack.postgres.clone();
        url.set_path(&name);
        migrate(url.as_str(), "keys", &keys::MIGRATIONS).await.unwrap();
        migrate(url.as_str(), "store", &store::MIGRATIONS).await.unwrap();
        Self::at(url.to_string())
    }

    fn at(url: String) -> Self {
        let limits = Limits { connections: 8, wait: Duration::from_secs(10) };
        let as_role = |role| pool(&url, role, limits).unwrap();
        Self { owner: PgPool::connect_lazy(&url).unwrap(), pool: as_role("store"), keys: as_role("keys"), url }
    }

    pub fn store(&self) -> Store {
        self.store_with(config())
    }

    pub fn store_with(&self, config: Config) -> Store {
        Store::connect(self.pool.clone(), &config, self.keys(1)).unwrap()
    }

    /// Keys with nothing in memory yet; another `fill`, another key-encryption key.
    pub fn keys(&self, fill: u8) -> Keys {
        Keys::new(self.keys.clone(), Kek::from_base64(&STANDARD.encode([fill; 32]).into()).unwrap())
    }

    /// Everything in the schema `store`, as text.
    pub async fn dump(&self) -> String {
        let mut dump = String::new();
        for table in ["events", "snapshots", "unique_claims", "idempotency"] {
            let query = format!("select coalesce(string_agg(t::text, E'\\n'), '') from store.{table} t");
            dump += &sqlx::query_scalar::<_, String>(&query).fetch_one(&self.pool).await.unwrap();
        }
        dump
    }
}

pub fn config() -> Config {
    Config::new(STANDARD.encode([9; 32]).into())
}

/// Runs the same work twice at once, each on a thread of its own, with a clock on which the two wait for
/// each other: both have loaded, neither has appended.
pub async fn race<T: Send + 'static, F: Future<Output = T>>(
    database: &Database,
    config: Config,
    work: [impl FnOnce(Store) -> F + Send + 'static; 2],
) -> [T; 2] {
    let clock = rendezvous();
    let racers = work.map(|work| {
        let (url, config, clock) = (database.url.clone(), config.clone(), clock.clone());
        tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { work(Database::at(url).store_with(config).with_clock(clock)).await })
        })
    });
    let [one, two] = racers;
    [one.await.unwrap(), two.await.unwrap()]
}

fn rendezvous() -> store::Clock {
    let (barrier, asked) = (Barrier::new(2), AtomicUsize::new(0));
    Arc::new(move || {
        if asked.fetch_add(1, Ordering::SeqCst) < 2 {
            barrier.wait();
        }
        chrono::Utc::now()
    })
}
