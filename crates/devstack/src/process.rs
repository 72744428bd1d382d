//! A server process of ours: it ends when asked, when dropped, and when we die.

use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use crate::error::{At, Result};
use crate::launch::{Ending, Launch};
use crate::spawner;

/// How long a dropped process may take to end by itself, and how often we look.
const LAST_CHANCE: Duration = Duration::from_secs(3);
const GLANCE: Duration = Duration::from_millis(5);

/// A process that we started and have to end.
pub(crate) struct Process {
    pid: Pid,
    ending: Ending,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    pub(crate) async fn start(launch: &Launch) -> Result<Self> {
        let child = spawner::spawn(launch.command()?).await.at(&launch.program)?;
        Ok(Self { pid: Pid::from_child(&child), ending: launch.ending, exit: watch_over(child) })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.exit.borrow().is_none()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) {
        // An error means that nobody watches any more, which happens only after the end.
        let _ = self.exit.clone().wait_for(Option::is_some).await;
    }

    /// Asks it to end, and makes it end when it takes too long.
    pub(crate) async fn end(&self, patience: Duration) {
        self.signal(self.ending.signal());
        if tokio::time::timeout(patience, self.ended()).await.is_err() {
            self.kill().await;
        }
    }

    /// What `kill -9` does.
    pub(crate) async fn kill(&self) {
        self.signal(Signal::KILL);
        self.ended().await;
    }

    fn signal(&self, signal: Signal) {
        if self.is_running() {
            // It fails when the process ended meanwhile, which is what we want anyway.
            let _ = kill_process(self.pid, signal);
        }
    }

    fn wait_here(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while self.is_running() && Instant::now() < until {
            #[expect(clippy::disallowed_methods, reason = "`drop` cannot await")]
            thread::sleep(GLANCE);
        }
        !self.is_running()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(self.ending.signal());
        if !self.wait_here(LAST_CHANCE) {
            self.signal(Signal::KILL);
            self.wait_here(LAST_CHANCE);
        }
    }
}

/// A thread that does nothing but wait for the child, so that its end is known at once and leaves no zombie.
fn watch_over(mut child: Child) -> watch::Receiver<Option<ExitStatus>> {
    let (sender, exit) = watch::channel(None);
    thread::spawn(move || sender.send_replace(child.wait().ok()));
    exit
}
