//! One thread that starts every server, and lives as long as the process.
//!
//! The kernel's parent-death signal is sent when the *thread* that started a child ends, so a
//! server started from a worker thread of some runtime would die with that runtime.

use std::io;
use std::process::{Child, Command};
use std::sync::{LazyLock, mpsc};
use std::thread;

use tokio::sync::oneshot;

type Job = (Command, oneshot::Sender<io::Result<Child>>);

static JOBS: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
    let (sender, jobs) = mpsc::channel::<Job>();
    thread::spawn(move || {
        for (mut command, reply) in jobs {
            let undelivered = reply.send(command.spawn()).err();
            if let Some(Ok(mut child)) = undelivered {
                child.kill().and_then(|()| child.wait()).ok();
            }
        }
    });
    sender
});

/// Starts a program whose parent is a thread that never ends.
pub(crate) async fn spawn(command: Command) -> io::Result<Child> {
    let (reply, child) = oneshot::channel();
    let gone = || io::Error::other("the thread that starts servers is gone");
    JOBS.send((command, reply)).map_err(|_| gone())?;
    child.await.map_err(|_| gone())?
}
