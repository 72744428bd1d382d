//! The count of all gateways, in Redis: a sorted set of the last requests per subject, read and written at once.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use redis::Script;
use redis::aio::ConnectionManager;

use super::{Decision, Share, WINDOW};

/// Redis's clock, so that all gateways have one. Counts for all keys or for none: whoever is refused by one share
/// uses up none of the others. First the place of the share that refuses (0: none does), then used and reset of each.
const COUNT: &str = include_str!("count.lua");

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
    pub async fn count(&self, shares: &[Share]) -> Option<Decision> {
        if self.is_away() {
            return None;
        }
        let mut connection = self.connection.clone();
        let mut call = self.script.prepare_invoke();
        call.arg(WINDOW.as_millis() as u64).arg(rand::random::<u64>());
        for (key, limit) in shares {
            call.key(key).arg(*limit);
        }
        let answer = tokio::time::timeout(self.timeout, call.invoke_async::<Vec<u64>>(&mut connection)).await;
        match answer {
            Ok(Ok(told)) => Decision::of(&decisions(shares, &told)),
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

fn decisions(shares: &[Share], told: &[u64]) -> Vec<Decision> {
    let refused = told.first().copied().unwrap_or_default();
    let each = told.get(1..).unwrap_or_default().chunks_exact(2).zip(shares).zip(1..);
    each.map(|((told, (_, limit)), place)| Decision {
        allowed: refused != place,
        limit: *limit,
        used: u32::try_from(told[0]).unwrap_or(u32::MAX),
        reset: Duration::from_millis(told[1]),
    })
    .collect()
}
