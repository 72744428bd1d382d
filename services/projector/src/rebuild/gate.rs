//! A moment in which the live projection stands still.

use std::time::Duration;

use anyhow::Context;
use sqlx::PgConnection;

use crate::home::gate;

/// Closed: no live transaction of the projection runs or begins. It holds no transaction id, so the relay
/// of an event store in the same cluster is not held back.
pub(super) struct Gate<'a> {
    connection: &'a mut PgConnection,
    lock: String,
}

impl<'a> Gate<'a> {
    pub(super) async fn close(
        connection: &'a mut PgConnection,
        projection: &str,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let (lock, patience) = (gate(projection), patience.as_millis());
        sqlx::raw_sql(&format!("set lock_timeout = {patience}; select pg_advisory_lock({lock}); reset lock_timeout"))
            .execute(&mut *connection)
            .await
            .context("a transaction of the projector does not end; nothing was changed, try again")?;
        Ok(Self { connection, lock })
    }

    pub(super) async fn open(self) -> sqlx::Result<()> {
        sqlx::query(&format!("select pg_advisory_unlock({})", self.lock)).execute(self.connection).await?;
        Ok(())
    }
}
