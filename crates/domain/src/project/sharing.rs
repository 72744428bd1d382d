//! Who else may read a project or work on it: the owner decides, and everybody may leave.

use std::collections::BTreeMap;

use super::{Event, Project, ProjectRole, ProjectShared, ProjectUnshared};
use crate::{ProjectId, Rejection, UserId};

/// With whom one project may be shared at once.
const MAX_MEMBERS: usize = 200;

/// Those with whom a project is shared, by what they may do.
pub type Members = BTreeMap<UserId, ProjectRole>;

type Decision = Result<Vec<Event>, Rejection>;

impl Project {
    /// What this person may do here now; `None`: it is not there for them.
    pub fn role_of(&self, user: UserId) -> Option<ProjectRole> {
        match self {
            Self::Live { owner, .. } if *owner == user => Some(ProjectRole::Owner),
            Self::Live { members, .. } => members.get(&user).copied(),
            Self::Unknown | Self::Deleted { .. } | Self::Erased { .. } => None,
        }
    }

    /// What somebody hears who asks for what only the owner may do: a stranger, that it is not there.
    pub(super) fn owner_only(&self, by: UserId) -> Rejection {
        match self.role_of(by) {
            Some(_) => Rejection::NotAllowed("it takes the owner of the project"),
            None => Rejection::NotYours,
        }
    }

    pub(super) fn share(&self, by: UserId, user: UserId, role: ProjectRole) -> Decision {
        let (project_id, owner, members) = self.shared()?;
        if owner != by {
            return Err(self.owner_only(by));
        }
        if user == owner || role == ProjectRole::Owner {
            return Err(Rejection::NotAllowed("a project has one owner, who keeps every right"));
        }
        let old = members.get(&user).copied();
        if old == Some(role) {
            return Ok(vec![]);
        }
        if old.is_none() && members.len() >= MAX_MEMBERS {
            return Err(Rejection::TooMany { what: "people that a project is shared with", limit: MAX_MEMBERS });
        }
        Ok(vec![ProjectShared { project_id, user_id: user, old, role, by }.into()])
    }

    /// Oneself: to leave. Who is not there any more is out already.
    pub(super) fn unshare(&self, by: UserId, user: UserId) -> Decision {
        let (_, owner, _) = self.shared()?;
        match self.role_of(by) {
            None => Err(Rejection::NotYours),
            Some(_) if by == owner || by == user => Ok(self.without(user, by)),
            Some(_) => Err(self.owner_only(by)),
        }
    }

    /// Cannot be refused: it has been decided elsewhere.
    pub(super) fn without(&self, user: UserId, by: UserId) -> Vec<Event> {
        let Ok((project_id, _, members)) = self.shared() else { return Vec::new() };
        let role = members.get(&user).copied();
        role.map(|role| ProjectUnshared { project_id, user_id: user, role, by }.into()).into_iter().collect()
    }

    fn shared(&self) -> Result<(ProjectId, UserId, &Members), Rejection> {
        match self {
            Self::Live { project_id, owner, members, .. } => Ok((*project_id, *owner, members)),
            Self::Unknown | Self::Deleted { .. } | Self::Erased { .. } => Err(Rejection::NotFound("project")),
        }
    }
}
