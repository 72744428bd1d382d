//! Whether each role can do its work now, and why not.

use std::collections::BTreeMap;

use tokio::sync::watch;

/// The readiness of all roles of a process. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    roles: watch::Sender<Roles>,
}

type Roles = BTreeMap<&'static str, Result<(), String>>;

impl Default for Health {
    fn default() -> Self {
        Self { roles: watch::Sender::new(Roles::new()) }
    }
}

/// One role's part of [`Health`].
#[derive(Clone)]
pub struct RoleHealth {
    health: Health,
    role: &'static str,
}

impl Health {
    /// A role begins unready, until it says otherwise. Asking again gives the same role.
    pub fn role(&self, role: &'static str) -> RoleHealth {
        self.roles.send_modify(|roles| {
            roles.entry(role).or_insert_with(|| Err("starting".to_owned()));
        });
        RoleHealth { health: self.clone(), role }
    }

    /// The roles that cannot work now, with their reasons. Empty: ready.
    pub fn unready(&self) -> BTreeMap<&'static str, String> {
        let roles = self.roles.borrow();
        roles.iter().filter_map(|(role, state)| state.clone().err().map(|why| (*role, why))).collect()
    }

    /// Ends when every role that has reported is ready.
    pub async fn is_ready(&self) {
        let mut roles = self.roles.subscribe();
        // The sender lives as long as `self`, so the wait cannot end early.
        let _ = roles.wait_for(|roles| !roles.is_empty() && roles.values().all(Result::is_ok)).await;
    }

    fn set(&self, role: &'static str, state: Result<(), String>) {
        self.roles.send_modify(|roles| {
            roles.insert(role, state);
        });
    }
}

impl RoleHealth {
    pub fn ready(&self) {
        self.health.set(self.role, Ok(()));
    }

    pub fn unready(&self, why: impl Into<String>) {
        self.health.set(self.role, Err(why.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_all_its_roles_are() {
        let health = Health::default();
        let (relay, edge) = (health.role("relay"), health.role("edge"));
        relay.ready();
        assert_eq!(health.unready().keys().collect::<Vec<_>>(), [&"edge"]);
        edge.ready();
        assert!(health.unready().is_empty());
    }
}
