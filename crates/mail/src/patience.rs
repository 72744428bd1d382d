//! Trying again, with an end.

use std::time::Duration;

use crate::Config;

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_mins(5);

/// How long to wait after so many attempts that failed; `None`: that was the last one.
pub fn after(config: &Config, attempts: u32) -> Option<Duration> {
    let times = 3_u32.saturating_pow(attempts.saturating_sub(1));
    (attempts < config.attempts.get()).then(|| config.pause.saturating_mul(times).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_three_times_as_long_and_there_is_an_end() {
        let config = Config::default();
        let waits: Vec<_> = (1..).map_while(|attempts| after(&config, attempts)).collect();
        assert_eq!(waits, [5, 15, 45, 135].map(Duration::from_secs));
        let patient = Config { attempts: std::num::NonZeroU32::new(100).unwrap(), ..config };
        assert_eq!(after(&patient, 99), Some(LONGEST));
        assert_eq!(after(&patient, 100), None);
    }
}
