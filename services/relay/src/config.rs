use std::num::NonZeroUsize;
use std::time::Duration;

use serde::Deserialize;

use crate::poll::Pauses;

/// Section `[relay]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Events that one read takes at most.
    pub batch: NonZeroUsize,

    /// Batches that wait for Kafka's acknowledgement at most; a crash repeats no more than these.
    pub in_flight: NonZeroUsize,

    /// How long the lease lasts without renewal. After a crash the next relay waits for this long.
    #[serde(with = "humantime_serde")]
    pub lease: Duration,

    /// How often a relay without the lease asks for it.
    #[serde(with = "humantime_serde")]
    pub stand_by: Duration,

    /// How often the store is asked for news when nobody wakes us: from the first pause after an event to the last.
    pub poll: Span,

    /// The least time between two reads that are not full. The first event after a pause is read at once; those right
    /// behind it come together, in one read, one note and one request to Kafka.
    #[serde(with = "humantime_serde")]
    pub gather: Duration,

    /// How long we wait after trouble with Postgres or Kafka, doubling each time.
    pub retry: Span,

    /// How long acknowledgements are waited for at shutdown.
    #[serde(with = "humantime_serde")]
    pub drain: Duration,

    /// How generations that nobody works on are offered again: section `[relay.sweep]`.
    pub sweep: Sweep,

    /// How often lag and hold-ups are measured.
    #[serde(with = "humantime_serde")]
    pub measure_every: Duration,

    /// From this age on, a transaction that holds the relay back is named in the log.
    #[serde(with = "humantime_serde")]
    pub held_back_alert: Duration,

    /// Aggregates whose last sequence is remembered, to notice a gap without asking.
    pub remembered: usize,

    /// The section `[audit]`.
    #[serde(skip)]
    pub audit: chain::Config,
}

/// Section `[relay.sweep]`: generations that nobody works on are offered again.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sweep {
    #[serde(with = "humantime_serde")]
    pub every: Duration,

    /// How long a request may stay unstarted before it is published again, and again.
    #[serde(with = "humantime_serde")]
    pub unstarted_after: Duration,

    /// Older requests are left alone.
    #[serde(with = "humantime_serde")]
    pub look_back: Duration,

    /// Requests that one sweep publishes at most.
    pub at_once: u32,

    /// How long the answers of idempotency keys are kept; older ones are deleted.
    #[serde(with = "humantime_serde")]
    pub answers_for: Duration,
}

/// The shortest and the longest pause.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    #[serde(with = "humantime_serde")]
    pub shortest: Duration,
    #[serde(with = "humantime_serde")]
    pub longest: Duration,
}

impl Span {
    const fn millis(shortest: u64, longest: u64) -> Self {
        Self { shortest: Duration::from_millis(shortest), longest: Duration::from_millis(longest) }
    }

    pub(crate) const fn pauses(self) -> Pauses {
        Pauses::new(self.shortest, self.longest)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch: const { NonZeroUsize::new(2_000).unwrap() },
            in_flight: const { NonZeroUsize::new(8).unwrap() },
            lease: Duration::from_secs(10),
            stand_by: Duration::from_secs(1),
            poll: Span::millis(2, 100),
            gather: Duration::from_millis(4),
            retry: Span::millis(100, 5_000),
            drain: Duration::from_secs(10),
            sweep: Sweep::default(),
            measure_every: Duration::from_secs(1),
            held_back_alert: Duration::from_secs(5),
            remembered: 100_000,
            audit: chain::Config::default(),
        }
    }
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(10),
            unstarted_after: Duration::from_secs(60),
            look_back: Duration::from_secs(24 * 60 * 60),
            at_once: 1_000,
            answers_for: Duration::from_secs(24 * 60 * 60),
        }
    }
}
