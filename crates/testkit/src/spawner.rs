//! Starts processes from one thread that outlives every test.
//!
//! The kernel ends a child with the *thread* that started it, and a test's thread ends with the test.

use std::io;
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;

type Order = (Command, Handle, SyncSender<io::Result<Child>>);

static SPAWNER: LazyLock<Sender<Order>> = LazyLock::new(|| {
    let (orders, ordered) = channel::<Order>();
    std::thread::spawn(move || {
        for (mut command, runtime, answer) in ordered {
            let _entered = runtime.enter();
            let _ = answer.send(command.spawn()); // whoever asked may be gone
        }
    });
    orders
});

pub fn spawn(command: Command) -> io::Result<Child> {
    let (answer, answered) = sync_channel(1);
    let gone = |()| io::Error::other("the spawning thread is gone");
    SPAWNER.send((command, Handle::current(), answer)).map_err(|_| gone(()))?;
    answered.recv().map_err(|_| gone(()))?
}
