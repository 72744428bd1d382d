use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// The key-encryption key, and how many data keys stay in memory for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// 32 random bytes in base64: `openssl rand -base64 32`. Whoever loses it loses every sealed text.
    pub kek: SecretString,

    /// Unwrapped data keys that stay in memory. Each is a few hundred bytes.
    #[serde(default = "Config::cached")]
    pub cached: u64,

    /// How long a key that another process destroyed may still open things here.
    #[serde(default = "Config::cached_for", with = "humantime_serde")]
    pub cached_for: Duration,
}

impl Config {
    /// The defaults for everything but the key itself.
    pub const fn new(kek: SecretString) -> Self {
        Self { kek, cached: Self::cached(), cached_for: Self::cached_for() }
    }

    const fn cached() -> u64 {
        20_000
    }

    const fn cached_for() -> Duration {
        Duration::from_secs(60)
    }
}
