use std::num::NonZeroU64;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// How the event store hashes, retries and remembers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// At least 32 random bytes in base64: `openssl rand -base64 32`. E-mail addresses and bodies are kept as
    /// hashes keyed with it; with another one, addresses that are taken look free.
    pub pepper: SecretString,

    /// A snapshot of an aggregate's state after every so many events: fewer make loads slower, more make appends larger.
    #[serde(default = "Config::snapshot_every")]
    pub snapshot_every: NonZeroU64,

    /// How often a command is decided anew after it lost a race, before its caller hears of the conflict.
    #[serde(default = "Config::races")]
    pub races: u32,

    /// The pause before the first new decision, doubled each time, of which a random part is taken.
    #[serde(default = "Config::pause", with = "humantime_serde")]
    pub pause: Duration,

    /// How long the answer of an idempotency key is kept.
    #[serde(default = "Config::answers_for", with = "humantime_serde")]
    pub answers_for: Duration,

    /// How many aggregates are remembered after a command, so that the next one need not read them; 0: none.
    /// Of a session some hundred bytes are kept.
    #[serde(default = "Config::hot_aggregates")]
    pub hot_aggregates: u64,

    /// How long an aggregate is remembered at most before its events are read again.
    #[serde(default = "Config::hot_for", with = "humantime_serde")]
    pub hot_for: Duration,
}

impl Config {
    /// The defaults for everything but the secret.
    pub const fn new(pepper: SecretString) -> Self {
        Self {
            pepper,
            snapshot_every: Self::snapshot_every(),
            races: Self::races(),
            pause: Self::pause(),
            answers_for: Self::answers_for(),
            hot_aggregates: Self::hot_aggregates(),
            hot_for: Self::hot_for(),
        }
    }

    const fn snapshot_every() -> NonZeroU64 {
        NonZeroU64::new(50).unwrap()
    }

    const fn races() -> u32 {
        6
    }

    const fn pause() -> Duration {
        Duration::from_millis(4)
    }

    const fn answers_for() -> Duration {
        Duration::from_secs(24 * 60 * 60)
    }

    const fn hot_aggregates() -> u64 {
        10_000
    }

    const fn hot_for() -> Duration {
        Duration::from_secs(60)
    }
}
