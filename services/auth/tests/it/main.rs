//! Auth on a real Postgres and a real Redis; only its neighbour, the write side, is played.

#![allow(clippy::unused_async, reason = "a process is always awaited")]
#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod codes;
mod devices;
mod directory;
mod errands;
mod factors;
mod forgetting;
mod household;
mod passwords;
mod provider;
mod providers;
mod refreshing;
mod resetting;
mod revoking;
mod services;
mod signing_up;
mod standing;
mod tenants;
mod token_keys;
