//! Many generations at once, and many watchers: all complete, none lost, none doubled, and what they weigh.

use std::time::{Duration, Instant};

use clap::Args;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use serde_json::{Value, json};
use testkit::{Page, Person, Script, Step};

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

    /// Idle watchers.
    #[arg(long, default_value_t = 5000)]
    watchers: usize,
}

impl Fanout {
    pub async fn run(self) -> anyhow::Result<Value> {
        let install = Install::start().await?;
        let idle_kb = resident_kb(install.pid);
        let alice = install.sign_up("bench").await;
        let watched = self.watch(&install, &alice).await;
        let streams = self.stream(&install, &alice).await;
        let line = json!({
            "bench": "fanout", "idle_resident_mb": idle_kb / 1024, "watchers": watched, "streams": streams,
            "load": load(),
        });
        install.stop().await;
        Ok(line)
    }

    /// Opens watchers on a hundred sessions, and weighs the process before and after.
    async fn watch(&self, install: &Install, alice: &Person) -> Value {
        let sessions: Vec<String> = stream::iter(0..100).then(|_| alice.opens_a_session()).collect().await;
        drop(join_all(sessions.iter().map(|session| alice.watches(session))).await);
        let before = resident_kb(install.pid);
        let open = |n: usize| {
            let session = sessions[n % sessions.len()].clone();
            async move {
                let mut page = alice.watches(&session).await;
                page.next().await;
                page
            }
        };
        let pages: Vec<Page> = stream::iter(0..self.watchers).map(open).buffer_unordered(64).collect().await;
        let after = resident_kb(install.pid);
        let each = (after.saturating_sub(before)) as f64 / pages.len() as f64;
        json!({ "open": pages.len(), "resident_kb_each": (each * 10.0).round() / 10.0, "resident_mb": after / 1024 })
    }

    async fn stream(&self, install: &Install, alice: &Person) -> Value {
        let pause = Duration::from_micros(33_333);
        let tokens = (0..self.tokens).flat_map(|n| [Step::Say(format!("{n} ")), Step::Pause(pause)]);
        install.model.when_asked("at thirty a second", Script::new(tokens.chain([Step::Finish])));
        let whole: String = (0..self.tokens).map(|n| format!("{n} ")).collect();
        let begun = Instant::now();
        let outcomes = join_all((0..self.generations).map(|_| complete(alice, &whole))).await;
        let seconds = begun.elapsed().as_secs_f64();
        json!({
            "generations": self.generations, "tokens_each": self.tokens,
            "complete": outcomes.iter().filter(|outcome| outcome.whole).count(),
            "complaints": outcomes.iter().map(|outcome| outcome.complaints).sum::<usize>(),
            "seconds": (seconds * 10.0).round() / 10.0, "ideal_seconds": (self.tokens as f64 / 30.0 * 10.0).round() / 10.0,
        })
    }
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
