//! Aggregates as this process left them, so that the next command need not read them again.
//!
//! What is remembered may be outdated: another process may have appended since. That does no harm,
//! because an append on an outdated version loses its race; whatever else is decided on a memory (a
//! refusal, or nothing at all) is decided again on what is stored. After a restore of the database a version
//! may be what it never was here: what was remembered in another era is not found.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Aggregate, TenantId};
use moka::sync::Cache;

use crate::era::Era;
use crate::{Config, Loaded};

/// The memory of one process. Cheap to clone.
#[derive(Clone)]
pub struct Hot {
    entries: Cache<String, Entry>,
    longest: Duration,
}

#[derive(Clone)]
struct Entry {
    tenant: TenantId,
    era: Era,
    /// When it was last read from the store: keys and rows may have been erased since.
    read_at: Instant,
    /// A `Loaded<A>`.
    loaded: Arc<dyn Any + Send + Sync>,
}

impl Hot {
    pub fn new(config: &Config) -> Self {
        let entries = Cache::builder().max_capacity(config.hot_aggregates).time_to_live(config.hot_for).build();
        Self { entries, longest: config.hot_for }
    }

    /// The aggregate as last seen here. Another tenant's is not there.
    pub fn find<A: Aggregate>(&self, tenant: TenantId, id: &str, era: &Era) -> Option<Loaded<A>> {
        let entry = self.entries.get(id).filter(|entry| entry.tenant == tenant && entry.era == *era)?;
        if entry.read_at.elapsed() >= self.longest {
            return None;
        }
        entry.loaded.downcast_ref::<Loaded<A>>().cloned()
    }

    /// Keeps the state after an append. However busy an aggregate is, it is read again now and then.
    pub fn keep<A: Aggregate>(&self, tenant: TenantId, id: &str, era: Era, loaded: Loaded<A>) {
        let read_at = self.entries.get(id).map(|entry| entry.read_at).filter(|at| at.elapsed() < self.longest);
        let read_at = read_at.unwrap_or_else(Instant::now);
        self.entries.insert(id.to_owned(), Entry { tenant, era, read_at, loaded: Arc::new(loaded) });
    }

    /// What is remembered of this one is outdated.
    pub fn forget(&self, id: &str) {
        self.entries.invalidate(id);
    }

    /// Somebody was erased.
    pub fn forget_all(&self) {
        self.entries.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use domain::User;
    use secrecy::SecretString;

    use super::*;

    fn hot(config: impl FnOnce(&mut Config)) -> Hot {
        let mut settings = Config::new(SecretString::from("not read here"));
        config(&mut settings);
        Hot::new(&settings)
    }

    fn at(version: i64) -> Loaded<User> {
        Loaded { state: User::default(), version }
    }

    fn era(number: u8) -> Era {
        number.to_string().into()
    }

    #[test]
    fn what_was_kept_in_another_era_is_not_found() {
        let (hot, tenant) = (hot(|_| {}), TenantId::generate());
        hot.keep(tenant, "usr_1", era(1), at(3));
        assert_eq!(hot.find::<User>(tenant, "usr_1", &era(2)), None);
    }

    #[test]
    fn what_was_kept_is_found_by_its_tenant_only() {
        let (hot, ours, theirs) = (hot(|_| {}), TenantId::generate(), TenantId::generate());
        hot.keep(ours, "usr_1", era(1), at(3));
        assert_eq!(hot.find::<User>(ours, "usr_1", &era(1)), Some(at(3)));
        assert_eq!(hot.find::<User>(theirs, "usr_1", &era(1)), None);
        hot.forget("usr_1");
        assert_eq!(hot.find::<User>(ours, "usr_1", &era(1)), None);
    }

    #[test]
    fn a_busy_aggregate_is_read_again_all_the_same() {
        let tenant = TenantId::generate();
        let hot = hot(|config| config.hot_for = Duration::from_millis(50));
        let begun = Instant::now();
        hot.keep(tenant, "usr_1", era(1), at(1));
        while let Some(known) = hot.find::<User>(tenant, "usr_1", &era(1)) {
            hot.keep(tenant, "usr_1", era(1), known);
            assert!(begun.elapsed() < Duration::from_secs(30), "it is remembered for ever");
        }
        assert!(begun.elapsed() >= Duration::from_millis(50));
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let (hot, tenant) = (hot(|config| config.hot_aggregates = 0), TenantId::generate());
        hot.keep(tenant, "usr_1", era(1), at(1));
        hot.entries.run_pending_tasks();
        assert_eq!(hot.find::<User>(tenant, "usr_1", &era(1)), None);
    }
}
