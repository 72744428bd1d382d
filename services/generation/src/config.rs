//! How a worker shares its time, and how long it holds on.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many answers a worker streams, how it batches them, and when it gives up.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The consumer group of all generation workers. Each request goes to one of its members.
    pub group: String,

    /// How many answers one process streams at once.
    ///
    /// Each holds one connection to the model server, so keep the sum over all workers below what
    /// that server can batch.
    pub in_flight: NonZeroUsize,

    /// Deltas that arrive within this time of the last send leave together at its end.
    ///
    /// A slow model is never delayed by it; a fast one costs at most one event per window.
    #[serde(with = "humantime_serde")]
    pub window: Duration,

    /// The longest one attempt may take.
    #[serde(with = "humantime_serde")]
    pub deadline: Duration,

    /// How long this worker keeps its answers after it was last heard of.
    #[serde(with = "humantime_serde")]
    pub lease: Duration,

    /// How often it is heard of; several times within `lease`.
    #[serde(with = "humantime_serde")]
    pub heartbeat: Duration,

    /// On shutdown, how long running answers may go on before they are given to another worker.
    #[serde(with = "humantime_serde")]
    pub drain: Duration,

    /// How long the end of an answer is offered to a store that cannot be reached.
    #[serde(with = "humantime_serde")]
    pub settle: Duration,

    /// The longest pause before a request that failed for a passing reason is taken again.
    #[serde(with = "humantime_serde")]
    pub retry: Duration,

    /// How often a request is taken in all; after that it is a dead letter. Waiting for an outage to end counts.
    pub tries: u32,

    /// Passed to the model; leave it out for the server's own limit.
    pub max_tokens: Option<u32>,

    /// Passed to the model; leave it out for the server's own default.
    pub temperature: Option<f32>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            group: "generation".to_owned(),
            in_flight: const { NonZeroUsize::new(256).unwrap() },
            window: Duration::from_millis(20),
            deadline: Duration::from_secs(15 * 60),
            lease: Duration::from_secs(15),
            heartbeat: Duration::from_secs(5),
            drain: Duration::from_secs(20),
            settle: Duration::from_secs(60),
            retry: Duration::from_secs(5),
            tries: 1_000,
            max_tokens: None,
            temperature: None,
        }
    }
}
