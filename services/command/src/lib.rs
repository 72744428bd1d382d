//! The write side: loads an aggregate, lets it decide, appends what it decided. Nothing else appends events.

mod access;
mod accounts;
mod administration;
pub mod budgets;
pub mod call;
pub mod closer;
mod conversation;
mod end_generation;
pub mod erasure;
mod error;
mod hints;
pub mod inspections;
mod leases;
mod past;
mod projects;
mod replay;
mod service;
mod sessions;
mod start_generation;
mod tenants;
mod users;

use std::sync::Arc;

use rpc::Hint;
use rpc::identity::Verifier;
use store::Store;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;

/// Everything a command needs. Cheap to clone; serve it over gRPC or call it in the process.
#[derive(Clone)]
pub struct Commands {
    store: Store,
    verifier: Verifier,
    hints: Option<Sender<Hint>>,
    budgets: Arc<budgets::Config>,
    /// Told when somebody is to be erased.
    erasures: Arc<Notify>,
}

impl Commands {
    pub fn new(store: Store, verifier: Verifier) -> Self {
        Self { store, verifier, hints: None, budgets: Arc::default(), erasures: Arc::default() }
    }

    /// Carries out what [`Commands`] decided about people; one per installation is enough, several do no harm.
    pub fn eraser(&self, auth: rpc::Auth, token: rpc::ServiceToken) -> erasure::Eraser {
        erasure::Eraser::new(self.store.clone(), auth, token, self.erasures.clone())
    }

    /// The same, where a day has so many tokens.
    #[must_use]
    pub fn with_budgets(self, budgets: budgets::Config) -> Self {
        Self { budgets: Arc::new(budgets), ..self }
    }

    /// Settles the budgets of answers whose end nobody told; one per installation is enough, several do no harm.
    pub fn keeper(&self) -> budgets::Keeper {
        budgets::Keeper::new(self.store.clone(), self.budgets.as_ref().clone())
    }

    /// Ends the answers that no worker will end; one per installation is enough, several do no harm.
    pub fn closer(&self, config: closer::Config) -> closer::Closer {
        closer::Closer::new(self.clone(), config)
    }

    /// The same, with a worker in this process that may begin before Kafka tells it to.
    #[must_use]
    pub fn with_hints(self, hints: Sender<Hint>) -> Self {
        Self { hints: Some(hints), ..self }
    }
}
