//! One conversation: its messages, its answers in numbered attempts, and every version of its files.
//!
//! One answer runs at a time; further prompts wait in a queue. Read it in the order `command`,
//! `event`, `decide`, `apply`.

mod apply;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod versions;

pub use command::{Command, Previous};
pub use event::{
    AbandonReason, Answer, AttemptAbandoned, CancellationRequested, Event, FilesImported, GenerationCancelled,
    GenerationCompleted, GenerationFailed, GenerationQueued, GenerationRequested, GenerationStarted, MessagePosted,
    Outcome, Prompt, SessionDeleted, SessionErased, SessionOpened, SessionRenamed, Title, TitleChange, VersionRestored,
};
pub use state::{Phase, Queued, Running, Session};
pub use versions::{Files, Versions};

/// The longest prompt, in characters.
pub const MAX_PROMPT: usize = 32_000;
/// The longest title, in characters.
pub const MAX_TITLE: usize = 200;
/// Prompts that may wait behind the running answer.
pub const MAX_QUEUE: usize = 20;
/// An answer that has lost so many workers is given up: it may be what they died of.
pub const MAX_LOST_WORKERS: u32 = 5;
/// Files that one import may carry.
pub const MAX_IMPORT_FILES: usize = 200;
