//! Which generation workers are alive: one row each, by the database's clock.

use std::time::Duration;

use domain::WorkerId;

use crate::{Error, Store};

/// Without waiting for the disk: a write that waits holds the relay back, and the next renewal comes soon.
const RENEW: &str = "
with renewed as (
    insert into store.worker_leases (worker_id, expires_at) values ($1, now() + make_interval(secs => $2))
    on conflict (worker_id) do update set expires_at = excluded.expires_at returning worker_id
)
select set_config('synchronous_commit', 'off', true) from renewed";

impl Store {
    /// The worker is alive for `ttl` from now.
    pub async fn renew_lease(&self, worker: WorkerId, ttl: Duration) -> Result<(), Error> {
        sqlx::query(RENEW).bind(worker.to_string()).bind(ttl.as_secs_f64()).execute(&self.pool).await?;
        Ok(())
    }

    /// Whether the worker has renewed its lease in time.
    pub async fn lease_alive(&self, worker: WorkerId) -> Result<bool, Error> {
        let query = "select exists (select from store.worker_leases where worker_id = $1 and expires_at > now())";
        Ok(sqlx::query_scalar(query).bind(worker.to_string()).fetch_one(&self.pool).await?)
    }

    /// The worker has ended in good order; what it held may be taken at once.
    pub async fn end_lease(&self, worker: WorkerId) -> Result<(), Error> {
        let query = "delete from store.worker_leases where worker_id = $1";
        sqlx::query(query).bind(worker.to_string()).execute(&self.pool).await?;
        Ok(())
    }
}
