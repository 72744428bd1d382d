//! Who was erased, and how every process hears of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Keys, Result, rows};

/// A key that was on its way into memory while it was destroyed is forgotten at the second look.
const LOOKS: u8 = 2;

impl Keys {
    /// Erases an owner (`usr_…` or `prj_…`): its keys are gone in every tenant, and it gets no others. Other
    /// processes forget them within [`crate::Config::look_every`]. Returns how many keys were destroyed; again
    /// is harmless.
    pub async fn destroy(&self, owner: &str) -> Result<u64> {
        let destroyed = rows::destroy(&self.pool, owner).await?;
        self.forget(owner).await;
        Ok(destroyed)
    }

    /// How many keys an owner has that are not destroyed.
    pub async fn count(&self, owner: &str) -> Result<u64> {
        let query = "select count(*) from keys.data_keys where owner = $1 and wrapped is not null";
        let count: i64 = sqlx::query_scalar(query).bind(owner).fetch_one(&self.pool).await?;
        Ok(count as u64)
    }

    /// Whether this owner was erased.
    pub async fn is_erased(&self, owner: &str) -> Result<bool> {
        let query = "select exists (select from keys.erasures where owner = $1)";
        Ok(sqlx::query_scalar(query).bind(owner).fetch_one(&self.pool).await?)
    }

    /// Whether one of these keys is destroyed.
    pub async fn any_destroyed(&self, key_ids: &[String]) -> Result<bool> {
        let query = "select exists (select from keys.data_keys where key_id = any($1) and wrapped is null)";
        Ok(sqlx::query_scalar(query).bind(key_ids).fetch_one(&self.pool).await?)
    }

    /// When somebody was last erased, or a project; `None`: nobody ever was.
    pub async fn last_erasure(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(sqlx::query_scalar("select max(erased_at) from keys.erasures").fetch_one(&self.pool).await?)
    }

    /// Changes whenever somebody was erased: whoever keeps opened texts in memory drops them.
    pub fn erasures(&self) -> watch::Receiver<u64> {
        self.erased.subscribe()
    }

    /// Forgets the keys of whoever is erased by other processes, until `shutdown`.
    pub async fn follow_erasures(&self, shutdown: &CancellationToken) {
        let (mut tick, mut seen) = (tokio::time::interval(self.look_every), HashMap::new());
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            if let Err(error) = self.look(&mut seen).await {
                tracing::warn!(%error, "erasures by other processes are not heard: {error}");
            }
        }
    }

    /// What was erased longer ago than a key stays in memory is in nobody's memory.
    async fn look(&self, seen: &mut HashMap<String, u8>) -> Result<()> {
        let query = "select owner from keys.erasures where erased_at > now() - make_interval(secs => $1)";
        let lately = (self.cached_for * 2 + self.look_every * 10).as_secs_f64();
        let owners: Vec<String> = sqlx::query_scalar(query).bind(lately).fetch_all(&self.pool).await?;
        seen.retain(|owner, _| owners.contains(owner));
        for owner in owners {
            let looks = seen.entry(owner.clone()).or_default();
            if *looks < LOOKS {
                *looks += 1;
                self.forget(&owner).await;
            }
        }
        Ok(())
    }

    async fn forget(&self, owner: &str) {
        for (id, _) in self.by_id.iter().filter(|(_, key)| key.owner == owner) {
            self.by_id.invalidate(&*id).await;
        }
        for (place, _) in self.by_owner.iter().filter(|(_, key)| key.owner == owner) {
            self.by_owner.invalidate(&*place).await;
        }
        self.erased.send_modify(|erasures| *erasures += 1);
    }
}
