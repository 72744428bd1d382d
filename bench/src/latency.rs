//! Time added to the first token and to each chunk, over asking the model server directly.
//!
//! Each token says when the model sent it, so a chunk's delay is its arrival less the newest stamp in it.
//! Direct and through Atelier take turns in the same run.

use std::time::{Duration, Instant};

use clap::Args;
use futures::StreamExt;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Page, Person, Script, Step, micros};

use crate::direct;
use crate::install::Install;
use crate::numbers::{load, summary};

#[derive(Args)]
pub struct Latency {
    /// Pairs of measurements with one stream at a time.
    #[arg(long, default_value_t = 60)]
    rounds: usize,

    /// Streams side by side in the second part.
    #[arg(long, default_value_t = 16)]
    together: usize,

    /// Rounds of `together` streams.
    #[arg(long, default_value_t = 12)]
    rounds_together: usize,

    /// How long the zero-delay part takes, in seconds.
    #[arg(long, default_value_t = 15)]
    flood: u64,
}

/// One stream: time to the first token, and each chunk's delay, in milliseconds.
#[derive(Default)]
struct Taken {
    first: f64,
    chunks: Vec<f64>,
}

impl Taken {
    /// A piece of the answer has come.
    fn note(&mut self, asked: Instant, piece: &str) {
        let Some(age) = age(piece) else { return };
        if self.chunks.is_empty() {
            self.first = asked.elapsed().as_secs_f64() * 1000.0;
        }
        self.chunks.push(age);
    }
}

const TOKENS: usize = 60;
/// Prompts of one session in the zero-delay part: each is told all that was said before it.
const PROMPTS: u32 = 10;

impl Latency {
    pub async fn run(self) -> anyhow::Result<Value> {
        let install = Install::start().await?;
        install.model.when_asked("paced", paced());
        install.model.when_asked("flood", Script::new((0..TOKENS).map(|_| Step::Stamp).chain([Step::Finish])));
        let alice = install.sign_up("bench").await;
        through(&alice).await; // warms connections and caches, on both sides
        direct(&install).await;

        // First, because the broker compiles itself while it works: the other parts measure a warm one.
        let streams = flood(&alice, Duration::from_secs(self.flood)).await;
        let alone = self.compare(&install, &alice, 1, self.rounds).await;
        let together = self.compare(&install, &alice, self.together, self.rounds_together).await;
        let line = json!({
            "bench": "latency", "unit": "ms", "model": "50 ms to the first token, 20 ms a token, 60 tokens",
            "one_at_a_time": alone, format!("{}_at_once", self.together): together,
            "zero_delay": { "streams_per_second": streams, "chunks": TOKENS, "prompts_a_session": PROMPTS }, "load": load(),
        });
        install.stop().await;
        Ok(line)
    }

    async fn compare(&self, install: &Install, alice: &Person, together: usize, rounds: usize) -> Value {
        let (mut plain, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            plain.extend(join_all((0..together).map(|_| direct(install))).await);
            ours.extend(join_all((0..together).map(|_| through(alice))).await);
        }
        let first = |taken: &[Taken]| taken.iter().map(|taken| taken.first).collect::<Vec<_>>();
        let base = median(first(&plain));
        let added: Vec<f64> = first(&ours).into_iter().map(|first| first - base).collect();
        let chunks = |taken: &[Taken]| taken.iter().flat_map(|taken| taken.chunks.clone()).collect::<Vec<_>>();
        let base_chunk = median(chunks(&plain));
        let added_chunks = chunks(&ours).into_iter().map(|delay| delay - base_chunk).collect();
        json!({
            "direct_first": summary(first(&plain)), "first": summary(first(&ours)), "added_first": summary(added),
            "direct_chunk": summary(chunks(&plain)), "added_per_chunk": summary(added_chunks),
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    crate::numbers::at(&values, 0.5)
}

fn paced() -> Script {
    let pause = |ms| Step::Pause(Duration::from_millis(ms));
    let tokens = (1..TOKENS).flat_map(|_| [pause(20), Step::Stamp]);
    Script::new([pause(50), Step::Stamp].into_iter().chain(tokens).chain([Step::Finish]))
}

/// The newest stamp in a text, as its age in milliseconds.
fn age(text: &str) -> Option<f64> {
    let stamp: u128 = text.split_whitespace().next_back()?.parse().ok()?;
    Some(micros().saturating_sub(stamp) as f64 / 1000.0)
}

async fn direct(install: &Install) -> Taken {
    let asked = Instant::now();
    let mut pieces = direct::ask(install, "paced").await;
    let mut taken = Taken::default();
    while let Some(piece) = pieces.next().await {
        taken.note(asked, &piece);
    }
    taken
}

/// A page is open, as a browser's is; the time runs from the post.
async fn through(alice: &Person) -> Taken {
    let session = alice.opens_a_session().await;
    let mut page = alice.watches(&session).await;
    page.next().await;
    let asked = Instant::now();
    let (_, taken) = tokio::join!(alice.asks(&session, "paced"), follow(&mut page, asked));
    taken
}

async fn follow(page: &mut Page, asked: Instant) -> Taken {
    let mut taken = Taken::default();
    while let Some(frame) = page.next().await {
        if frame.is_terminal() {
            assert_eq!(frame.event, "generation.completed", "{frame:?}");
            break;
        }
        if frame.event != "explanation" {
            continue;
        }
        taken.note(asked, frame.text("delta"));
    }
    taken
}

/// Complete 60-chunk streams a second, with a model that does not wait.
async fn flood(alice: &Person, time: Duration) -> f64 {
    let begun = Instant::now();
    let streams = join_all((0..32).map(|_| async {
        let mut complete = 0_u32;
        let mut session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        while begun.elapsed() < time {
            if complete > 0 && complete.is_multiple_of(PROMPTS) {
                session = alice.opens_a_session().await;
                page = alice.watches(&session).await;
            }
            let generation = alice.asks(&session, "flood").await;
            page.sees_the_end(&generation).await;
            let text = page.view(&generation).explanation;
            assert_eq!(text.split_whitespace().count(), TOKENS, "a stream lost or doubled something");
            complete += 1;
        }
        complete
    }))
    .await;
    let rate = f64::from(streams.iter().sum::<u32>()) / begun.elapsed().as_secs_f64();
    (rate * 10.0).round() / 10.0
}
