//! Many generations at once, and many watchers: all complete, none lost, none doubled, and what they weigh.

mod watchers;

use std::time::{Duration, Instant};

use clap::Args;
use futures::StreamExt;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Person, Script, Step};

use crate::direct;
use crate::install::Install;
use crate::numbers::{load, resident_kb};

#[derive(Args)]
pub struct Fanout {
    /// Generations at once, at 30 tokens a second each.
    #[arg(long, default_value_t = 200)]
    generations: usize,

    /// Tokens of each generation.
    #[arg(long, default_value_t = 600)]
    tokens: usize,

    /// Watchers, first idle, then slower than what they watch.
    #[arg(long, default_value_t = 5000)]
    watchers: usize,
}

impl Fanout {
    pub async fn run(self) -> anyhow::Result<Value> {
        let install = Install::start().await?;
        let idle_kb = resident_kb(install.pid);
        let alice = install.sign_up("bench").await;
        let watched = watchers::measure(&install, &alice, self.watchers).await;
        let streams = self.stream(&install, &alice).await;
        let line = json!({
            "bench": "fanout", "idle_resident_mb": idle_kb / 1024, "watchers": watched, "streams": streams,
            "load": load(),
        });
        install.stop().await;
        Ok(line)
    }

    async fn stream(&self, install: &Install, alice: &Person) -> Value {
        let pause = Duration::from_micros(33_333);
        let tokens = (0..self.tokens).flat_map(|n| [Step::Say(format!("{n} ")), Step::Pause(pause)]);
        install.model.when_asked("at thirty a second", Script::new(tokens.chain([Step::Finish])));
        let whole: String = (0..self.tokens).map(|n| format!("{n} ")).collect();
        let begun = Instant::now();
        let direct = join_all((0..self.generations).map(|_| whole_of_the_model(install, &whole))).await;
        let direct_seconds = tenths(begun.elapsed());
        let begun = Instant::now();
        let outcomes = join_all((0..self.generations).map(|_| complete(alice, &whole))).await;
        let seconds = tenths(begun.elapsed());
        json!({
            "generations": self.generations, "tokens_each": self.tokens,
            "complete": outcomes.iter().filter(|outcome| outcome.whole).count(),
            "complaints": outcomes.iter().map(|outcome| outcome.complaints).sum::<usize>(),
            "seconds": seconds, "direct_seconds": direct_seconds,
            "direct_complete": direct.into_iter().filter(|whole| *whole).count(),
        })
    }
}

/// Seconds.
fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

async fn whole_of_the_model(install: &Install, whole: &str) -> bool {
    direct::ask(install, "at thirty a second").await.collect::<String>().await == whole
}

struct Outcome {
    whole: bool,
    complaints: usize,
}

async fn complete(alice: &Person, whole: &str) -> Outcome {
    let session = alice.opens_a_session().await;
    let mut page = alice.watches(&session).await;
    let generation = alice.asks(&session, "at thirty a second").await;
    let end = page.sees_the_end(&generation).await;
    let said = page.view(&generation).explanation;
    Outcome { whole: end.event == "generation.completed" && said == whole, complaints: page.complaints.len() }
}
