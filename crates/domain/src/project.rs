//! A body of code and the conversations about it.

mod role;
mod sharing;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, KeyOwners, events};
use crate::{ProjectId, Rejection, UserId};

pub use role::ProjectRole;
pub use sharing::Members;

/// What a project is called; sealed with its owner's key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub name: String,
    pub description: Option<String>,
}

/// Someone began a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectCreated {
    pub project_id: ProjectId,
    pub owner: UserId,
    pub private: Option<Label>,
}

/// A new label, with the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelChange {
    pub old: Label,
    pub new: Label,
}

/// A project has another name or description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRenamed {
    pub project_id: ProjectId,
    pub private: Option<LabelChange>,
}

/// A project was put away; its events stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDeleted {
    pub project_id: ProjectId,
}

/// A project belongs to somebody else now; the label is sealed with the new owner's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectTransferred {
    pub project_id: ProjectId,
    pub from: UserId,
    pub to: UserId,
    pub private: Option<Label>,
}

/// Somebody else may read a project or work on it, or may do more or less than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectShared {
    pub project_id: ProjectId,
    pub user_id: UserId,
    /// `None`: it was not shared with them.
    pub old: Option<ProjectRole>,
    pub role: ProjectRole,
    pub by: UserId,
}

/// A project is shared with somebody no more: they left (`by` is themselves) or were taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectUnshared {
    pub project_id: ProjectId,
    pub user_id: UserId,
    pub role: ProjectRole,
    pub by: UserId,
}

/// A project was erased with its owner, files included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectErased {
    pub project_id: ProjectId,
}

events! {
    /// What can happen to a project.
    pub enum Event {
        ProjectCreated, ProjectRenamed, ProjectDeleted, ProjectTransferred, ProjectErased,
        ProjectShared, ProjectUnshared,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Create {
        project_id: ProjectId,
        owner: UserId,
        label: Label,
    },
    Rename {
        by: UserId,
        name: Option<String>,
        description: Option<String>,
    },
    Delete {
        by: UserId,
    },
    /// With somebody of the same tenant, which the caller has looked up. Again: another role.
    Share {
        by: UserId,
        user: UserId,
        role: ProjectRole,
    },
    /// Oneself: to leave.
    Unshare {
        by: UserId,
        user: UserId,
    },
    /// They left the tenant (`by` says who decided that), or were erased: `by` is themselves.
    RemoveMember {
        by: UserId,
        user: UserId,
    },
    /// Its owner was erased, and what they called it with them: it goes to somebody under a neutral name, or
    /// (`to` is `None`, or it was put away already) it is erased too.
    EraseOwner {
        owner: UserId,
        to: Option<UserId>,
    },
}

/// The state that decisions need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Project {
    #[default]
    Unknown,
    Live {
        project_id: ProjectId,
        owner: UserId,
        label: Label,
        /// With whom it is shared.
        #[serde(default)]
        members: Members,
    },
    Deleted {
        project_id: ProjectId,
        owner: UserId,
    },
    Erased {
        project_id: ProjectId,
        owner: UserId,
    },
}

/// What a project is called whose name was erased with its owner.
pub const TRANSFERRED: &str = "Transferred project";

/// The longest name, in characters.
const MAX_NAME: usize = 120;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 2_000;

impl Project {
    /// Whose it is, also when it is gone.
    pub const fn owner(&self) -> Option<UserId> {
        match self {
            Self::Unknown => None,
            Self::Live { owner, .. } | Self::Deleted { owner, .. } | Self::Erased { owner, .. } => Some(*owner),
        }
    }

    /// Whether somebody can work with it.
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Live { .. })
    }
}

impl Aggregate for Project {
    const TYPE: &'static str = "project";
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: Command, _now: DateTime<Utc>) -> Result<Vec<Event>, Rejection> {
        match (self, command) {
            (Self::Unknown, Command::Create { project_id, owner, label }) => {
                checked(&label)?;
                Ok(vec![ProjectCreated { project_id, owner, private: Some(label) }.into()])
            }
            (Self::Live { owner, .. }, Command::Create { owner: again, .. }) if *owner == again => Ok(vec![]),
            (Self::Live { .. } | Self::Deleted { .. } | Self::Erased { .. }, Command::Create { .. }) => {
                Err(Rejection::AlreadyExists)
            }

            (Self::Live { project_id, owner, .. }, Command::EraseOwner { owner: gone, to }) if *owner == gone => {
                Ok(vec![to.map_or_else(|| erased(*project_id), |to| transferred(*project_id, gone, to))])
            }
            (Self::Deleted { project_id, owner }, Command::EraseOwner { owner: gone, .. }) if *owner == gone => {
                Ok(vec![erased(*project_id)])
            }
            // It is theirs no more: this has happened already.
            (Self::Live { .. } | Self::Deleted { .. } | Self::Erased { .. }, Command::EraseOwner { .. }) => Ok(vec![]),

            (_, Command::RemoveMember { by, user }) => Ok(self.without(user, by)),
            (_, Command::Share { by, user, role }) => self.share(by, user, role),
            (_, Command::Unshare { by, user }) => self.unshare(by, user),

            (Self::Live { project_id, owner, label, .. }, Command::Rename { by, name, description })
                if *owner == by =>
            {
                rename(*project_id, label, name, description)
            }
            (Self::Live { project_id, owner, .. }, Command::Delete { by }) if *owner == by => {
                Ok(vec![ProjectDeleted { project_id: *project_id }.into()])
            }
            (Self::Deleted { owner, .. }, Command::Delete { by }) if *owner == by => Ok(vec![]),
            (Self::Live { .. } | Self::Deleted { .. }, Command::Delete { by })
            | (Self::Live { .. }, Command::Rename { by, .. }) => Err(self.owner_only(by)),
            (Self::Unknown | Self::Deleted { .. } | Self::Erased { .. }, _) => Err(Rejection::NotFound("project")),
        }
    }

    fn apply(self, event: &Event) -> Self {
        match (self, event) {
            (_, Event::ProjectCreated(event)) => Self::Live {
                project_id: event.project_id,
                owner: event.owner,
                label: event.private.clone().unwrap_or_default(),
                members: Members::new(),
            },
            (Self::Live { project_id, owner, members, .. }, Event::ProjectRenamed(event)) => Self::Live {
                project_id,
                owner,
                label: event.private.clone().map(|change| change.new).unwrap_or_default(),
                members,
            },
            (Self::Live { project_id, owner, .. }, Event::ProjectDeleted(_)) => Self::Deleted { project_id, owner },
            (Self::Live { project_id, mut members, .. }, Event::ProjectTransferred(event)) => {
                members.remove(&event.to);
                Self::Live { project_id, owner: event.to, label: event.private.clone().unwrap_or_default(), members }
            }
            (Self::Live { project_id, owner, label, mut members }, Event::ProjectShared(event)) => {
                members.insert(event.user_id, event.role);
                Self::Live { project_id, owner, label, members }
            }
            (Self::Live { project_id, owner, label, mut members }, Event::ProjectUnshared(event)) => {
                members.remove(&event.user_id);
                Self::Live { project_id, owner, label, members }
            }
            (Self::Live { project_id, owner, .. } | Self::Deleted { project_id, owner }, Event::ProjectErased(_)) => {
                Self::Erased { project_id, owner }
            }
            (
                state,
                Event::ProjectRenamed(_)
                | Event::ProjectDeleted(_)
                | Event::ProjectTransferred(_)
                | Event::ProjectErased(_)
                | Event::ProjectShared(_)
                | Event::ProjectUnshared(_),
            ) => state,
        }
    }

    fn owners(&self) -> Option<KeyOwners> {
        match self {
            Self::Unknown => None,
            Self::Live { project_id, owner, .. }
            | Self::Deleted { project_id, owner }
            | Self::Erased { project_id, owner } => {
                Some(KeyOwners { texts: (*owner).into(), project: Some(*project_id) })
            }
        }
    }
}

fn erased(project_id: ProjectId) -> Event {
    ProjectErased { project_id }.into()
}

/// The name goes with who gave it.
fn transferred(project_id: ProjectId, from: UserId, to: UserId) -> Event {
    let label = Label { name: TRANSFERRED.to_owned(), description: None };
    ProjectTransferred { project_id, from, to, private: Some(label) }.into()
}

fn rename(
    project_id: ProjectId,
    old: &Label,
    name: Option<String>,
    description: Option<String>,
) -> Result<Vec<Event>, Rejection> {
    let new = Label {
        name: name.unwrap_or_else(|| old.name.clone()),
        description: description.or_else(|| old.description.clone()),
    };
    checked(&new)?;
    if new == *old {
        return Ok(vec![]);
    }
    let change = LabelChange { old: old.clone(), new };
    Ok(vec![ProjectRenamed { project_id, private: Some(change) }.into()])
}

fn checked(label: &Label) -> Result<(), Rejection> {
    if label.name.trim().is_empty() {
        return Err(Rejection::Required("name"));
    }
    let description = label.description.as_deref().unwrap_or_default();
    for (text, limit) in [(label.name.as_str(), MAX_NAME), (description, MAX_DESCRIPTION)] {
        let length = text.chars().count();
        if length > limit {
            return Err(Rejection::TooLong { length, limit });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
