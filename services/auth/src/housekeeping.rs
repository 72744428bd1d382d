//! Deletes what is over, a bounded piece at a time.

use tokio_util::sync::CancellationToken;

use crate::service::Inner;

/// Rows per statement, so that no transaction holds the store's relay back for long.
const PIECE: i64 = 500;

/// Families take their tokens with them.
const FAMILIES: &str = "delete from auth.families where family_id in (
    select family_id from auth.families where expires_at < now() or revoked_at < now() - interval '1 day' limit $1)";
const TOKENS: &str = "delete from auth.tokens where hash in (
    select hash from auth.tokens where expires_at < now() limit $1)";
const UNFINISHED: &str = "delete from auth.credentials where user_id in (
    select user_id from auth.credentials
    where activated_at is null and created_at < now() - make_interval(secs => $2) limit $1)";

/// Until `shutdown`.
pub async fn run(auth: &Inner, shutdown: &CancellationToken) {
    let mut tick = tokio::time::interval(auth.config.housekeeping);
    while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(error) = sweep(auth).await {
            tracing::warn!(%error, "expired tokens were not deleted: {error}");
        }
    }
}

async fn sweep(auth: &Inner) -> sqlx::Result<()> {
    let unfinished = auth.config.unfinished.as_secs_f64();
    while sqlx::query(FAMILIES).bind(PIECE).execute(&auth.pool).await?.rows_affected() == PIECE as u64 {}
    while sqlx::query(TOKENS).bind(PIECE).execute(&auth.pool).await?.rows_affected() == PIECE as u64 {}
    sqlx::query(UNFINISHED).bind(PIECE).bind(unfinished).execute(&auth.pool).await?;
    Ok(())
}
