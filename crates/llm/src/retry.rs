//! When to ask a model server again, and how long to wait before.

use std::time::Duration;

use rand::Rng;

use crate::{Config, Error};

/// Exponential backoff with full jitter, which gives way to the server's own `Retry-After`.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    attempts: u32,
    base: Duration,
    cap: Duration,
    retry_after_cap: Duration,
}

impl Backoff {
    pub fn new(config: &Config) -> Self {
        Self {
            attempts: config.attempts.get(),
            base: config.backoff,
            cap: config.backoff_cap,
            retry_after_cap: config.retry_after_cap,
        }
    }

    /// How long to wait after the `attempt`th failure (from 1); none means give up.
    ///
    /// Silence is not tried again: the user has already waited the whole time for one answer.
    pub fn after(&self, attempt: u32, error: &Error) -> Option<Duration> {
        if attempt >= self.attempts || !error.retryable() {
            return None;
        }
        match error {
            Error::Silent { .. } => None,
            Error::RateLimited { retry_after: Some(asked) } | Error::Unavailable { retry_after: Some(asked), .. } => {
                (*asked <= self.retry_after_cap).then(|| *asked + self.jitter(1))
            }
            _ => Some(self.jitter(attempt)),
        }
    }

    fn jitter(&self, attempt: u32) -> Duration {
        let ceiling = self.base.saturating_mul(1 << (attempt - 1).min(20)).min(self.cap);
        rand::rng().random_range(Duration::ZERO..=ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(&Config::default())
    }

    #[test]
    fn the_pause_grows_and_stays_below_its_cap() {
        for attempt in 1..4 {
            let pause = backoff().after(attempt, &Error::Unreachable).unwrap();
            assert!(pause <= Duration::from_millis(250 * (1 << (attempt - 1))));
        }
        assert_eq!(backoff().after(4, &Error::Unreachable), None);
        assert!(backoff().jitter(u32::MAX) <= Duration::from_secs(8));
    }

    #[test]
    fn the_server_s_word_is_kept_up_to_a_limit() {
        let asks = |secs| Error::RateLimited { retry_after: Some(Duration::from_secs(secs)) };
        assert!(backoff().after(1, &asks(7)).unwrap() >= Duration::from_secs(7));
        assert_eq!(backoff().after(1, &asks(31)), None);
    }

    #[test]
    fn a_refusal_is_not_asked_again() {
        assert_eq!(backoff().after(1, &Error::Refused { status: 400, kind: None }), None);
    }
}
