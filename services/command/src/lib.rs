//! The write side: loads an aggregate, lets it decide, appends what it decided. Nothing else appends events.

mod call;
mod conversation;
mod end_generation;
mod error;
mod hints;
mod leases;
mod past;
mod projects;
mod replay;
mod service;
mod sessions;
mod start_generation;
mod users;

use rpc::Hint;
use rpc::identity::Verifier;
use store::Store;
use tokio::sync::mpsc::Sender;

/// Everything a command needs. Cheap to clone; serve it over gRPC or call it in the process.
#[derive(Clone)]
pub struct Commands {
    store: Store,
    verifier: Verifier,
    hints: Option<Sender<Hint>>,
}

impl Commands {
    pub const fn new(store: Store, verifier: Verifier) -> Self {
        Self { store, verifier, hints: None }
    }

    /// The same, with a worker in this process that may begin before Kafka tells it to.
    #[must_use]
    pub fn with_hints(self, hints: Sender<Hint>) -> Self {
        Self { hints: Some(hints), ..self }
    }
}
