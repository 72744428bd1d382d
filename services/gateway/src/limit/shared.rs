//! The count of all gateways, in Redis: the requests of each second per subject, read and written at once.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use redis::Script;
use redis::aio::ConnectionManager;

use super::ahead::TERM;
use super::{Decision, Share, WINDOW};

/// Redis's clock, so that all gateways have one. Counts for all keys or for none: whoever is refused by one share
/// uses up none of the others. First the place of the share that refuses (0: none does) and how many were counted,
/// then used and reset of each.
const COUNT: &str = include_str!("count.lua");

/// Whole seconds leave at once, so one more; and what is taken ahead may be used that much later.
const KEPT: u64 = WINDOW.as_secs() + 1 + TERM.as_secs();

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

    /// Counts up to `size` requests, and says how many. `None`: Redis cannot be asked now.
    pub async fn count(&self, shares: &[Share], size: u32) -> Option<(Decision, u32)> {
        if self.is_away() {
            return None;
        }
        let mut connection = self.connection.clone();
        let mut call = self.script.prepare_invoke();
        call.arg(KEPT).arg(size);
        for (key, limit) in shares {
            call.key(key).arg(*limit);
        }
        let answer = tokio::time::timeout(self.timeout, call.invoke_async::<Vec<u64>>(&mut connection)).await;
        match answer {
            Ok(Ok(told)) => read(shares, &told),
            Ok(Err(error)) => self.gone(&error.to_string()),
            Err(elapsed) => self.gone(&elapsed.to_string()),
        }
    }

    fn is_away(&self) -> bool {
        let until = *self.away_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn gone<T>(&self, error: &str) -> Option<T> {
        tracing::warn!(error, "Redis cannot be asked; limits hold per process, and are stricter");
        *self.away_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        None
    }
}

fn read(shares: &[Share], told: &[u64]) -> Option<(Decision, u32)> {
    let [refused, granted, each @ ..] = told else { return None };
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let decisions = each.chunks_exact(2).zip(shares).zip(1..).map(|((told, (_, limit)), place)| Decision {
        allowed: *refused != place,
        limit: *limit,
        used: count(told[0]),
        reset: Duration::from_millis(told[1]),
    });
    Some((Decision::of(&decisions.collect::<Vec<_>>())?, count(*granted)))
}
