//! All keys, each fetched once and kept for a while.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::{KeyOwners, TenantId};
use futures::future::{OptionFuture, try_join};
use moka::future::Cache;
use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::payload::{self, Pair};
use crate::rows::{self, DataKey};
use crate::{Config, Error, Kek, Keks, Result, Sealer};

/// The keys of every person and project. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    pub(crate) pool: PgPool,
    pub(crate) keks: Keks,
    pub(crate) by_id: Cache<String, Arc<DataKey>>,
    pub(crate) by_owner: Cache<(TenantId, String), Arc<DataKey>>,
    pub(crate) cached_for: Duration,
    pub(crate) look_every: Duration,
    /// Counts the erasures that were heard of here.
    pub(crate) erased: Arc<watch::Sender<u64>>,
}

impl Keys {
    /// `pool` works as the role `atelier_keys`; nothing is read yet.
    pub fn new(pool: PgPool, kek: Kek) -> Self {
        Self::with_limits(pool, kek.into(), &Config::new(String::new().into()))
    }

    /// As configured. Fails if the key-encryption key is malformed.
    pub fn connect(pool: PgPool, config: &Config) -> Result<Self> {
        Ok(Self::with_limits(pool, Keks::of(config)?, config))
    }

    fn with_limits(pool: PgPool, keks: Keks, config: &Config) -> Self {
        let (by_id, by_owner) = (cache(config), cache(config));
        let Config { cached_for, look_every, .. } = *config;
        Self { pool, keks, by_id, by_owner, cached_for, look_every, erased: Arc::default() }
    }

    /// The keys that seal for these owners, made if they have none yet.
    pub async fn sealer(&self, tenant: TenantId, owners: KeyOwners) -> Result<Sealer> {
        let person = self.of_owner(tenant, owners.texts.to_string());
        let project = OptionFuture::from(owners.project.map(|project| self.of_owner(tenant, project.to_string())));
        let (person, project) = try_join(person, async { project.await.transpose() }).await?;
        Ok(Sealer::new(person, project))
    }

    /// Gives a payload its private parts back, in place; what an erased key sealed becomes `null`.
    pub async fn open(&self, payload: &mut Value, context: &str) -> Result<()> {
        self.open_many([(payload, context)]).await
    }

    /// Like [`Keys::open`] for many payloads, each with its context; missing keys come in one query.
    pub async fn open_many<'a>(&self, payloads: impl IntoIterator<Item = (&'a mut Value, &'a str)>) -> Result<()> {
        let mut payloads: Vec<_> = payloads.into_iter().collect();
        let wanted = payloads.iter().flat_map(|(payload, _)| payload::key_ids(payload)).map(str::to_owned);
        self.fetch(wanted.collect()).await?;
        for (payload, context) in &mut payloads {
            self.open_pairs(payload, context).await?;
        }
        Ok(())
    }

    /// What [`Sealer::seal_bytes`] sealed; `None`: the key is erased.
    pub async fn open_bytes(&self, key_id: &str, sealed: &[u8], context: &str) -> Result<Option<Vec<u8>>> {
        let key = self.with_id(key_id).await?;
        let Some(cipher) = &key.cipher else { return Ok(None) };
        cipher.open(sealed, context.as_bytes()).map(Some).map_err(|_| Error::Altered(key_id.to_owned()))
    }

    async fn open_pairs(&self, payload: &mut Value, context: &str) -> Result<()> {
        for pair in Pair::ALL {
            let Some(sealed) = pair.take(payload)? else { continue };
            let plain = match sealed {
                None => None,
                Some((key_id, bytes)) => self.open_bytes(&key_id, &bytes, context).await?,
            };
            pair.put_back(payload, plain.as_deref())?;
        }
        Ok(())
    }

    async fn of_owner(&self, tenant: TenantId, owner: String) -> Result<Arc<DataKey>> {
        let make = async { rows::of_owner(&self.pool, &self.keks, tenant, &owner).await.map(Arc::new) };
        let key = self.by_owner.try_get_with((tenant, owner.clone()), make).await?;
        if !self.by_id.contains_key(&key.id) {
            self.by_id.insert(key.id.clone(), key.clone()).await;
        }
        Ok(key)
    }

    async fn with_id(&self, id: &str) -> Result<Arc<DataKey>> {
        let find = async {
            let found = rows::by_ids(&self.pool, &self.keks, &[id.to_owned()]).await?;
            found.into_iter().next().map(Arc::new).ok_or_else(|| Error::UnknownKey(id.to_owned()))
        };
        Ok(self.by_id.try_get_with_by_ref(id, find).await?)
    }

    async fn fetch(&self, mut wanted: HashSet<String>) -> Result<()> {
        wanted.retain(|id| !self.by_id.contains_key(id));
        if wanted.len() < 2 {
            return Ok(()); // a single one comes when it is needed, once for all who ask
        }
        let wanted: Vec<_> = wanted.into_iter().collect();
        for key in rows::by_ids(&self.pool, &self.keks, &wanted).await? {
            self.by_id.insert(key.id.clone(), Arc::new(key)).await;
        }
        Ok(())
    }
}

fn cache<K: std::hash::Hash + Eq + Send + Sync + 'static>(config: &Config) -> Cache<K, Arc<DataKey>> {
    Cache::builder().max_capacity(config.cached).time_to_live(config.cached_for).build()
}
