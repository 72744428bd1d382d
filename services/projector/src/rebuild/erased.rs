//! Copies do not outlive an erasure: what a person wrote is in them too, and nobody folds it away.

use std::convert::Infallible;
use std::time::Duration;

use chrono::TimeDelta;
use keys::Keys;
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};

/// The events of an erasure reach the topics after its keys are gone: a copy that was filled in between has texts.
const AFTERWARDS: TimeDelta = TimeDelta::seconds(10);

/// Drops copies from before the last erasure, as soon as nobody works on them; looks at each erasure, and every
/// so often.
pub(crate) async fn drop_copies(pool: PgPool, keys: Keys, every: Duration) -> Infallible {
    let (mut erasures, mut look) = (keys.erasures(), interval(every));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            Ok(()) = erasures.changed() => {}
        }
        if let Err(error) = forget(&pool, &keys).await {
            tracing::warn!(
                "copies of read models may hold texts of who was erased, and are looked at again: {error:#}"
            );
        }
    }
}

async fn forget(pool: &PgPool, keys: &Keys) -> anyhow::Result<()> {
    let Some(erased) = keys.last_erasure().await? else { return Ok(()) };
    let forget = sqlx::query_scalar("select read.forget_copies($1)").bind(erased + AFTERWARDS);
    let done: bool = forget.fetch_one(pool).await?;
    if !done {
        tracing::info!("copies from before an erasure are being worked on; they are dropped after that");
    }
    Ok(())
}
