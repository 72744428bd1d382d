use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many may watch, what stays in memory, and how far back a stream can be resumed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Part of every cursor's epoch, with Kafka's cluster id and the topic's name. Change it when the topic
    /// was deleted and made again under its old name, so that old cursors get a `reset`.
    pub incarnation: String,

    /// A comment is sent after this much silence, so that proxies keep the connection.
    #[serde(with = "humantime_serde")]
    pub heartbeat: Duration,
    /// How long a browser waits before it connects again.
    #[serde(with = "humantime_serde")]
    pub retry: Duration,

    /// How often is asked whether a session is still shared with somebody who watches it and whose it is not: so long
    /// may they watch after it was taken from them.
    #[serde(with = "humantime_serde")]
    pub shared_again: Duration,
    /// Open streams of one person; one more is refused with 429.
    pub streams_per_user: usize,
    /// Open streams of one tenant; one more is refused with 429.
    pub streams_per_tenant: usize,
    /// Open streams of this process; one more is refused with 503.
    pub streams: usize,

    /// Bytes of one session that stay in memory. More of them serve longer resumes without Kafka.
    pub memory_per_session: usize,
    /// Bytes of one partition that stay in memory.
    pub memory_per_partition: usize,
    /// Bytes of all partitions that stay in memory.
    pub memory: usize,
    /// How long a record stays in memory at most; an erased person's texts are gone from here after it.
    #[serde(with = "humantime_serde")]
    pub memory_age: Duration,
    /// How long a partition is still followed after its last watcher left.
    #[serde(with = "humantime_serde")]
    pub linger: Duration,

    /// A live watcher that is this many records behind is cut, if its connection is the reason.
    pub slow_records: usize,
    /// A live watcher that is this many bytes behind is cut, if its connection is the reason.
    pub slow_bytes: usize,
    /// The connection is the reason if it has kept us waiting this long since the watcher last had everything.
    #[serde(with = "humantime_serde")]
    pub slow_after: Duration,
    /// A watcher that is at least this many records behind gets them joined.
    pub join_from: usize,
    /// Most records that one step of one watcher takes from memory.
    pub page_records: usize,

    /// How long a new watcher waits for a partition that nobody followed until now.
    #[serde(with = "humantime_serde")]
    pub open_within: Duration,
    /// How long Kafka may take to answer a question about offsets.
    #[serde(with = "humantime_serde")]
    pub kafka_timeout: Duration,
    /// Questions about offsets that wait for an answer at the same time.
    pub kafka_queries: usize,
    /// How long the broker holds a fetch that finds nothing. A partition that is newly followed waits for as
    /// long until it has a part in one, so this is time added to an answer that begins at once.
    #[serde(with = "humantime_serde")]
    pub fetch_wait: Duration,
    /// Kibibytes that are fetched ahead of use, per partition.
    pub fetch_ahead_kib: usize,
    /// The pause after a failure of Kafka or of the keys, before the next try.
    #[serde(with = "humantime_serde")]
    pub pause: Duration,

    /// Bytes of one session that one catch-up read hands over at once.
    pub catch_up_page: usize,
    /// Bytes that one catch-up read may cover before others have their turn.
    pub catch_up_pass_bytes: usize,
    /// How long one catch-up read may last before others have their turn.
    #[serde(with = "humantime_serde")]
    pub catch_up_pass: Duration,
    /// Bytes of a partition that may be read to resume one stream; beyond that it gets a `reset`.
    pub catch_up_bytes: usize,
    /// How long may be read to resume one stream; beyond that it gets a `reset`.
    #[serde(with = "humantime_serde")]
    pub catch_up: Duration,
    /// Watchers that are caught up at the same time; others wait.
    pub catch_up_watchers: usize,
    /// How far the clocks of the machines may differ: a generation is looked for from this long before its id's time.
    #[serde(with = "humantime_serde")]
    pub clock_skew: Duration,
    /// How far back `from=0` looks for the session's last generation.
    #[serde(with = "humantime_serde")]
    pub last_within: Duration,
}

const MIB: usize = 1024 * 1024;

impl Default for Config {
    fn default() -> Self {
        Self {
            incarnation: String::new(),
            heartbeat: Duration::from_secs(15),
            retry: Duration::from_secs(1),
            shared_again: Duration::from_secs(2),
            streams_per_user: 32,
            streams_per_tenant: 4_000,
            streams: 20_000,
            memory_per_session: 4 * MIB,
            memory_per_partition: 64 * MIB,
            memory: 256 * MIB,
            memory_age: Duration::from_secs(20 * 60),
            linger: Duration::from_secs(300),
            slow_records: 4_000,
            slow_bytes: 3 * MIB,
            slow_after: Duration::from_millis(500),
            join_from: 32,
            page_records: 512,
            open_within: Duration::from_secs(5),
            kafka_timeout: Duration::from_secs(5),
            kafka_queries: 8,
            fetch_wait: Duration::from_millis(25),
            fetch_ahead_kib: 8 * 1024,
            pause: Duration::from_millis(250),
            catch_up_page: MIB,
            catch_up_pass_bytes: 64 * MIB,
            catch_up_pass: Duration::from_secs(5),
            catch_up_bytes: 512 * MIB,
            catch_up: Duration::from_secs(60),
            catch_up_watchers: 256,
            clock_skew: Duration::from_secs(10),
            last_within: Duration::from_secs(3600),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_complete_configuration_and_a_typo_is_an_error() {
        let config: Config = toml::from_str("heartbeat = '5s'").unwrap();
        assert_eq!(config.heartbeat, Duration::from_secs(5));
        assert_eq!(config.streams, Config::default().streams);
        assert!(toml::from_str::<Config>("heartbeet = '5s'").is_err());
    }
}
