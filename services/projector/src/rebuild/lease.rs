//! Copies are worked on by one process at a time.

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

/// Ours until it is given back, or this process ends, however it ends.
pub(super) struct Lease {
    connection: PgConnection,
}

const LOCK: &str = "hashtextextended('atelier.copies', 0)";

impl Lease {
    pub(super) async fn take(owner: &PgPool, projection: &str, what: &str) -> anyhow::Result<Self> {
        let mut connection = owner.acquire().await.context("the database does not answer")?.detach();
        // A machine that vanishes gives it back within half a minute.
        sqlx::raw_sql("set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4")
            .execute(&mut connection)
            .await?;
        let free: bool =
            sqlx::query_scalar(&format!("select pg_try_advisory_lock({LOCK})")).fetch_one(&mut connection).await?;
        if !free {
            bail!(busy(&mut connection).await?);
        }
        sqlx::query(
            "insert into read.copying (projection, what, holder, since) values ($1, $2, $3, now())
             on conflict (one) do update set projection = excluded.projection, what = excluded.what,
                 holder = excluded.holder, since = excluded.since",
        )
        .bind(projection)
        .bind(what)
        .bind(me())
        .execute(&mut connection)
        .await?;
        Ok(Self { connection })
    }

    pub(super) const fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Before the next one asks. If the connection is broken, Postgres has noticed or will.
    pub(super) async fn give_back(mut self) {
        let _ = sqlx::query("select pg_advisory_unlock_all()").execute(&mut self.connection).await;
        let _ = sqlx::Connection::close(self.connection).await;
    }
}

async fn busy(connection: &mut PgConnection) -> sqlx::Result<String> {
    let holder: Option<(String, String, String, DateTime<Utc>)> =
        sqlx::query_as("select what, projection, holder, since from read.copying").fetch_optional(connection).await?;
    let (what, projection, holder, since) =
        holder.unwrap_or_else(|| ("something".into(), "copies".into(), "another process".into(), Utc::now()));
    let since = since.format("%Y-%m-%d %H:%M:%SZ");
    Ok(format!(
        "{what} of {projection} is under way since {since}, by {holder}; there is one at a time: wait for it, or end that process"
    ))
}

fn me() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("process {} on {}", std::process::id(), if host.is_empty() { "this machine" } else { host.trim() })
}
