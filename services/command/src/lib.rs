//! The write side: loads an aggregate, lets it decide, appends what it decided. Nothing else appends events.

mod call;
mod conversation;
mod end_generation;
mod error;
mod leases;
mod projects;
mod service;
mod sessions;
mod start_generation;
mod users;

use rpc::identity::Verifier;
use store::Store;

/// Everything a command needs. Cheap to clone; serve it over gRPC or call it in the process.
#[derive(Clone)]
pub struct Commands {
    store: Store,
    verifier: Verifier,
}

impl Commands {
    pub const fn new(store: Store, verifier: Verifier) -> Self {
        Self { store, verifier }
    }
}
