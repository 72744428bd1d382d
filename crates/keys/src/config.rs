use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// The key-encryption key, and how many data keys stay in memory for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// 32 random bytes in base64: `openssl rand -base64 32`. Whoever loses it loses every sealed text.
    pub kek: SecretString,

    /// Key-encryption keys that are accepted beside `kek`, in base64, while it is replaced.
    ///
    /// Four steps, each for all processes before the next: name the new key here; make it `kek` and name the
    /// old one here; `atelier keys rotate`; leave the old one out.
    #[serde(default)]
    pub previous_keks: Vec<SecretString>,

    /// Unwrapped data keys that stay in memory. Each is a few hundred bytes.
    #[serde(default = "Config::cached")]
    pub cached: u64,

    /// How long a data key stays in memory, and how long after a rotation the one before still seals.
    #[serde(default = "Config::cached_for", with = "humantime_serde")]
    pub cached_for: Duration,

    /// How often a process looks for people who were erased by another one; then it forgets their keys.
    #[serde(default = "Config::look_every", with = "humantime_serde")]
    pub look_every: Duration,
}

impl Config {
    /// The defaults for everything but the key itself.
    pub const fn new(kek: SecretString) -> Self {
        Self {
            kek,
            previous_keks: Vec::new(),
            cached: Self::cached(),
            cached_for: Self::cached_for(),
            look_every: Self::look_every(),
        }
    }

    const fn cached() -> u64 {
        20_000
    }

    const fn cached_for() -> Duration {
        Duration::from_secs(60)
    }

    const fn look_every() -> Duration {
        Duration::from_secs(2)
    }
}
