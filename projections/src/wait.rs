//! Reading one's own write: wait until a row has reached a version, for a bounded time.

use std::str::FromStr;
use std::time::Duration;

use domain::{ProjectId, SessionId, TenantId, UserId};
use sqlx::PgPool;
use tokio::time::{Instant, timeout_at};

use crate::{Progress, projects, read, sessions};

/// Between two looks at a row that another process folds: at first, and at most.
const LOOK_FIRST: Duration = Duration::from_millis(2);
const LOOK_AT_MOST: Duration = Duration::from_millis(50);

/// Who waits, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Wait<'a> {
    /// With the gateway's role.
    pub pool: &'a PgPool,
    /// The projector's, if one runs in this process; else one that nobody tells anything.
    pub progress: &'a Progress,
    pub tenant: TenantId,
    pub user: UserId,
    pub timeout: Duration,
    /// Whether they see every account.
    pub administrator: bool,
}

/// Whether what is read next includes the version that was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// The time was up first; the answer carries `Atelier-Stale`.
    Stale,
}

impl Wait<'_> {
    /// Until `newest` (a statement with the id as `$1` that returns its version) has reached `version`.
    pub(crate) async fn until(
        &self,
        projection: &'static str,
        newest: &'static str,
        id: &str,
        version: i64,
    ) -> sqlx::Result<Freshness> {
        let deadline = Instant::now() + self.timeout;
        let waiter = self.progress.listen(projection, id, version);
        let mut pause = if self.progress.is_here(projection) { LOOK_AT_MOST } else { LOOK_FIRST };
        loop {
            if self.look(newest, id).await? >= version {
                return Ok(Freshness::Fresh);
            }
            if Instant::now() >= deadline {
                return Ok(Freshness::Stale);
            }
            let next_look = deadline.min(Instant::now() + pause);
            if timeout_at(next_look, waiter.visible()).await.is_ok() {
                return Ok(Freshness::Fresh);
            }
            pause = LOOK_AT_MOST.min(pause * 2);
        }
    }

    /// The version that is visible; 0 where there is no row.
    async fn look(&self, newest: &'static str, id: &str) -> sqlx::Result<i64> {
        let mut tx = if self.administrator {
            read::begin_as_administrator(self.pool, self.tenant, self.user).await?
        } else {
            read::begin(self.pool, self.tenant, self.user).await?
        };
        let version: Option<i64> = sqlx::query_scalar(newest).bind(id).fetch_optional(&mut *tx).await?;
        tx.rollback().await?;
        Ok(version.unwrap_or_default())
    }

    /// Until what `after=<id>:<version>` names is visible in the lists.
    pub async fn after(&self, after: &After) -> sqlx::Result<Freshness> {
        match *after {
            After::Project(id, version) => projects::wait_for(self, id, version).await,
            After::Session(id, version) => sessions::wait_for(self, id, version).await,
        }
    }
}

/// `after=<id>:<version>` of a list: what it must include.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    Project(ProjectId, i64),
    Session(SessionId, i64),
}

/// The text is not `<id>:<version>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a project or session, a colon, and a version")]
pub struct BadAfter;

impl FromStr for After {
    type Err = BadAfter;

    fn from_str(text: &str) -> Result<Self, BadAfter> {
        let (id, version) = text.split_once(':').ok_or(BadAfter)?;
        let version = version.parse().map_err(|_| BadAfter)?;
        let project = id.parse().map(|id| Self::Project(id, version));
        project.or_else(|_| id.parse().map(|id| Self::Session(id, version))).map_err(|_| BadAfter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_names_a_project_or_a_session() {
        let (project, session) = (ProjectId::generate(), SessionId::generate());
        assert_eq!(format!("{project}:3").parse(), Ok(After::Project(project, 3)));
        assert_eq!(format!("{session}:12").parse(), Ok(After::Session(session, 12)));
        for garbage in ["", "ses_1:2", &session.to_string(), &format!("{session}:x"), ":1"] {
            assert_eq!(garbage.parse::<After>(), Err(BadAfter), "{garbage}");
        }
    }
}
