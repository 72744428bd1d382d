//! What the caller may choose.

use std::path::PathBuf;
use std::time::Duration;

use crate::guard::Guard;

/// How to start a [`Stack`](crate::Stack).
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder for data and logs. One stack at a time uses it.
    pub state: PathBuf,
    /// What outlives the stack.
    pub keep: Keep,
    /// Kafka's preferred port on loopback: taken if free, else another one. 0 means any.
    pub kafka: u16,
    /// Postgres's preferred port, likewise.
    pub postgres: u16,
    /// Redis's preferred port, likewise.
    pub redis: u16,
    /// Where the three come from.
    pub source: Source,
    /// Where data lies that is not to lie in `state`.
    pub places: Places,
    /// Who watches over Kafka; only a native one can be watched. See [`Options::guarded`].
    pub guard: Option<Guard>,
    /// How long we wait for what.
    pub patience: Patience,
}

/// Other folders for the data of native servers, such as one on a disk of its own each.
///
/// They stay when the stack goes, whatever [`Keep`] says. Settings and logs stay in [`Options::state`].
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// For Kafka's log.
    pub kafka: Option<PathBuf>,
    /// For Postgres's cluster. Root hands it over to the user that runs Postgres, who must be able to reach it.
    pub postgres: Option<PathBuf>,
    /// For Redis's append-only file.
    pub redis: Option<PathBuf>,
}

/// What outlives the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Data stays, and every stop is a clean one.
    Data,
    /// The folder is wiped at start and at stop, and servers are simply killed. Kafka compiles
    /// less (C1 only), which saves a second of CPU at its start; measure with [`Keep::Data`].
    Nothing,
}

/// Where the three come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The environment where it is set; for the rest containers if an engine answers, else native processes.
    Auto,
    /// Native processes only, whatever the environment says.
    Native,
    /// Containers only; an error when no engine answers or the feature `containers` is off.
    Containers,
    /// The environment only; an error when one of the three variables is not set.
    Environment,
}

/// How long we wait before giving up.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a server to answer in its own protocol.
    pub ready: Duration,
    /// For a server to end when asked to; then it is killed.
    pub stop: Duration,
    /// For one run of a tool (a download is one).
    pub tool: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { ready: Duration::from_secs(60), stop: Duration::from_secs(10), tool: Duration::from_secs(900) }
    }
}

/// The start of the name of every folder made by [`Options::test`].
pub(crate) const TEST_FOLDER: &str = "atelier-test-";

impl Options {
    /// For `atelier up`: the usual ports, and data that stays.
    pub fn up(state: impl Into<PathBuf>) -> Self {
        Self {
            state: state.into(),
            keep: Keep::Data,
            kafka: 9092,
            postgres: 15432,
            redis: 16379,
            source: Source::Auto,
            places: Places::default(),
            guard: None,
            patience: Patience::default(),
        }
    }

    /// For tests: a folder of its own that is gone afterwards, and any free ports.
    pub fn test() -> Self {
        let name = format!("{TEST_FOLDER}{:016x}", rand::random::<u64>());
        Self {
            keep: Keep::Nothing,
            kafka: 0,
            postgres: 0,
            redis: 0,
            source: Source::Native,
            ..Self::up(std::env::temp_dir().join(name))
        }
    }

    /// For tests of grants: likewise, with a native Kafka that this guards.
    pub fn guarded(guard: Guard) -> Self {
        Self { source: Source::Native, guard: Some(guard), ..Self::test() }
    }
}
