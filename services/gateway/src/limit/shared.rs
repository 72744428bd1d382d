//! The count of all gateways, in Redis: a sorted set of the last requests per subject, read and written at once.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use redis::Script;
use redis::aio::ConnectionManager;

use super::{Decision, WINDOW};

/// Redis's clock, so that all gateways have one.
const COUNT: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local used = redis.call('ZCARD', KEYS[1])
local allowed = 0
if used < limit then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], window)
  allowed, used = 1, used + 1
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {allowed, used, oldest[2] + window - now}";

/// After a failure Redis is left alone for so long, so that not every request waits for it.
const PAUSE: Duration = Duration::from_secs(1);

pub struct Shared {
    connection: ConnectionManager,
    timeout: Duration,
    script: Script,
    away_until: Mutex<Option<Instant>>,
}

impl Shared {
    pub fn new(connection: ConnectionManager, timeout: Duration) -> Self {
        Self { connection, timeout, script: Script::new(COUNT), away_until: Mutex::default() }
    }

    /// `None`: Redis cannot be asked now.
    pub async fn count(&self, key: &str, limit: u32) -> Option<Decision> {
        if self.is_away() {
            return None;
        }
        let mut connection = self.connection.clone();
        let mut script = self.script.key(key);
        let call = script.arg(WINDOW.as_millis() as u64).arg(limit).arg(rand::random::<u64>());
        let answer = tokio::time::timeout(self.timeout, call.invoke_async::<(u32, u32, u64)>(&mut connection)).await;
        match answer {
            Ok(Ok((allowed, used, reset))) => {
                Some(Decision { allowed: allowed == 1, limit, used, reset: Duration::from_millis(reset) })
            }
            Ok(Err(error)) => self.gone(&error.to_string()),
            Err(elapsed) => self.gone(&elapsed.to_string()),
        }
    }

    fn is_away(&self) -> bool {
        let until = *self.away_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn gone(&self, error: &str) -> Option<Decision> {
        tracing::warn!(error, "Redis cannot be asked; limits hold per process, and are stricter");
        *self.away_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        None
    }
}
