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

const ONCE: &str = "delete from auth.once where hash in (
    select hash from auth.once where expires_at < now() limit $1)";
const CODES: &str = "delete from auth.codes where user_id in (
    select user_id from auth.codes where expires_at < now() limit $1)";
/// A device that was not seen for two years is a new one.
const DEVICES: &str = "delete from auth.known_devices where (user_id, fingerprint) in (
    select user_id, fingerprint from auth.known_devices where seen_at < now() - interval '2 years' limit $1)";

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
    for over in [FAMILIES, TOKENS, ONCE, CODES, DEVICES] {
        while sqlx::query(over).bind(PIECE).execute(&auth.pool).await?.rows_affected() == PIECE as u64 {}
    }
    sqlx::query(UNFINISHED).bind(PIECE).bind(unfinished).execute(&auth.pool).await?;
    Ok(())
}
