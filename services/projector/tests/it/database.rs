//! A database with the read models, for one test.

use std::time::Duration;

use devstack::{Options, Stack};
use domain::{TenantId, UserId};
use runtime::postgres::{Limits, migrate, pool};
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres, Transaction};
use tokio::sync::OnceCell;

static STACK: OnceCell<Stack> = OnceCell::const_new();

pub async fn stack() -> &'static Stack {
    STACK.get_or_init(|| async { Stack::start(Options::test(), |_| {}).await.unwrap() }).await
}

/// All tables of all read models.
const TABLES: [&str; 11] = [
    "users",
    "projects",
    "project_members",
    "sessions",
    "generations",
    "messages",
    "versions",
    "files",
    "usage_sessions",
    "usage_generations",
    "usage_events",
];

pub fn pool_of(url: &str, owner: &'static str) -> PgPool {
    pool(url, owner, Limits { connections: 8, wait: Duration::from_secs(10) }).unwrap()
}

#[derive(Clone)]
pub struct Database {
    pub url: String,
    /// The owner: sees everything.
    pub owner: PgPool,
    /// The projector's.
    pub read: PgPool,
    pub gateway: PgPool,
}

impl Database {
    pub async fn fresh() -> Self {
        let stack = stack().await;
        let mut admin = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
        let name = format!("read_{}", uuid::Uuid::now_v7().simple());
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let mut url = stack.postgres.clone();
        url.set_path(&name);
        migrate(url.as_str(), "read", &projections::MIGRATIONS).await.unwrap();
        Self::at(url.as_str())
    }

    pub fn at(url: &str) -> Self {
        Self {
            read: pool_of(url, "read"),
            gateway: pool_of(url, "gateway"),
            owner: PgPool::connect_lazy(url).unwrap(),
            url: url.into(),
        }
    }

    pub async fn reader(&self, tenant: TenantId, user: UserId) -> Transaction<'static, Postgres> {
        projections::read::begin(&self.gateway, tenant, user).await.unwrap()
    }

    /// All rows of all read models.
    pub async fn dump(&self) -> String {
        let mut dump = String::new();
        for table in TABLES {
            let rows = format!(
                "select coalesce(jsonb_pretty(jsonb_agg(r order by r)), '') from (select to_jsonb(t) as r from read.{table} t) rows"
            );
            let rows: String = sqlx::query_scalar(&rows).fetch_one(&self.owner).await.unwrap();
            dump.push_str(&format!("{table}: {rows}\n"));
        }
        dump
    }

    pub async fn count(&self, what: &str) -> i64 {
        sqlx::query_scalar(&format!("select count(*) from read.{what}")).fetch_one(&self.owner).await.unwrap()
    }

    /// Records of a projection that are behind us.
    pub async fn folded(&self, projection: &str) -> i64 {
        sqlx::query_scalar("select coalesce(sum(next_offset), 0)::bigint from read.offsets where projection = $1")
            .bind(projection)
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }
}
