//! Auth on a real Postgres and a real Redis; only its neighbour, the write side, is played.

#![allow(clippy::unused_async, reason = "a process is always awaited")]
#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod directory;
mod forgetting;
mod household;
mod passwords;
mod refreshing;
mod revoking;
mod services;
mod signing_up;
mod standing;
