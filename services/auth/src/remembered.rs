//! What the write side said of somebody last, for the minutes in which it cannot be asked.
//!
//! It is gone by only then, and never against a no: while the write side answers, it alone counts. Nothing it
//! decides can change while nobody can ask it to, and what another of its processes decided meanwhile reaches us as
//! news. Past that, `[auth] standing_grace` bounds how old it may be.

use std::time::Duration;

use domain::{ApiKeyId, TenantId, UserId};
use moka::sync::Cache;
use rpc::identity::Standing;

/// People and keys remembered at once.
const MOST: u64 = 100_000;

/// Somebody in a tenant, or a key of theirs.
type Whose = (UserId, TenantId, Option<ApiKeyId>);

/// What they may do, and when it ends (Unix seconds).
pub type Said = (Standing, Option<i64>);

pub struct Remembered(Cache<Whose, Said>);

impl Remembered {
    pub fn new(grace: Duration) -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(grace).support_invalidation_closures().build())
    }

    /// As it was said just now; `None`: nothing, they do not belong there.
    pub fn learn(&self, whose: Whose, said: Option<&Said>) {
        match said {
            Some(said) => self.0.insert(whose, said.clone()),
            None => self.0.invalidate(&whose),
        }
    }

    pub fn recall(&self, whose: Whose) -> Option<Said> {
        self.0.get(&whose)
    }

    /// It was revoked.
    pub fn forget_key(&self, key: ApiKeyId) {
        self.forget_such(move |whose| whose.2 == Some(key));
    }

    /// Something about them has changed.
    pub fn forget(&self, user: UserId) {
        self.forget_such(move |whose| whose.0 == user);
    }

    fn forget_such(&self, such: impl Fn(&Whose) -> bool + Send + Sync + 'static) {
        if self.0.invalidate_entries_if(move |whose, _| such(whose)).is_err() {
            self.0.invalidate_all();
        }
    }
}
