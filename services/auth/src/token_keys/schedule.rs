use std::time::Duration;

use rpc::identity::LEEWAY;

use crate::Config;

/// When keys come and go.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// A key this old gets a successor.
    pub age: Duration,
    /// How long a key is published before it signs.
    pub lead: Duration,
    /// How often a process looks what others have decided.
    pub reload: Duration,
    /// How long a token lives.
    token: Duration,
}

/// What a process knows of the keys is not gone by for longer.
const STALE: Duration = Duration::from_mins(1);

impl Schedule {
    pub const fn of(config: &Config) -> Self {
        Self {
            age: config.token_key_age,
            lead: config.token_key_lead,
            reload: config.token_keys_reload,
            token: config.internal,
        }
    }

    pub const fn stale(&self) -> Duration {
        STALE
    }

    /// How long a key verifies after its successor began to sign: a process that has not heard of that may sign
    /// with it for [`STALE`], and what it signs then lives its whole life, by a clock that is late.
    pub fn overlap(&self) -> Duration {
        self.token + LEEWAY + STALE
    }

    /// How long a key verifies that begins to sign now, if nothing happens before its time.
    pub fn term(&self) -> Duration {
        self.age + (self.lead + self.overlap()) * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_outlives_what_it_signed_by_the_difference_of_clocks() {
        let schedule = Schedule::of(&Config::default());
        assert!(schedule.overlap() >= Config::default().internal + LEEWAY);
        assert!(schedule.lead > schedule.reload, "published before it signs");
        assert_eq!(schedule.age, Duration::from_hours(24));
    }
}
