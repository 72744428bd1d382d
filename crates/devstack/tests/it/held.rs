//! Stacks that other processes hold.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use devstack::{Error, Keep, Options, Source, Stack};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The example `hold`, which `cargo test` builds beside the tests.
pub fn hold(state: &Path, how: &str) -> Command {
    let mut command = Command::new(example("hold"));
    command.arg(state).arg(how).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is missing: cargo build -p devstack --examples", path.display());
    path
}

/// The three pids that `hold` prints once its servers answer.
pub async fn pids(holder: &mut Child) -> Vec<u32> {
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let mut pids = Vec::new();
    while pids.len() < 3 {
        pids.push(lines.next_line().await.unwrap().expect("a pid").parse().unwrap());
    }
    pids
}

/// Whether the process runs. One that ended and that nobody has asked about yet does not.
pub fn runs(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

pub async fn all_ended(pids: &[u32], limit: Duration) -> Option<Duration> {
    let begun = Instant::now();
    while pids.iter().any(|pid| runs(*pid)) {
        if begun.elapsed() > limit {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Some(begun.elapsed())
}

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("devstack-").permissions(open()).tempdir().unwrap()
}

fn open() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}

#[tokio::test]
async fn kill_minus_nine_of_the_owner_ends_all_three() {
    for how in ["test", "up"] {
        let folder = folder();
        let mut holder = hold(folder.path(), how).spawn().unwrap();
        let pids = pids(&mut holder).await;
        assert!(pids.iter().all(|pid| runs(*pid)), "{pids:?}");

        holder.kill().await.unwrap();

        let took = all_ended(&pids, Duration::from_secs(8)).await;
        eprintln!("{how}: all ended after {took:?}");
        assert!(took.is_some(), "{how}: {pids:?} still run");
    }
}

#[tokio::test]
async fn a_folder_in_use_is_refused_and_says_by_whom() {
    let folder = folder();
    let mut holder = hold(folder.path(), "up").spawn().unwrap();
    let pids = pids(&mut holder).await;

    let options = Options { state: folder.path().into(), keep: Keep::Data, source: Source::Native, ..Options::test() };
    let error = Stack::start(options.clone(), super::say).await.err().unwrap();
    assert!(matches!(error, Error::AlreadyRunning { pid, .. } if Some(pid) == holder.id()), "{error}");
    assert!(pids.iter().all(|pid| runs(*pid)), "{pids:?}");

    // The lock is free at once, its servers are still ending: the next start waits for them.
    holder.kill().await.unwrap();
    let stack = Stack::start(options, super::say).await.unwrap();
    assert!(!pids.iter().any(|pid| runs(*pid)), "{pids:?}");
    stack.stop().await;
}
