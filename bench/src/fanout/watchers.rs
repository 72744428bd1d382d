//! Many who watch: what each weighs while nothing happens, and while answers come faster than they read.

use std::time::Duration;

use futures::future::join_all;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use testkit::{Page, Person, Script, Step};
use tokio::time::{interval, sleep};

use crate::install::Install;
use crate::numbers::resident_kb;

/// Sessions that they share.
const SESSIONS: usize = 100;
/// Of the answer that passes by them.
const TOKENS: usize = 40;
/// Between two tokens of the model.
const PACE: Duration = Duration::from_millis(100);
/// Between two events that a slow watcher reads.
const READS_EVERY: Duration = Duration::from_millis(250);

struct Watcher {
    session: usize,
    page: Page,
}

pub async fn measure(install: &Install, alice: &Person, watchers: usize) -> Value {
    let sessions: Vec<String> = stream::iter(0..SESSIONS).then(|_| alice.opens_a_session()).collect().await;
    drop(join_all(sessions.iter().map(|session| alice.watches(session))).await);
    let before = resident_kb(install.pid);
    let each = |now: u64| (now.saturating_sub(before) as f64 / watchers as f64 * 10.0).round() / 10.0;
    let open = async |n: usize| {
        let mut page = alice.watches(&sessions[n % SESSIONS]).await;
        page.next().await;
        Watcher { session: n % SESSIONS, page }
    };
    let open: Vec<Watcher> = stream::iter(0..watchers).map(open).buffer_unordered(64).collect().await;
    let idle = resident_kb(install.pid);
    let (whole, peak) = read_slowly(install, alice, &sessions, open).await;
    json!({
        "open": watchers, "resident_mb": idle / 1024, "resident_kb_each": each(idle),
        "slow": {
            "whole": whole, "resident_kb_each_at_most": each(peak), "resident_mb_at_most": peak / 1024,
            "an_event_every_ms": READS_EVERY.as_millis(),
        },
    })
}

/// An answer in every session. Returns how many watchers saw all of theirs, and the most memory meanwhile.
async fn read_slowly(install: &Install, alice: &Person, sessions: &[String], open: Vec<Watcher>) -> (usize, u64) {
    let tokens = (0..TOKENS).flat_map(|n| [Step::Say(format!("{n} ")), Step::Pause(PACE)]);
    install.model.when_asked("to slow readers", Script::new(tokens.chain([Step::Finish])));
    let whole: String = (0..TOKENS).map(|n| format!("{n} ")).collect();
    let asks = sessions.iter().map(|session| alice.asks(session, "to slow readers"));
    let (asked, mut peak) = (join_all(asks).await, 0);
    let reading = join_all(open.into_iter().map(|watcher| reads(watcher, &asked, &whole)));
    let weighing = async {
        let mut again = interval(PACE);
        loop {
            again.tick().await;
            peak = peak.max(resident_kb(install.pid));
        }
    };
    let outcomes = tokio::select! {
        outcomes = reading => outcomes,
        () = weighing => Vec::new(),
    };
    (outcomes.into_iter().filter(|whole| *whole).count(), peak)
}

/// Whether all of the answer came.
async fn reads(Watcher { session, mut page }: Watcher, asked: &[String], whole: &str) -> bool {
    while let Some(frame) = page.next().await {
        if frame.is_terminal() {
            break;
        }
        sleep(READS_EVERY).await;
    }
    page.complaints.is_empty() && page.view(&asked[session]).explanation == whole
}
