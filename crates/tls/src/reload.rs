//! Something made of files, made again when they change.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::material::{Files, Material};

type Make<T> = fn(Material) -> anyhow::Result<T>;

/// The newest that could be made.
pub struct Reloading<T> {
    files: Files,
    make: Make<T>,
    every: Duration,
    current: RwLock<(Vec<u8>, Arc<T>)>,
}

impl<T> Reloading<T> {
    pub fn load(files: Files, every: Duration, make: Make<T>) -> anyhow::Result<Self> {
        let (bytes, made) = (files.bytes()?, make(files.load()?)?);
        Ok(Self { files, make, every, current: RwLock::new((bytes, Arc::new(made))) })
    }

    pub fn current(&self) -> Arc<T> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Looks at the files until `shutdown`.
    pub async fn follow(&self, shutdown: &CancellationToken) {
        let mut look = interval(self.every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(look.tick()).await.is_some() {
            let file = self.files.certificate.display();
            match self.look() {
                Ok(false) => {}
                Ok(true) => tracing::info!(%file, "a new certificate is used from now on: {file}"),
                // Half a file, or a key that comes a moment later: the next look may find it whole.
                Err(error) => {
                    tracing::warn!("{file} has changed and cannot be used; the one before goes on: {error:#}");
                }
            }
        }
    }

    /// Whether there is something new, and it can be used.
    fn look(&self) -> anyhow::Result<bool> {
        let bytes = self.files.bytes()?;
        if self.current.read().unwrap_or_else(PoisonError::into_inner).0 == bytes {
            return Ok(false);
        }
        let made = Arc::new((self.make)(self.files.load()?)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (bytes, made);
        Ok(true)
    }
}
