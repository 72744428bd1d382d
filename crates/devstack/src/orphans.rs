//! Servers whose stack is gone. Each server carries the mark of its state folder on its command line.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The names of the programs that carry marks. A `grep` for a mark carries it as well, and must not die of it.
const SERVERS: [&str; 3] = ["java", "postgres", "redis-server"];

/// How often we look whether they are gone.
const GLANCE: Duration = Duration::from_millis(20);

struct Orphan {
    pid: Pid,
    program: String,
}

/// Ends all servers with this mark: asks first, and kills those that are still there after `patience`.
pub(crate) async fn end(mark: &str, patience: Duration) {
    each(mark, |orphan| if orphan.program == "postgres" { Signal::INT } else { Signal::TERM });
    if !gone(mark, patience).await {
        kill(mark, patience).await;
    }
}

/// Kills all servers with this mark, and waits until they are gone.
pub(crate) async fn kill(mark: &str, patience: Duration) {
    each(mark, |_| Signal::KILL);
    if !gone(mark, patience).await {
        tracing::warn!(mark, "a killed server is still there");
    }
}

async fn gone(mark: &str, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    while !marked(mark).is_empty() {
        if Instant::now() > until {
            return false;
        }
        tokio::time::sleep(GLANCE).await;
    }
    true
}

fn each(mark: &str, signal: impl Fn(&Orphan) -> Signal) {
    for orphan in marked(mark) {
        // It fails when the process ended meanwhile.
        let _ = kill_process(orphan.pid, signal(&orphan));
    }
}

fn marked(mark: &str) -> Vec<Orphan> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| orphan(pid, mark)).collect()
}

fn orphan(pid: i32, mark: &str) -> Option<Orphan> {
    let program = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim_end().to_owned();
    if !SERVERS.contains(&program.as_str()) {
        return None;
    }
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let carries = String::from_utf8_lossy(&command).contains(mark);
    carries.then_some(Orphan { pid: Pid::from_raw(pid)?, program })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A program of this name that waits for input, with the mark as its argument.
    fn program(folder: &Path, name: &str, mark: &str) -> Child {
        let file = folder.join(name);
        fs::write(&file, "#!/bin/sh\nread line\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        Command::new(file).arg(mark).stdin(Stdio::piped()).spawn().unwrap()
    }

    #[tokio::test]
    async fn servers_with_the_mark_end_and_others_live() {
        let folder = tempfile::tempdir().unwrap();
        let mark = format!("atelier-{:016x}", rand::random::<u64>());
        let mut orphan = program(folder.path(), "redis-server", &format!("{mark}-redis.conf"));
        let mut editor = program(folder.path(), "vim", &format!("{mark}-redis.conf"));
        while marked(&mark).is_empty() {
            tokio::task::yield_now().await;
        }

        end(&mark, Duration::from_secs(5)).await;

        assert!(orphan.wait().unwrap().code().is_none());
        assert!(editor.try_wait().unwrap().is_none());
        drop(editor.stdin.take());
        editor.wait().unwrap();
    }
}
