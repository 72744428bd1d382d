//! How many streams are open, by person, by tenant and altogether.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{TenantId, UserId};

use crate::config::Config;
use crate::refusal::Refusal;

/// Counts open streams and refuses what is too many.
pub struct Limits {
    per_user: usize,
    per_tenant: usize,
    total: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    users: HashMap<UserId, usize>,
    tenants: HashMap<TenantId, usize>,
    total: usize,
}

/// One open stream; its drop makes room for another.
pub struct Permit {
    limits: Arc<Limits>,
    user: UserId,
    tenant: TenantId,
}

impl Limits {
    pub fn new(config: &Config) -> Arc<Self> {
        let (per_user, per_tenant, total) = (config.streams_per_user, config.streams_per_tenant, config.streams);
        Arc::new(Self { per_user, per_tenant, total, open: Mutex::default() })
    }

    pub fn enter(self: &Arc<Self>, user: UserId, tenant: TenantId) -> Result<Permit, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= self.total {
            return Err(Refusal::Overloaded);
        }
        if count(&open.users, &user) >= self.per_user || count(&open.tenants, &tenant) >= self.per_tenant {
            return Err(Refusal::TooManyStreams);
        }
        open.total += 1;
        *open.users.entry(user).or_default() += 1;
        *open.tenants.entry(tenant).or_default() += 1;
        metrics::gauge!("atelier_edge_streams").set(open.total as f64);
        Ok(Permit { limits: self.clone(), user, tenant })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total -= 1;
        less(&mut open.users, self.user);
        less(&mut open.tenants, self.tenant);
        metrics::gauge!("atelier_edge_streams").set(open.total as f64);
    }
}

fn count<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or_default()
}

fn less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(per_user: usize, per_tenant: usize, total: usize) -> Arc<Limits> {
        let config =
            Config { streams_per_user: per_user, streams_per_tenant: per_tenant, streams: total, ..Config::default() };
        Limits::new(&config)
    }

    #[test]
    fn a_person_s_last_stream_is_refused_until_one_ends() {
        let (limits, user, tenant) = (limits(2, 9, 9), UserId::generate(), TenantId::generate());
        let first = limits.enter(user, tenant).ok();
        let _second = limits.enter(user, tenant).ok().unwrap();
        assert_eq!(limits.enter(user, tenant).err(), Some(Refusal::TooManyStreams));
        assert!(limits.enter(UserId::generate(), tenant).is_ok());
        drop(first);
        assert!(limits.enter(user, tenant).is_ok());
    }

    #[test]
    fn tenant_and_process_have_limits_of_their_own() {
        let (limits, tenant) = (limits(9, 1, 2), TenantId::generate());
        let _one = limits.enter(UserId::generate(), tenant).ok().unwrap();
        assert_eq!(limits.enter(UserId::generate(), tenant).err(), Some(Refusal::TooManyStreams));
        let _two = limits.enter(UserId::generate(), TenantId::generate()).ok().unwrap();
        assert_eq!(limits.enter(UserId::generate(), TenantId::generate()).err(), Some(Refusal::Overloaded));
    }

    #[test]
    fn nothing_is_remembered_of_those_who_left() {
        let limits = limits(1, 1, 1);
        drop(limits.enter(UserId::generate(), TenantId::generate()));
        let open = limits.open.lock().unwrap();
        assert!(open.users.is_empty() && open.tenants.is_empty() && open.total == 0);
    }
}
