//! Who administers the whole system by configuration. By the log: see the standing of an account.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use domain::UserId;
use tokio::sync::Mutex;

use crate::Error;
use crate::service::Inner;

/// How long the addresses of the configuration stand for the same accounts.
const REMEMBERED: Duration = Duration::from_secs(5);

/// The accounts behind the configured addresses, as they were a moment ago.
#[derive(Default)]
pub struct Administrators(Mutex<Option<(Instant, HashSet<UserId>)>>);

impl Administrators {
    /// There is a new account: it may be one of them.
    pub async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

impl Inner {
    /// Whether the configuration makes this account an administrator.
    pub async fn is_administrator(&self, user: UserId) -> Result<bool, Error> {
        if self.config.administrators.is_empty() && !self.config.first_account_administers {
            return Ok(false);
        }
        let mut known = self.administrators.0.lock().await;
        if let Some((since, people)) = known.as_ref()
            && since.elapsed() < REMEMBERED
        {
            return Ok(people.contains(&user));
        }
        let people = self.configured_administrators().await?;
        let is_one = people.contains(&user);
        *known = Some((Instant::now(), people));
        Ok(is_one)
    }

    async fn configured_administrators(&self) -> Result<HashSet<UserId>, Error> {
        let mut people = HashSet::new();
        for email in &self.config.administrators {
            people.extend(self.find(email).await?.map(|(user, _)| user));
        }
        if self.config.first_account_administers {
            let query =
                "select user_id from auth.credentials where activated_at is not null order by created_at limit 1";
            let first = sqlx::query_scalar(query).fetch_optional(&self.pool).await?;
            people.extend(first.map(UserId::from_uuid));
        }
        Ok(people)
    }
}
