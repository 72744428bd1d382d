//! The log under kills. Writers, relay and projector are processes of their own that are ended again and again:
//! at a random moment, or at a named place in the code (after the store's commit, after Kafka's acknowledgement and
//! before the cursor, after the fold and before its commit). A tenth of the writes is rolled back, and some commit
//! late. Then: every event counted, the chain proved, the topics compared, the read models folded anew.

mod keeper;
mod life;
mod proof;
mod writer;

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::log::Log;
use crate::numbers::load;
use keeper::{Fate, Keeper};
pub use life::Life;
use life::Role;
use proof::Proof;

#[derive(Args)]
pub struct Ordeal {
    /// Events to write.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,

    #[arg(long, default_value_t = 32)]
    writers: usize,

    /// Events whose cost is measured before and after the others, with nobody killed.
    #[arg(long, default_value_t = 10_000)]
    sample: usize,
}

impl Ordeal {
    pub async fn run(self) -> anyhow::Result<Value> {
        let log = Log::start(self.writers as u32).await?;
        let proof = Proof::new(&log).await?;
        let early = self.calm(&log, &proof, 0).await?;
        eprintln!("{} events without kills: {early}", self.sample);
        let under_kills = self.storm(&log, &proof).await?;
        eprintln!("{} events under kills: {under_kills}", self.events);
        let late = self.calm(&log, &proof, 1).await?;
        eprintln!("{} more without kills: {late}", self.sample);
        let whole = proof.whole(self.events as i64 + 2 * self.sample as i64).await?;
        let line = json!({
            "bench": "ordeal", "events": self.events, "writers": self.writers, "under_kills": under_kills,
            "early": early, "late": late, "proof": whole.told(), "load": load(),
        });
        log.stack.stop().await;
        anyhow::ensure!(whole.holds(), "the promise is broken: {line}");
        Ok(line)
    }

    /// What a sample of events costs from command to read model, each part by itself.
    async fn calm(&self, log: &Log, proof: &Proof<'_>, part: usize) -> anyhow::Result<Value> {
        let before = proof.stored().await?;
        let task =
            writer::Task { part: format!("calm{part}"), events: self.sample, writers: self.writers, rough: false };
        let written = timed(self.lives(log, Role::Writers, Some(task)).through()).await?;
        let goal = before + self.sample as i64;
        anyhow::ensure!(proof.stored().await? == goal, "the store has {} events, not {goal}", proof.stored().await?);
        let relayed = timed(self.lives(log, Role::Relay, None).until(proof.published(goal))).await?;
        let folded = timed(self.lives(log, Role::Projector, None).until(proof.folded())).await?;
        let cost = |time: Duration| (time.as_secs_f64() * 1e6 / self.sample as f64 * 10.0).round() / 10.0;
        Ok(json!({
            "stored_before": before, "append_us": cost(written), "relay_us": cost(relayed), "fold_us": cost(folded),
        }))
    }

    async fn storm(&self, log: &Log, proof: &Proof<'_>) -> anyhow::Result<Value> {
        let goal = proof.stored().await? + self.events as i64;
        let task = writer::Task { part: "storm".to_owned(), events: self.events, writers: self.writers, rough: true };
        let (mut writers, mut relay, mut projector) = (
            self.lives(log, Role::Writers, Some(task)).with(Fate::AT_WRITERS),
            self.lives(log, Role::Relay, None).with(Fate::AT_RELAY),
            self.lives(log, Role::Projector, None).with(Fate::AT_PROJECTOR),
        );
        let (written, published) = (CancellationToken::new(), CancellationToken::new());
        let begun = Instant::now();
        let writing = async {
            writers.until_done().await?;
            written.cancel();
            anyhow::Ok(begun.elapsed())
        };
        let relaying = async {
            let reached = async {
                written.cancelled().await;
                proof.published(goal).await
            };
            relay.killed_until(reached).await?;
            published.cancel();
            anyhow::Ok(begun.elapsed())
        };
        let folding = async {
            let reached = async {
                published.cancelled().await;
                proof.folded().await
            };
            projector.killed_until(reached).await?;
            anyhow::Ok(begun.elapsed())
        };
        let (stored, relayed, folded) = tokio::try_join!(writing, relaying, folding)?;
        let rate = |time: Duration| (self.events as f64 / time.as_secs_f64()).round();
        Ok(json!({
            "seconds": folded.as_secs(), "stored_per_second": rate(stored), "published_per_second": rate(relayed),
            "folded_per_second": rate(folded),
            "ended": { "writers": writers.ends(), "relay": relay.ends(), "projector": projector.ends() },
        }))
    }

    fn lives(&self, log: &Log, role: Role, task: Option<writer::Task>) -> Keeper {
        Keeper::new(Life::new(role, log, task))
    }
}

/// How long something takes.
async fn timed(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    work.await?;
    Ok(begun.elapsed())
}
