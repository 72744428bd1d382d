//! Pauses that double.

use std::time::Duration;

/// From the shortest to the longest, each twice the one before.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    shortest: Duration,
    longest: Duration,
    next: Duration,
}

impl Pauses {
    pub const fn new(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest, next: shortest }
    }

    pub fn next(&mut self) -> Duration {
        let pause = self.next.min(self.longest);
        self.next = pause.saturating_mul(2);
        pause
    }

    pub const fn reset(&mut self) {
        self.next = self.shortest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_double_up_to_the_longest_and_begin_again() {
        let mut pauses = Pauses::new(Duration::from_millis(2), Duration::from_millis(10));
        let millis: Vec<_> = (0..5).map(|_| pauses.next().as_millis()).collect();
        assert_eq!(millis, [2, 4, 8, 10, 10]);
        pauses.reset();
        assert_eq!(pauses.next().as_millis(), 2);
    }
}
