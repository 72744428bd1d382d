//! One answer for all projections of this process: ready or not, and why not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use projections::{Progress, Projection};
use runtime::RoleHealth;

#[derive(Clone)]
pub(crate) struct Readiness {
    health: RoleHealth,
    progress: Progress,
    obstacles: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

/// One projection's part.
pub(crate) struct Part {
    readiness: Readiness,
    projection: &'static str,
}

impl Readiness {
    pub(crate) fn new(health: RoleHealth, progress: Progress) -> Self {
        Self { health, progress, obstacles: Arc::default() }
    }

    pub(crate) fn of<P: Projection>(&self) -> Part {
        let part = Part { readiness: self.clone(), projection: P::NAME };
        part.readiness.progress.running(P::NAME, false);
        part.hindered("starting");
        part
    }

    fn tell(&self, change: impl FnOnce(&mut BTreeMap<&'static str, String>)) {
        let mut obstacles = self.obstacles.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut obstacles);
        let lines: Vec<_> = obstacles.iter().map(|(projection, why)| format!("{projection}: {why}")).collect();
        if lines.is_empty() { self.health.ready() } else { self.health.unready(lines.join("; ")) }
    }
}

impl Part {
    /// Everything that was there at the start is folded, and nothing is in the way.
    pub(crate) fn ready(&self) {
        self.readiness.progress.running(self.projection, true);
        self.readiness.tell(|obstacles| {
            obstacles.remove(self.projection);
        });
    }

    pub(crate) fn hindered(&self, why: &str) {
        self.readiness.tell(|obstacles| {
            obstacles.insert(self.projection, why.to_owned());
        });
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.readiness.progress.stopped(self.projection);
        self.hindered("stopped");
    }
}

#[cfg(test)]
mod tests {
    use projections::sessions::Sessions;
    use projections::users::Users;

    use super::*;

    #[test]
    fn the_role_is_ready_when_every_projection_is() {
        let (health, progress) = (runtime::Health::default(), Progress::default());
        let readiness = Readiness::new(health.role("projector"), progress.clone());
        let (users, sessions) = (readiness.of::<Users>(), readiness.of::<Sessions>());
        users.ready();
        assert_eq!(health.unready()["projector"], "sessions: starting");
        assert!(progress.has_caught_up("users") && !progress.has_caught_up("sessions"));

        sessions.ready();
        assert!(health.unready().is_empty());

        drop(sessions);
        assert_eq!(health.unready()["projector"], "sessions: stopped");
        assert!(!progress.is_here("sessions"));
    }
}
