//! Who administers the whole system by configuration. By the log: see the standing of an account.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use domain::UserId;
use tokio::sync::Mutex;

use crate::service::Inner;
use crate::{Error, News, credentials};

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

    /// Their address is verified. If that makes them an administrator, whoever remembers them asks again; else, or
    /// if nobody can say now, it shows when what is remembered is over.
    pub async fn may_administer_now(&self, user: UserId) {
        self.administrators.forget().await;
        if self.config.administrators.is_empty() || !self.is_administrator(user).await.unwrap_or_default() {
            return;
        }
        for owner in self.sign_ins(user, None).await.unwrap_or_default() {
            self.tell(News::Changed(owner.family)).await;
        }
    }

    async fn configured_administrators(&self) -> Result<HashSet<UserId>, Error> {
        let mut people = HashSet::new();
        for email in &self.config.administrators {
            let Some((user, _)) = self.find(email).await? else { continue };
            // Else whoever writes down the address first would administer.
            if credentials::find(&self.pool, user).await?.is_some_and(|known| known.verified) {
                people.insert(user);
            }
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
