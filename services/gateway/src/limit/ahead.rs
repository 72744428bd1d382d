//! Shares taken ahead of those who ask often, so that not each of their requests is a question to Redis.
//!
//! Who asks now and then is counted one by one. Whoever uses up what was taken within its second gets twice as much
//! the next time, up to a hundredth of what they may: what they leave unused is counted against them all the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::here::SUBJECTS;
use super::{Decision, Subject, WINDOW};

/// How long what was taken is good for; the window in Redis is longer by as much.
pub const TERM: Duration = Duration::from_secs(1);
/// The most that is taken at once.
const MOST: u32 = 64;

/// What is taken, by whose requests are counted together.
pub struct Ahead(Cache<Box<[Subject]>, Arc<Mutex<Taken>>>);

impl Default for Ahead {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(SUBJECTS).time_to_idle(WINDOW).build())
    }
}

impl Ahead {
    /// Alone with what these have: many who ask at once are one question to Redis.
    pub async fn of(&self, subjects: &[Subject]) -> OwnedMutexGuard<Taken> {
        let taken = self.0.get(subjects).unwrap_or_else(|| self.0.get_with(subjects.into(), Arc::default));
        taken.lock_owned().await
    }
}

/// What Redis said last, and what is left of it.
#[derive(Default)]
pub struct Taken {
    size: u32,
    left: u32,
    told: Option<(Decision, Instant)>,
}

impl Taken {
    /// Uses one, or says again that there are none.
    pub fn next(&mut self, now: Instant) -> Option<Decision> {
        let (told, at) = self.told.filter(|(_, at)| now.duration_since(*at) < TERM)?;
        let reset = told.reset.saturating_sub(now.duration_since(at));
        if !told.allowed {
            return (!reset.is_zero()).then_some(Decision { reset, ..told });
        }
        self.left = self.left.checked_sub(1)?;
        Some(Decision { used: told.used.saturating_sub(self.left), reset, ..told })
    }

    /// How many to take now, of so many that are allowed.
    pub fn size(&self, limit: u32, now: Instant) -> u32 {
        let busy = self.left == 0 && self.told.is_some_and(|(_, at)| now.duration_since(at) < TERM);
        let size = if busy { self.size.saturating_mul(2) } else { 1 };
        size.clamp(1, (limit / 100).clamp(1, MOST))
    }

    /// Takes note of an answer, and uses the first of what it allows.
    pub fn renew(&mut self, told: Decision, granted: u32, now: Instant) -> Decision {
        (self.size, self.left, self.told) = (granted, granted, Some((told, now)));
        self.next(now).unwrap_or(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(allowed: bool, used: u32) -> Decision {
        Decision { allowed, limit: 1000, used, reset: Duration::from_secs(60) }
    }

    #[test]
    fn who_asks_often_takes_more_at_a_time_and_who_does_not_takes_one() {
        let (mut taken, mut now, mut sizes, mut used) = (Taken::default(), Instant::now(), Vec::new(), 0);
        for _ in 0..40 {
            now += Duration::from_millis(5);
            if taken.next(now).is_none() {
                let size = taken.size(1000, now);
                used += size;
                taken.renew(told(true, used), size, now);
                sizes.push(size);
            }
        }
        assert_eq!(sizes, [1, 2, 4, 8, 10, 10, 10]);
        assert_eq!(taken.size(1000, now + TERM), 1, "what was left has lapsed");
        assert_eq!(Taken::default().size(99, now), 1);
    }

    #[test]
    fn what_is_left_is_told_one_by_one() {
        let (mut taken, now) = (Taken::default(), Instant::now());
        let mut used = vec![taken.renew(told(true, 10), 3, now).used];
        used.extend(std::iter::from_fn(|| taken.next(now)).map(|decision| decision.used));
        assert_eq!(used, [8, 9, 10]);
    }

    #[test]
    fn a_refusal_is_told_again_for_a_while_and_no_longer() {
        let (mut taken, now) = (Taken::default(), Instant::now());
        assert!(!taken.renew(told(false, 1000), 0, now).allowed);
        let again = taken.next(now + TERM / 2).unwrap();
        assert_eq!((again.allowed, again.reset), (false, Duration::from_millis(59_500)));
        assert_eq!(taken.next(now + TERM), None);
        let soon = Decision { reset: TERM / 2, ..told(false, 1000) };
        taken.renew(soon, 0, now);
        assert_eq!(taken.next(now + TERM / 2), None, "there is room again");
    }
}
