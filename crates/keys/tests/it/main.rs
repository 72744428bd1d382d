//! Sealing and erasing, on a real Postgres.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod backups;
mod database;
mod erasing;
mod nonces;
mod rotating;
mod sealing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use database::Database;
use domain::{KeyOwners, ProjectId, TenantId, UserId};
use keys::{Config, Kek, Keys};
use secrecy::SecretString;

/// A key-encryption key as the settings name it; another `fill`, another key.
fn kek_text(fill: u8) -> SecretString {
    STANDARD.encode([fill; 32]).into()
}

/// A key-encryption key; another `fill`, another key.
fn kek(fill: u8) -> Kek {
    Kek::from_base64(&STANDARD.encode([fill; 32]).into()).unwrap()
}

/// Somebody with a project, and the keys of a fresh database.
struct Desk {
    database: Database,
    keys: Keys,
    tenant: TenantId,
    owners: KeyOwners,
}

impl Desk {
    async fn open() -> Self {
        let database = Database::fresh().await;
        let keys = Keys::new(database.pool.clone(), kek(1));
        let owners = KeyOwners { texts: UserId::generate().into(), project: Some(ProjectId::generate()) };
        Self { database, keys, tenant: TenantId::generate(), owners }
    }

    /// The same database from another process: nothing in memory yet.
    fn elsewhere(&self) -> Keys {
        Keys::new(self.database.pool.clone(), kek(1))
    }

    /// A process with this key-encryption key, which also accepts others.
    fn with_keks(&self, kek: u8, previous: &[u8]) -> Keys {
        let previous_keks = previous.iter().map(|fill| kek_text(*fill)).collect();
        let config = Config { previous_keks, ..Config::new(kek_text(kek)) };
        Keys::connect(self.database.pool.clone(), &config).unwrap()
    }

    async fn sealer(&self) -> keys::Sealer {
        self.keys.sealer(self.tenant, self.owners).await.unwrap()
    }
}
