//! The domain's "no". Each reason is the caller's to read, and has a stable code.

use crate::BudgetHolder;

/// Why a command changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Someone else's things do not exist for you; the edge answers as for `NotFound`.
    #[error("this belongs to someone else")]
    NotYours,
    #[error("it already exists")]
    AlreadyExists,
    /// They belong here, and may not do this.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// Nobody could manage what would be left.
    #[error("an organisation keeps at least one owner: make somebody else an owner first")]
    LastOwner,
    #[error("this invite was used, revoked, or has expired: ask for a new one")]
    InviteOver,
    #[error("there may be at most {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    /// Whoever was erased acts no more, and nothing of theirs changes.
    #[error("it was erased")]
    Erased,
    #[error("the prompt is empty")]
    EmptyPrompt,
    #[error("the text is {length} characters long, at most {limit} are allowed")]
    TooLong { length: usize, limit: usize },
    #[error("a {0} is required")]
    Required(&'static str),
    #[error("{0}")]
    InvalidFile(String),
    #[error("{0} prompts are already waiting in this session")]
    QueueFull(usize),
    /// What is left of the day's tokens is less than an answer may need.
    #[error(
        "{0} tokens of today are used up, or kept free for answers that are not over: there are new ones at midnight (UTC)"
    )]
    OverBudget(BudgetHolder),
    #[error("the files are at version {head}, not {base}")]
    StaleBase { base: u32, head: u32 },
    #[error("there is no version {0}")]
    UnknownVersion(u32),
    /// The worker that runs this generation is alive; the newcomer waits.
    #[error("another worker is answering")]
    StillRunning,
    /// Only the current attempt may end a generation.
    #[error("attempt {0} is not the current one")]
    NotCurrentAttempt(i32),
    /// The generation has its terminal event; nothing can follow it.
    #[error("the generation is over")]
    GenerationOver,
}

impl Rejection {
    /// Stable and machine-readable: clients may branch on it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) | Self::NotYours => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::NotAllowed(_) => "forbidden",
            Self::LastOwner => "last_owner",
            Self::InviteOver => "invite_over",
            Self::TooMany { .. } => "too_many",
            Self::Erased => "erased",
            Self::EmptyPrompt => "empty_prompt",
            Self::TooLong { .. } => "too_long",
            Self::Required(_) => "required",
            Self::InvalidFile(_) => "invalid_file",
            Self::QueueFull(_) => "queue_full",
            Self::OverBudget(_) => "budget_exceeded",
            Self::StaleBase { .. } => "version_conflict",
            Self::UnknownVersion(_) => "unknown_version",
            Self::StillRunning => "still_running",
            Self::NotCurrentAttempt(_) => "not_current_attempt",
            Self::GenerationOver => "generation_over",
        }
    }
}
