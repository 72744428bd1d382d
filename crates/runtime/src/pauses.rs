//! Pauses between one try and the next, for what waits until something else has started.

use std::time::Duration;

/// Each pause is twice the last one, up to a bound.
#[derive(Clone, Debug)]
pub struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Default for Pauses {
    /// From a quarter of a second to eight seconds.
    fn default() -> Self {
        Self::new(Duration::from_millis(250), Duration::from_secs(8))
    }
}

impl Pauses {
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { next: first, longest }
    }

    /// How long to wait now.
    pub fn take(&mut self) -> Duration {
        let pause = self.next.min(self.longest);
        self.next = (pause * 2).min(self.longest);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_up_to_its_bound() {
        let mut pauses = Pauses::new(Duration::from_secs(1), Duration::from_secs(5));
        let taken: Vec<_> = (0..4).map(|_| pauses.take().as_secs()).collect();
        assert_eq!(taken, [1, 2, 4, 5]);
    }
}
