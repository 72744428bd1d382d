//! What decisions need to know about a session; texts and file contents stay in the events.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{GenerationId, MessageId, ProjectId, Rejection, SessionId, UserId, WorkerId};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// `None` until it is opened.
    pub identity: Option<Identity>,
    pub title: String,
    pub deleted: bool,
    /// Nothing is left but its outline.
    #[serde(default)]
    pub erased: bool,
    /// The number of the newest version of the files; 0: there are none yet.
    pub head: u32,
    pub running: Option<Running>,
    pub queue: VecDeque<Queued>,
    /// Generations with their terminal event.
    pub over: BTreeSet<GenerationId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub session_id: SessionId,
    pub project_id: ProjectId,
    pub owner: UserId,
}

/// The answer whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub generation_id: GenerationId,
    pub message_id: MessageId,
    /// The number of the last attempt that was started; 0: none was.
    pub attempt: i32,
    /// How many workers were lost with it.
    #[serde(default)]
    pub lost: u32,
    pub phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Waits for a worker.
    Requested,
    Started {
        worker: WorkerId,
    },
    /// Somebody pressed Stop; the worker has not confirmed yet.
    Cancelling {
        worker: WorkerId,
    },
}

/// An answer that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    pub generation_id: GenerationId,
    pub message_id: MessageId,
    pub model: Option<String>,
}

impl Phase {
    /// In the words of the API: `requested`, `started` or `cancelling`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Started { .. } => "started",
            Self::Cancelling { .. } => "cancelling",
        }
    }
}

impl Session {
    /// Who and where, or the words a stranger gets for a session that is not there.
    pub fn live(&self) -> Result<Identity, Rejection> {
        match self.identity {
            Some(identity) if !self.deleted => Ok(identity),
            _ => Err(Rejection::NotFound("session")),
        }
    }

    /// Like [`Session::live`], for the owner only.
    pub fn require_owner(&self, user: UserId) -> Result<Identity, Rejection> {
        let identity = self.live()?;
        if identity.owner == user { Ok(identity) } else { Err(Rejection::NotYours) }
    }

    pub(super) fn is_running(&self, generation_id: GenerationId) -> Option<&Running> {
        self.running.as_ref().filter(|running| running.generation_id == generation_id)
    }

    pub(super) fn is_queued(&self, generation_id: GenerationId) -> bool {
        self.queue.iter().any(|queued| queued.generation_id == generation_id)
    }

    pub(super) fn knows(&self, generation_id: GenerationId) -> bool {
        self.over.contains(&generation_id) || self.is_running(generation_id).is_some() || self.is_queued(generation_id)
    }
}

impl Running {
    /// The worker that holds the current attempt, if one does.
    pub const fn worker(&self) -> Option<WorkerId> {
        match self.phase {
            Phase::Requested => None,
            Phase::Started { worker } | Phase::Cancelling { worker } => Some(worker),
        }
    }
}
