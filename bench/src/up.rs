//! How soon `atelier up` is ready, in a new folder and in one that is there, and what it weighs while nobody asks.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::install::Install;
use crate::numbers::{load, resident_kb};

#[derive(Args)]
pub struct Up {
    /// Seconds of idleness before it is weighed.
    #[arg(long, default_value_t = 30)]
    idle: u64,

    /// Starts in the folder that is there; the middle one counts.
    #[arg(long, default_value_t = 3)]
    again: usize,
}

impl Up {
    pub async fn run(self) -> anyhow::Result<Value> {
        let begun = Instant::now();
        let mut install = Install::start().await?;
        let first = begun.elapsed();
        let mut again = Vec::new();
        for _ in 0..self.again {
            again.push(install.again().await?);
        }
        again.sort();
        // The work of a first use: its memory stays.
        let alice = install.sign_up("bench").await;
        alice.opens_a_session().await;
        tokio::time::sleep(Duration::from_secs(self.idle)).await;
        let resident = resident_kb(install.pid);
        let line = json!({
            "bench": "up", "ready_seconds_new": seconds(first), "ready_seconds": again.get(self.again / 2).copied().map(seconds),
            "idle_resident_mb": resident / 1024, "load": load(),
        });
        install.stop().await;
        Ok(line)
    }
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100.0).round() / 100.0
}
