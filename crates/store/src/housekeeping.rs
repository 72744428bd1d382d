//! Throwing away what is over: a few rows at a time, because a long write holds the relay back.

use std::time::Duration;

use sqlx::PgPool;

/// Rows that one statement may delete.
const AT_ONCE: i64 = 200;

/// Deletes stored answers older than `answers_for`. Returns whether there may be more.
pub async fn forget_answers(pool: &PgPool, answers_for: Duration) -> sqlx::Result<bool> {
    let query = "delete from store.idempotency where ctid = any(array(
                   select ctid from store.idempotency where created_at <= now() - make_interval(secs => $1)
                    order by created_at limit $2))";
    let gone = sqlx::query(query).bind(answers_for.as_secs_f64()).bind(AT_ONCE).execute(pool).await?;
    Ok(gone.rows_affected() == AT_ONCE as u64)
}

/// Deletes the leases of workers that have been gone for an hour. Returns whether there may be more.
pub async fn forget_workers(pool: &PgPool) -> sqlx::Result<bool> {
    let query = "delete from store.worker_leases where ctid = any(array(
                   select ctid from store.worker_leases where expires_at <= now() - interval '1 hour' limit $1))";
    let gone = sqlx::query(query).bind(AT_ONCE).execute(pool).await?;
    Ok(gone.rows_affected() == AT_ONCE as u64)
}
