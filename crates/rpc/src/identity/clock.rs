use chrono::Utc;

/// The clock of whoever signs or checks a token. Another machine's may be ahead of ours, or behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    ahead: i64,
}

impl Clock {
    /// One that is wrong by so many seconds.
    pub const fn ahead(seconds: i64) -> Self {
        Self { ahead: seconds }
    }

    /// Unix seconds.
    pub fn now(self) -> i64 {
        Utc::now().timestamp() + self.ahead
    }
}
