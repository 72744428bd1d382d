//! One database, an owner per schema: each pool acts as its owner's role and nothing more.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor};
use tokio_util::sync::CancellationToken;

use crate::RoleHealth;

/// How many connections a pool may open, and how long a caller waits for one.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections: u32,
    pub wait: Duration,
}

/// A pool whose connections act as `atelier_<owner>`, for example `store` or `gateway`.
///
/// Opens its first connection when it is first used, so a database that is still starting is no error here.
pub fn pool(url: &str, owner: &'static str, limits: Limits) -> sqlx::Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.application_name("atelier").options([("statement_timeout", "30s")]);
    let pool = PgPoolOptions::new()
        .max_connections(limits.connections)
        .acquire_timeout(limits.wait)
        .test_before_acquire(false)
        .before_acquire(|connection, known| Box::pin(async move { still_there(connection, known.idle_for).await }))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(format!("set role atelier_{owner}").as_str()).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options);
    Ok(pool)
}

/// A connection that rested is asked first, so that a restart of the database costs nobody a request; a busy
/// one is spared the round trip.
async fn still_there(connection: &mut PgConnection, idle_for: Duration) -> sqlx::Result<bool> {
    const RESTED: Duration = Duration::from_millis(500);
    Ok(idle_for < RESTED || connection.ping().await.is_ok())
}

/// Brings one owner's schema up to date; what has run is kept in that schema.
pub async fn migrate(url: &str, owner: &str, migrator: &Migrator) -> Result<(), MigrateError> {
    let options = PgConnectOptions::from_str(url)?.options([("search_path", owner)]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    pool.execute(format!("create schema if not exists {owner}").as_str()).await?;
    migrator.run(&pool).await?;
    pool.close().await;
    Ok(())
}

/// How often an idle database is asked whether it is there.
const ASK: Duration = Duration::from_secs(2);

/// Reports whether the database answers, until `shutdown`.
pub async fn watch(pool: PgPool, health: RoleHealth, shutdown: CancellationToken) -> anyhow::Result<()> {
    loop {
        match sqlx::query("select 1").execute(&pool).await {
            Ok(_) => health.ready(),
            Err(error) => {
                tracing::warn!(%error, "the database does not answer");
                health.unready("the database does not answer");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(ASK) => {}
        }
    }
}
