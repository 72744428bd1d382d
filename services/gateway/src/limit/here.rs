//! The count of this process: when the last requests came, for each subject.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use moka::sync::Cache;

use super::{Decision, WINDOW};

/// Subjects counted at once; who was not seen for longest is forgotten first.
const SUBJECTS: u64 = 100_000;

type Times = Arc<Mutex<VecDeque<Instant>>>;

pub struct Here(Cache<String, Times>);

impl Default for Here {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(SUBJECTS).time_to_idle(WINDOW).build())
    }
}

impl Here {
    pub fn count(&self, key: &str, limit: u32) -> Decision {
        self.count_at(key, limit, Instant::now())
    }

    /// Counts a request that someone else has allowed.
    pub fn note(&self, key: &str, limit: u32) {
        let times = self.times(key);
        let mut times = lock(&times);
        forget(&mut times, Instant::now());
        if times.len() < limit as usize {
            times.push_back(Instant::now());
        }
    }

    pub fn used(&self, key: &str) -> u32 {
        self.0.get(key).map_or(0, |times| {
            let mut times = lock(&times);
            forget(&mut times, Instant::now());
            times.len() as u32
        })
    }

    fn count_at(&self, key: &str, limit: u32, now: Instant) -> Decision {
        let times = self.times(key);
        let mut times = lock(&times);
        forget(&mut times, now);
        let allowed = times.len() < limit as usize;
        if allowed {
            times.push_back(now);
        }
        let oldest = times.front().copied().unwrap_or(now);
        let reset = WINDOW.saturating_sub(now.duration_since(oldest));
        Decision { allowed, limit, used: times.len() as u32, reset }
    }

    fn times(&self, key: &str) -> Times {
        self.0.get_with_by_ref(key, Times::default)
    }
}

fn lock(times: &Times) -> MutexGuard<'_, VecDeque<Instant>> {
    times.lock().unwrap_or_else(PoisonError::into_inner)
}

fn forget(times: &mut VecDeque<Instant>, now: Instant) {
    while times.front().is_some_and(|time| now.duration_since(*time) >= WINDOW) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_window_of_a_minute_holds_more_than_the_limit() {
        let (here, begin) = (Here::default(), Instant::now());
        let mut allowed = Vec::new();
        for second in 0..240 {
            let now = begin + Duration::from_secs(second);
            if here.count_at("a", 10, now).allowed {
                allowed.push(second);
            }
        }
        assert_eq!(allowed.len(), 40);
        assert!(allowed.iter().all(|from| allowed.iter().filter(|at| (*from..from + 60).contains(*at)).count() <= 10));
    }

    #[test]
    fn a_refusal_says_when_and_is_not_counted() {
        let (here, begin) = (Here::default(), Instant::now());
        assert!(here.count_at("a", 1, begin).allowed);
        let refused = here.count_at("a", 1, begin + Duration::from_secs(20));
        assert_eq!((refused.allowed, refused.reset), (false, Duration::from_secs(40)));
        assert!(here.count_at("a", 1, begin + Duration::from_secs(60)).allowed);
        assert!(here.count_at("b", 1, begin).allowed, "each has their own");
    }
}
