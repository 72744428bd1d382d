//! A Postgres with an event store, and a write side on it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use command::Commands;
use command::budgets::Config;
use devstack::{Options, Stack};
use keys::{Kek, Keys};
use rpc::identity::{Clock, Learning, Verifier};
use runtime::postgres::{Limits, migrate, pool};
use sqlx::PgPool;
use store::Store;

pub struct House {
    pub store: Store,
    pub commands: Commands,
    /// Acts as `atelier_store`.
    pub pool: PgPool,
    _stack: Stack,
}

impl House {
    pub async fn with(budgets: Config) -> Self {
        let stack = Stack::start(Options::test(), |_| {}).await.unwrap();
        let url = stack.postgres.as_str();
        migrate(url, "keys", &keys::MIGRATIONS).await.unwrap();
        migrate(url, "store", &store::MIGRATIONS).await.unwrap();
        let owned_by = |owner| pool(url, owner, Limits { connections: 4, wait: Duration::from_secs(10) }).unwrap();
        let secret = STANDARD.encode([9; 32]);
        let keys = Keys::new(owned_by("keys"), Kek::from_base64(&secret.clone().into()).unwrap());
        let store = Store::connect(owned_by("store"), &store::Config::new(secret.into()), keys).unwrap();
        let verifier = Verifier::new(Learning::default(), Clock::default());
        let commands = Commands::new(store.clone(), verifier).with_budgets(budgets);
        Self { store, commands, pool: owned_by("store"), _stack: stack }
    }
}
