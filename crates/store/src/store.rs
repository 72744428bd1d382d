//! The handle that everything else hangs on.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use keys::Keys;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::era::Known;
use crate::hot::Hot;
use crate::pepper::Pepper;
use crate::{Clock, Config, Error};

/// The event store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) keys: Keys,
    pub(crate) config: Config,
    pub(crate) pepper: Arc<Pepper>,
    pub(crate) hot: Hot,
    pub(crate) era: Arc<Known>,
    clock: Clock,
    appended: Arc<watch::Sender<()>>,
}

impl Store {
    /// `pool` works as the role `atelier_store`; nothing is read yet. Fails if the pepper is malformed.
    pub fn connect(pool: PgPool, config: &Config, keys: Keys) -> Result<Self, Error> {
        let pepper = Arc::new(Pepper::from_base64(&config.pepper)?);
        let appended = Arc::new(watch::Sender::new(()));
        let hot = Hot::new(config);
        let era = Arc::default();
        Ok(Self { pool, keys, config: config.clone(), pepper, hot, era, clock: Arc::new(Utc::now), appended })
    }

    /// The same store with another idea of what time it is.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The keys that events are sealed with.
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Changes after each append of this process that has been committed. Others' appends do not show here.
    pub fn subscribe_appends(&self) -> watch::Receiver<()> {
        self.appended.subscribe()
    }

    /// Remembers no aggregate any more: after an erasure, whose texts may be among them.
    pub fn forget_hot(&self) {
        self.hot.forget_all();
    }

    pub(crate) fn announce_append(&self) {
        self.appended.send_replace(());
    }

    /// As finely as the database and Avro keep it.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)().trunc_subsecs(6)
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }
}
