//! What has happened in a session. `private` is sealed with the person's key, `private_files` with
//! the project's; `None` there means that the key was destroyed.

use serde::{Deserialize, Serialize};

use crate::aggregate::events;
use crate::{Cost, FileChange, GenerationId, MessageId, ProjectId, SessionId, Usage, UserId, WorkerId};

/// A session's title.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    pub title: String,
}

/// A title, with the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleChange {
    pub old: String,
    pub new: String,
}

/// What a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    pub content: String,
}

/// What a model wrote besides files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub explanation: String,
    pub reasoning: String,
}

/// How an attempt went, whichever way it ended: what was asked for, consumed and owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub model: String,
    pub provider: String,
    /// SHA-256 (hex) of the exact messages sent to the model.
    pub prompt_digest: String,
    /// As sent; `None` left it to the server.
    pub max_tokens: Option<i64>,
    /// As sent, in decimal; `None` left it to the server.
    pub temperature: Option<String>,
    /// `stop`, `length`, or what the server called it; `none` if it never said.
    pub finish_reason: String,
    pub usage: Usage,
    pub cost: Cost,
    /// Pieces published to the session's stream by this attempt.
    pub pieces: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOpened {
    pub session_id: SessionId,
    pub project_id: ProjectId,
    pub owner: UserId,
    pub private: Option<Title>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRenamed {
    pub session_id: SessionId,
    pub private: Option<TitleChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDeleted {
    pub session_id: SessionId,
}

/// The texts up to here are gone with who wrote them; answers that were under way have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionErased {
    pub session_id: SessionId,
    /// Who was erased.
    pub person: UserId,
    /// Who has it from now on; `None`: it is gone, files included.
    pub to: Option<UserId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePosted {
    pub session_id: SessionId,
    pub message_id: MessageId,
    /// The answer that this prompt asks for.
    pub generation_id: GenerationId,
    pub author: UserId,
    /// The version of the files that the prompt is about.
    pub base_version: i32,
    pub private: Option<Prompt>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationQueued {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    pub message_id: MessageId,
    /// As the user chose; `None` lets routing choose.
    pub model: Option<String>,
    /// Answers before this one, the running one included: 0 means it is next at once.
    pub place: i32,
}

/// It is this answer's turn: work for a generation worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationRequested {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    pub message_id: MessageId,
    pub model: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationStarted {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    /// 1, 2, 3 …; the highest one is the current one.
    pub attempt: i32,
    pub worker_id: WorkerId,
    pub model: String,
    pub provider: String,
}

/// Why an attempt ended without ending its generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbandonReason {
    /// The worker shut down and gave it back.
    Released,
    /// The worker's lease ran out.
    WorkerLost,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptAbandoned {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    pub attempt: i32,
    pub reason: AbandonReason,
    /// Counted from what it published; zero when nobody could count.
    pub usage: Usage,
}

/// Somebody pressed Stop. Not terminal: completion may still win.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationRequested {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    pub attempt: i32,
    pub by: UserId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationCompleted {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    pub attempt: i32,
    /// The version of the files that this answer made; `None` if it changed none.
    pub number: Option<i32>,
    pub outcome: Outcome,
    pub private: Option<Answer>,
    pub private_files: Option<Vec<FileChange>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationFailed {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    pub attempt: i32,
    /// Stable and machine-readable, for example `model_rate_limited`.
    pub code: String,
    /// Whether asking again may succeed.
    pub retryable: bool,
    /// The version that the finished files of a partial answer made.
    pub number: Option<i32>,
    pub outcome: Option<Outcome>,
    pub private: Option<Answer>,
    pub private_files: Option<Vec<FileChange>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationCancelled {
    pub session_id: SessionId,
    pub generation_id: GenerationId,
    /// 0: it was cancelled before any attempt began.
    pub attempt: i32,
    /// The version that the finished files of a partial answer made.
    pub number: Option<i32>,
    /// `None` if no attempt reported any.
    pub outcome: Option<Outcome>,
    pub private: Option<Answer>,
    pub private_files: Option<Vec<FileChange>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesImported {
    pub session_id: SessionId,
    pub by: UserId,
    pub base_version: i32,
    pub number: i32,
    pub private_files: Option<Vec<FileChange>>,
}

/// The files are again what they were at `restored`; history stays, a new version is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRestored {
    pub session_id: SessionId,
    pub by: UserId,
    /// The head before.
    pub old: i32,
    pub restored: i32,
    pub number: i32,
}

events! {
    /// What can happen in a session.
    pub enum Event {
        SessionOpened, SessionRenamed, SessionDeleted,
        MessagePosted, GenerationQueued, GenerationRequested, GenerationStarted,
        AttemptAbandoned, CancellationRequested,
        GenerationCompleted, GenerationFailed, GenerationCancelled,
        FilesImported, VersionRestored,
        SessionErased,
    }
}
