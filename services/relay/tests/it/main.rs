//! The relay between a real Postgres and a real Kafka.

#![allow(clippy::zero_sized_map_values, reason = "it reads well in a story")]
#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod alice;
mod crashes;
mod delivery;
mod office;
mod outages;
mod parking;
mod rebasing;
mod rooting;
mod sweeping;

use alice::Alice;
use office::{Office, Running, config};
