//! Sealing and erasing, on a real Postgres.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod database;
mod erasing;
mod sealing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use database::Database;
use domain::{KeyOwners, ProjectId, TenantId, UserId};
use keys::{Kek, Keys};

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
        let owners = KeyOwners { person: UserId::generate(), project: Some(ProjectId::generate()) };
        Self { database, keys, tenant: TenantId::generate(), owners }
    }

    /// The same database from another process: nothing in memory yet.
    fn elsewhere(&self) -> Keys {
        Keys::new(self.database.pool.clone(), kek(1))
    }

    async fn sealer(&self) -> keys::Sealer {
        self.keys.sealer(self.tenant, self.owners).await.unwrap()
    }
}
