//! What can be asked of a session. Ids are made by the caller, so that a repeat is recognised.

use crate::{
    BudgetHolder, FileChange, GenerationId, MessageId, ProjectId, ProjectRole, SessionId, Usage, UserId, WorkerId,
};

use super::event::{AbandonReason, Answer, Outcome};

#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Open {
        session_id: SessionId,
        project_id: ProjectId,
        owner: UserId,
        title: String,
    },
    Rename {
        by: UserId,
        title: String,
    },
    Delete {
        by: UserId,
    },
    /// The person was erased. What runs ends now; `to` has the session and its files from now on, unless it
    /// was deleted before; `None` erases the files too.
    ErasePerson {
        person: UserId,
        to: Option<UserId>,
    },

    /// A prompt; it starts an answer or queues behind the running one.
    Post {
        by: UserId,
        message_id: MessageId,
        generation_id: GenerationId,
        content: String,
        model: Option<String>,
        /// Refused if the files have moved on from this version.
        base_version: Option<u32>,
    },
    /// A prompt for which this holder has no tokens left. It is refused; only the repeat of one that was posted before
    /// hears what that one heard.
    PostOverBudget {
        by: UserId,
        whose: BudgetHolder,
    },
    /// Stop, from any device. A queued answer ends at once, a running one when its worker has stopped.
    Cancel {
        by: UserId,
        generation_id: GenerationId,
    },

    /// What somebody asks with whom its project is shared; that it is, the caller has looked up.
    Guest {
        role: ProjectRole,
        command: Box<Command>,
    },
    /// A worker takes the answer on. Whether the previous worker's lease is over is known to the caller.
    Start {
        generation_id: GenerationId,
        worker: WorkerId,
        model: String,
        provider: String,
        previous: Previous,
    },
    /// The current worker gives the attempt back, to be taken by another.
    Abandon {
        generation_id: GenerationId,
        attempt: i32,
        reason: AbandonReason,
        usage: Usage,
    },
    Complete {
        generation_id: GenerationId,
        attempt: i32,
        outcome: Outcome,
        answer: Answer,
        changes: Vec<FileChange>,
    },
    Fail {
        generation_id: GenerationId,
        attempt: i32,
        code: String,
        retryable: bool,
        outcome: Outcome,
        answer: Answer,
        changes: Vec<FileChange>,
    },
    /// The worker has stopped the model; what it had is kept.
    EndCancelled {
        generation_id: GenerationId,
        attempt: i32,
        outcome: Outcome,
        answer: Answer,
        changes: Vec<FileChange>,
    },
    /// Nobody will finish it: its deadline has passed and its worker is gone.
    GiveUp {
        generation_id: GenerationId,
    },

    /// Locally changed files come back in.
    Import {
        by: UserId,
        base_version: u32,
        changes: Vec<FileChange>,
    },
    /// The files become again what they were at `version`, as a new version.
    Restore {
        by: UserId,
        version: u32,
    },
}

/// What the caller knows about the worker of the attempt before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previous {
    /// Its lease runs; it must not be robbed.
    Alive,
    /// Its lease is over.
    Gone,
}

impl Command {
    /// Who asks; `None`: no person does, or for themselves alone.
    pub(super) const fn by(&self) -> Option<UserId> {
        match self {
            Self::Rename { by, .. }
            | Self::Delete { by }
            | Self::Post { by, .. }
            | Self::PostOverBudget { by, .. }
            | Self::Cancel { by, .. }
            | Self::Import { by, .. }
            | Self::Restore { by, .. } => Some(*by),
            Self::Open { .. }
            | Self::ErasePerson { .. }
            | Self::Guest { .. }
            | Self::Start { .. }
            | Self::Abandon { .. }
            | Self::Complete { .. }
            | Self::Fail { .. }
            | Self::EndCancelled { .. }
            | Self::GiveUp { .. } => None,
        }
    }
}
