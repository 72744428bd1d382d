//! Stories on the whole system: real Kafka, Postgres and Redis, three real processes; only the model is played.
//!
//! Stories share one system and run side by side. One that breaks something on purpose has it alone.

mod accounts;
mod annex;
mod answers;
mod auditing;
mod bad_input;
mod budgets;
mod certificates;
mod consumers;
mod erasure;
mod errands;
mod event_log;
mod everywhere;
mod fixtures;
mod full_disk;
mod guarded;
mod hard;
mod kept;
mod keys;
mod model_faults;
mod organisations;
mod outages;
mod past;
mod permissions;
mod privacy;
mod read_models;
mod requests;
mod security;
mod sharing;
mod stored;
mod terminal;
mod tokens;
mod traces;
mod work;
mod workers;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::LazyLock;

use futures::FutureExt;
use testkit::System;
use tokio::runtime::Runtime;
use tokio::sync::{OnceCell, RwLock};

/// Outlives every story: the model and the processes belong to it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));
static SYSTEM: OnceCell<RwLock<System>> = OnceCell::const_new();

async fn system() -> &'static RwLock<System> {
    let start = || async { RwLock::new(System::start().await.expect("the system starts")) };
    SYSTEM.get_or_init(start).await
}

/// A story that leaves the system as it is.
fn story(told: impl AsyncFnOnce(&System)) {
    RUNTIME.block_on(async {
        let system = system().await.read().await;
        with_logs(&system.log_files(), told(&system)).await;
    });
}

/// A story that breaks something: nobody else is on the system meanwhile, and all is mended before it begins.
fn disturbance(told: impl AsyncFnOnce(&mut System)) {
    RUNTIME.block_on(async {
        let mut system = system().await.write().await;
        system.mend().await.expect("what an earlier story broke can be mended");
        let logs = system.log_files();
        with_logs(&logs, told(&mut system)).await;
        system.mend().await.expect("what this story broke can be mended");
    });
}

/// Tells the story; if it fails, the ends of the processes' logs are printed before the reason.
async fn with_logs(logs: &[PathBuf], story: impl Future<Output = ()>) {
    let Err(failure) = AssertUnwindSafe(story).catch_unwind().await else { return };
    for log in logs {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default();
        println!("--- the end of {}\n{}", log.display(), last.join("\n"));
    }
    std::panic::resume_unwind(failure);
}

/// How much of each log a failed story prints.
const LOG_LINES: usize = 60;

/// How often each hard story is told in one run; ten before a release.
fn rounds() -> usize {
    std::env::var("ATELIER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2)
}
