use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the read models follow the topics.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The consumer group; its members share the partitions. It stands between Kafka's prefix and the
    /// projection's name.
    pub group: String,

    /// Events that one transaction folds at most. While it runs, the relay of an event store in the same
    /// cluster waits for it, so keep it near 5 ms.
    pub batch_events: usize,
    /// Bytes of records that one transaction folds at most, however few they are.
    pub batch_bytes: usize,

    /// How long the broker holds a fetch that finds nothing. New records end it at once, so a short time
    /// makes nothing visible earlier; it is how long a partition that is newly assigned may wait.
    #[serde(with = "humantime_serde")]
    pub fetch_wait: Duration,
    /// How long the broker gathers events for a projection that nobody looks at right after a command
    /// (audit, usage): one transaction then folds what would be many, beside answers that have to be quick.
    #[serde(with = "humantime_serde")]
    pub gather: Duration,
    /// How long a first event waits for those right behind it, to be folded with them. It delays every read
    /// model by as much, and spares Postgres a transaction per event; and while one runs, the relay of an event
    /// store in the same cluster waits, and with it the answers that people look at.
    #[serde(with = "humantime_serde")]
    pub linger: Duration,
    /// Kibibytes that are fetched ahead of use, per projection.
    pub fetch_ahead_kib: usize,

    /// The pause after a first failure of Postgres, Kafka or the keys; it doubles up to `retry_at_most`.
    #[serde(with = "humantime_serde")]
    pub retry_first: Duration,

    /// The longest pause between two tries.
    #[serde(with = "humantime_serde")]
    pub retry_at_most: Duration,

    /// How long Kafka may take to say where a partition ends, and to let us leave the group.
    #[serde(with = "humantime_serde")]
    pub kafka_timeout: Duration,
    /// A projector that is silent this long loses its partitions to the others.
    #[serde(with = "humantime_serde")]
    pub session_timeout: Duration,
    /// A projector that does not come back for more records in this time loses its partitions too.
    #[serde(with = "humantime_serde")]
    pub stuck_after: Duration,
    /// How often the lag is measured.
    #[serde(with = "humantime_serde")]
    pub lag_every: Duration,

    /// How often we look whether somebody asked to try a parked key again (`atelier dead-letters retry`).
    #[serde(with = "humantime_serde")]
    pub retry_parked_every: Duration,

    /// Consumers that fill a copy in a rebuild, each with its share of the partitions and a connection.
    pub rebuild_workers: usize,
    /// Events that one transaction of a rebuild folds at most. As with `batch_events`, the relay of an event
    /// store in the same cluster waits for it; where the read models have a cluster of their own, thousands
    /// are faster.
    pub rebuild_batch_events: usize,
    /// Bytes of records that one transaction of a rebuild folds at most.
    pub rebuild_batch_bytes: usize,
    /// A rebuild that gets nothing from Kafka for this long says so, and after some such times gives up.
    #[serde(with = "humantime_serde")]
    pub rebuild_stalled_after: Duration,
    /// How long a swap or a comparison may hold the live projection still; then it lets go and gives up.
    #[serde(with = "humantime_serde")]
    pub rebuild_hold: Duration,
    /// How long a swap waits at once for those who read, while new readers wait behind it.
    #[serde(with = "humantime_serde")]
    pub rebuild_lock_wait: Duration,
    /// How often we look whether there are copies from before an erasure, which are dropped; each erasure that
    /// is heard of is looked at at once.
    #[serde(with = "humantime_serde")]
    pub forget_copies_every: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            group: "projector".to_owned(),
            batch_events: 200,
            batch_bytes: 4 * 1024 * 1024,
            fetch_wait: Duration::from_millis(100),
            gather: Duration::from_millis(250),
            linger: Duration::from_millis(15),
            fetch_ahead_kib: 8 * 1024,
            retry_first: Duration::from_millis(50),
            retry_at_most: Duration::from_secs(5),
            kafka_timeout: Duration::from_secs(5),
            session_timeout: Duration::from_secs(10),
            stuck_after: Duration::from_secs(60),
            lag_every: Duration::from_secs(5),
            retry_parked_every: Duration::from_secs(1),
            rebuild_workers: 2,
            rebuild_batch_events: 200,
            rebuild_batch_bytes: 4 * 1024 * 1024,
            rebuild_stalled_after: Duration::from_secs(10),
            rebuild_hold: Duration::from_secs(5),
            rebuild_lock_wait: Duration::from_millis(100),
            forget_copies_every: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_complete_configuration_and_a_typo_is_an_error() {
        let config: Config = toml::from_str("retry_first = '1s'").unwrap();
        assert_eq!((config.retry_first, config.batch_events), (Duration::from_secs(1), 200));
        assert!(toml::from_str::<Config>("batch_event = 3").is_err());
    }
}
