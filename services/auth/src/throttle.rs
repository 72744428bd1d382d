//! How often one account may be tried: counted in this process always, for all processes by Redis where there is one.
//!
//! Attempts per network address are limited at the gateway, which is the one who knows it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use redis::Script;
use redis::aio::ConnectionManager;
use ring::digest::{SHA256, digest};

use crate::{Config, Error};

/// How many accounts are counted at once; the least recently tried is forgotten first.
const ACCOUNTS: u64 = 100_000;

const COUNT: &str = "local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}";

pub struct Throttle {
    /// What is counted, in the names of Redis.
    what: &'static str,
    limit: u32,
    window: Duration,
    here: Cache<String, Arc<AtomicU32>>,
    redis: Option<ConnectionManager>,
    redis_timeout: Duration,
    count: Script,
}

/// An account by the hash of its address, so that neither memory nor Redis holds addresses.
pub struct Account(String);

impl Account {
    pub fn of(email: &str) -> Self {
        let address = domain::user::normalise_email(email);
        Self(hex::encode(digest(&SHA256, address.as_bytes())))
    }

    /// Counted apart from sign-ins with a password: `what` is guessed of `whose`.
    pub fn guessing(what: &str, whose: &str) -> Self {
        Self::of(&format!("{what} {whose}"))
    }
}

impl Throttle {
    /// Attempts to prove who one is.
    pub fn of_attempts(config: &Config, redis: Option<ConnectionManager>) -> Self {
        Self::new("sign-in", (config.attempts_per_account, config.attempt_window), config, redis)
    }

    /// Mails that were asked for.
    pub fn of_mails(config: &Config, redis: Option<ConnectionManager>) -> Self {
        Self::new("mail", (config.mails_per_address, config.mail_window), config, redis)
    }

    /// Invites that are mailed for one organisation.
    pub fn of_invites(config: &Config, redis: Option<ConnectionManager>) -> Self {
        Self::new("invite", (config.invites_per_tenant, config.mail_window), config, redis)
    }

    fn new(
        what: &'static str,
        (limit, window): (NonZeroU32, Duration),
        config: &Config,
        redis: Option<ConnectionManager>,
    ) -> Self {
        Self {
            what,
            limit: limit.get(),
            window,
            here: Cache::builder().max_capacity(ACCOUNTS).time_to_live(window).build(),
            redis,
            redis_timeout: config.redis_timeout,
            count: Script::new(COUNT),
        }
    }

    /// Counts an attempt before it is made, so that many at once do not slip through.
    pub async fn admit(&self, account: &Account) -> Result<(), Error> {
        let here = self.count_here(account);
        let (attempts, left, limit) = match self.count_everywhere(account).await {
            Some((attempts, left)) => (attempts.max(here), left, self.limit),
            // Several processes count apart now, so each allows less.
            None if self.redis.is_some() => (here, self.window, (self.limit / 2).max(1)),
            None => (here, self.window, self.limit),
        };
        if attempts > limit { Err(Error::TooManyAttempts { retry_after: left.as_secs().max(1) }) } else { Ok(()) }
    }

    /// The right password was given: the count begins anew.
    pub async fn forgive(&self, account: &Account) {
        self.here.invalidate(&account.0);
        let Some(mut redis) = self.redis.clone() else { return };
        let forgotten = redis::cmd("DEL").arg(self.key(account)).exec_async(&mut redis).await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "sign-in attempts stay counted in Redis: {error}");
        }
    }

    fn key(&self, account: &Account) -> String {
        format!("atelier:{}:{}", self.what, account.0)
    }

    fn count_here(&self, account: &Account) -> u32 {
        let counter = self.here.get_with_by_ref(&account.0, Arc::default);
        counter.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    async fn count_everywhere(&self, account: &Account) -> Option<(u32, Duration)> {
        let mut redis = self.redis.clone()?;
        let mut script = self.count.key(self.key(account));
        let counting = script.arg(self.window.as_millis() as u64).invoke_async::<(u32, i64)>(&mut redis);
        let counted = match tokio::time::timeout(self.redis_timeout, counting).await {
            Ok(Ok(counted)) => Ok(counted),
            Ok(Err(error)) => Err(error.to_string()),
            Err(elapsed) => Err(elapsed.to_string()),
        };
        let counted = counted.inspect_err(|error| tracing::warn!(error, "sign-in attempts are counted here only"));
        counted.ok().map(|(attempts, left)| (attempts, Duration::from_millis(left.max(0) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        let limit = NonZeroU32::new(3).unwrap();
        Throttle::of_attempts(&Config { attempts_per_account: limit, ..Config::default() }, None)
    }

    #[tokio::test]
    async fn the_fourth_attempt_of_three_waits_and_spelling_does_not_help() {
        let throttle = throttle();
        for email in ["a@b.c", "A@b.c", " a@B.C "] {
            throttle.admit(&Account::of(email)).await.unwrap();
        }
        let refused = throttle.admit(&Account::of("a@b.c")).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { retry_after: 300 })));
        throttle.admit(&Account::of("someone@else.d")).await.unwrap();
    }

    #[tokio::test]
    async fn the_right_password_starts_anew() {
        let throttle = throttle();
        let account = Account::of("a@b.c");
        for _ in 0..3 {
            throttle.admit(&account).await.unwrap();
        }
        throttle.forgive(&account).await;
        throttle.admit(&account).await.unwrap();
    }
}
