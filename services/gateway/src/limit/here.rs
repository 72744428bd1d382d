//! The count of this process: when the last requests came, for each subject.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use moka::sync::Cache;

use super::{Decision, Share, WINDOW};

/// Subjects counted at once; who was not seen for longest is forgotten first.
pub const SUBJECTS: u64 = 100_000;

/// Where nothing limits a request.
const NOTHING: Decision = Decision { allowed: true, limit: u32::MAX, used: 0, reset: Duration::ZERO };

type Times = Arc<Mutex<VecDeque<Instant>>>;

pub struct Here(Cache<String, Times>);

impl Default for Here {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(SUBJECTS).time_to_idle(WINDOW).build())
    }
}

impl Here {
    /// For all of them or, where one has no more, for none.
    pub fn count(&self, shares: &[Share]) -> Decision {
        self.count_at(shares, Instant::now())
    }

    /// Counts requests that someone else has allowed.
    pub fn note(&self, shares: &[Share], count: u32) {
        let now = Instant::now();
        for (key, limit) in shares {
            let times = self.times(key);
            let mut times = lock(&times);
            forget(&mut times, now);
            let room = (*limit as usize).saturating_sub(times.len());
            times.extend(std::iter::repeat_n(now, room.min(count as usize)));
        }
    }

    pub fn used(&self, key: &str) -> u32 {
        self.0.get(key).map_or(0, |times| {
            let mut times = lock(&times);
            forget(&mut times, Instant::now());
            times.len() as u32
        })
    }

    fn count_at(&self, shares: &[Share], now: Instant) -> Decision {
        let seen: Vec<Decision> = shares.iter().map(|share| self.look(share, now)).collect();
        let decision = Decision::of(&seen).unwrap_or(NOTHING);
        if !decision.allowed {
            return decision;
        }
        for (key, _) in shares {
            lock(&self.times(key)).push_back(now);
        }
        Decision { used: decision.used + 1, ..decision }
    }

    /// Counts nothing.
    fn look(&self, (key, limit): &Share, now: Instant) -> Decision {
        let times = self.times(key);
        let mut times = lock(&times);
        forget(&mut times, now);
        let oldest = times.front().copied().unwrap_or(now);
        let reset = WINDOW.saturating_sub(now.duration_since(oldest));
        let used = u32::try_from(times.len()).unwrap_or(u32::MAX);
        Decision { allowed: used < *limit, limit: *limit, used, reset }
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
    use super::*;

    fn share(key: &str, limit: u32) -> [Share; 1] {
        [(key.to_owned(), limit)]
    }

    #[test]
    fn no_window_of_a_minute_holds_more_than_the_limit() {
        let (here, begin) = (Here::default(), Instant::now());
        let mut allowed = Vec::new();
        for second in 0..240 {
            let now = begin + Duration::from_secs(second);
            if here.count_at(&share("a", 10), now).allowed {
                allowed.push(second);
            }
        }
        assert_eq!(allowed.len(), 40);
        assert!(allowed.iter().all(|from| allowed.iter().filter(|at| (*from..from + 60).contains(*at)).count() <= 10));
    }

    #[test]
    fn a_refusal_says_when_and_is_not_counted() {
        let (here, begin) = (Here::default(), Instant::now());
        assert!(here.count_at(&share("a", 1), begin).allowed);
        let refused = here.count_at(&share("a", 1), begin + Duration::from_secs(20));
        assert_eq!((refused.allowed, refused.reset), (false, Duration::from_secs(40)));
        assert!(here.count_at(&share("a", 1), begin + Duration::from_secs(60)).allowed);
        assert!(here.count_at(&share("b", 1), begin).allowed, "each has their own");
    }

    #[test]
    fn whoever_is_refused_by_one_share_uses_up_none_of_the_others() {
        let (here, now) = (Here::default(), Instant::now());
        let both = [share("person", 5), share("tenant", 2)].concat();
        for left in [1, 0] {
            let decision = here.count_at(&both, now);
            assert_eq!(
                (decision.allowed, decision.limit, decision.limit - decision.used),
                (true, 2, left),
                "the tightest"
            );
        }
        for _ in 0..9 {
            let refused = here.count_at(&both, now);
            assert_eq!((refused.allowed, refused.limit), (false, 2));
        }
        assert_eq!(here.used("person"), 2);
    }
}
