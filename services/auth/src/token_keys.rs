//! The keys that internal tokens are signed with: shared by all processes of this role, exchanged while all goes on.
//!
//! A key is published before it signs, and verifies for as long as anything it signed may live. All times are the
//! database's, so that the clocks of our processes need not agree.

mod ring;
mod schedule;
mod table;

use std::sync::{Arc, PoisonError, RwLock};

use rpc::identity::{Jwk, JwkSet, KeySource, Signer};
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::vault::Vault;
use crate::{Config, Error};

use ring::Ring;
use schedule::Schedule;
use table::Table;
pub use table::TokenKey;

/// Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct TokenKeys(Arc<Inner>);

struct Inner {
    schedule: Schedule,
    /// `None`: there is nothing to seal them with, so there is one, and only in this process.
    table: Option<Table>,
    ring: RwLock<Option<Arc<Ring>>>,
    loading: Mutex<()>,
}

impl TokenKeys {
    /// Connects nothing yet.
    pub fn connect(pool: PgPool, config: &Config) -> anyhow::Result<Self> {
        Self::new(pool, config, Arc::new(Vault::new(config.sealing_key.as_ref())?))
    }

    pub(crate) fn new(pool: PgPool, config: &Config, vault: Arc<Vault>) -> anyhow::Result<Self> {
        let schedule = Schedule::of(config);
        let ring = if vault.is_durable() { None } else { Some(Arc::new(Ring::alone()?)) };
        let table = vault.is_durable().then(|| Table::new(pool, vault, schedule));
        Ok(Self(Arc::new(Inner { schedule, table, ring: RwLock::new(ring), loading: Mutex::default() })))
    }

    /// The key that signs now.
    pub async fn signer(&self) -> Result<Signer, Error> {
        let signer = self.0.ring().await?.signer();
        signer.ok_or_else(|| Error::Internal(anyhow::anyhow!("no key signs now")))
    }

    /// All public halves that are good now, or will be. Read anew, because who asks may have seen a key that
    /// another process made a moment ago.
    pub async fn published(&self) -> Result<JwkSet, Error> {
        let read = match &self.0.table {
            Some(table) => self.0.load(table).await.ok(),
            None => None,
        };
        let ring = match read {
            Some(ring) => ring,
            None => self.0.ring().await?,
        };
        Ok(JwkSet { keys: ring.keys.iter().map(|key| Jwk::ed25519(&key.public, Some(key.until))).collect() })
    }

    /// Makes a new key now. It signs once everybody has learned it, and the others verify until what they signed
    /// is over; `at_once`, it signs at once and nothing that others signed is good any more.
    pub async fn rotate(&self, at_once: bool) -> Result<Vec<TokenKey>, Error> {
        let table = self.0.table.as_ref().ok_or(Error::KeysUnavailable)?;
        table.rotate(at_once).await?;
        self.0.load(table).await?;
        self.list().await
    }

    /// The newest first.
    pub async fn list(&self) -> Result<Vec<TokenKey>, Error> {
        self.0.table.as_ref().ok_or(Error::KeysUnavailable)?.list().await
    }

    /// Learns what other processes decided, and exchanges keys that are old, until `shutdown`.
    pub async fn follow(&self, shutdown: &CancellationToken) {
        let Some(table) = &self.0.table else { return };
        let mut tick = tokio::time::interval(self.0.schedule.reload);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            if let Err(error) = self.0.load(table).await {
                tracing::warn!(%error, "the keys of internal tokens cannot be read: {error}");
            }
        }
    }
}

impl Inner {
    /// What is known, read anew if it is too old to go by.
    async fn ring(&self) -> Result<Arc<Ring>, Error> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let _one = self.loading.lock().await;
        match (self.known(), &self.table) {
            (Some(known), _) => Ok(known),
            (None, Some(table)) => self.load(table).await,
            (None, None) => Err(Error::KeysUnavailable),
        }
    }

    async fn load(&self, table: &Table) -> Result<Arc<Ring>, Error> {
        let ring = Arc::new(table.load().await?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&ring));
        Ok(ring)
    }

    /// If it is not too old to go by.
    fn known(&self) -> Option<Arc<Ring>> {
        let known = self.ring.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| self.table.is_none() || known.loaded.elapsed() < self.schedule.stale())
    }
}

#[tonic::async_trait]
impl KeySource for TokenKeys {
    async fn key_set(&self) -> Result<String, Status> {
        let set = self.published().await?;
        serde_json::to_string(&set).map_err(|error| Error::Internal(error.into()).into())
    }
}
