//! The time between two restarts or restores of the database: what was read in one is not believed in another.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{Error, Store};

/// The era as the database calls it.
pub type Era = Arc<str>;

/// The era that this process believes to be in.
#[derive(Default)]
pub struct Known(Mutex<Option<Era>>);

impl Known {
    fn get(&self) -> Option<Era> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, era: Option<Era>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = era;
    }
}

impl Store {
    /// Asked before anything is read that an append may build on: the append is refused in another one.
    pub(crate) async fn era(&self) -> Result<Era, Error> {
        if let Some(era) = self.era.get() {
            return Ok(era);
        }
        let era: String = sqlx::query_scalar("select era from store.present_era").fetch_one(&self.pool).await?;
        let era: Era = era.into();
        self.era.set(Some(era.clone()));
        Ok(era)
    }

    /// The database was restarted or restored: nothing that is remembered here may be decided on.
    pub(crate) fn end_era(&self) {
        tracing::info!("the database was restarted or restored: aggregates are read again");
        self.era.set(None);
        self.hot.forget_all();
    }
}
