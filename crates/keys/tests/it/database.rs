use std::time::Duration;

use devstack::{Options, Stack};
use runtime::postgres::{Limits, migrate, pool};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::sync::OnceCell;

static STACK: OnceCell<Stack> = OnceCell::const_new();

/// A database of one test's own, with its tables.
pub struct Database {
    /// Acts as `atelier_keys`.
    pub pool: PgPool,
    /// May do everything.
    pub owner: PgPool,
}

impl Database {
    pub async fn fresh() -> Self {
        let stack = STACK.get_or_init(|| async { Stack::start(Options::test(), |_| {}).await.unwrap() }).await;
        let mut admin = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
        let name = format!("keys_{}", uuid::Uuid::now_v7().simple());
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let mut url = stack.postgres.clone();
        url.set_path(&name);
        migrate(url.as_str(), "keys", &keys::MIGRATIONS).await.unwrap();
        let limits = Limits { connections: 8, wait: Duration::from_secs(10) };
        let owner = PgPool::connect_lazy(url.as_str()).unwrap();
        Self { pool: pool(url.as_str(), "keys", limits).unwrap(), owner }
    }
}
