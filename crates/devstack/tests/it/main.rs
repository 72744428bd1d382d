//! The three servers, really started. One test binary, so that it is linked once.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod ask;
mod environment;
mod faults;
mod held;
mod life;

use devstack::{Options, Source, Stack};

/// Says what a stack does, so that a slow or failing start explains itself.
fn say(line: &str) {
    eprintln!("{line}");
}

/// A native stack for one test, whatever the environment says.
async fn native() -> Stack {
    Stack::start(Options { source: Source::Native, ..Options::test() }, say).await.unwrap()
}
