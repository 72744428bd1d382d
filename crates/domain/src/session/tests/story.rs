//! The people and things of these tests, and short words for what they do.

use crate::given::Given;
use crate::session::*;
use crate::{
    Cost, FileChange, FileOp, GenerationId, MessageId, ProjectId, Rejection, SessionId, Usage, UserId, WorkerId,
};

pub struct Story {
    pub session_id: SessionId,
    pub project_id: ProjectId,
    pub ada: UserId,
    pub mallory: UserId,
    /// Two workers.
    pub worker: WorkerId,
    pub rival: WorkerId,
}

/// One prompt and the answer that it asks for.
#[derive(Clone, Copy)]
pub struct Ask {
    pub message_id: MessageId,
    pub generation_id: GenerationId,
}

pub fn story() -> Story {
    Story {
        session_id: SessionId::generate(),
        project_id: ProjectId::generate(),
        ada: UserId::generate(),
        mallory: UserId::generate(),
        worker: WorkerId::generate(),
        rival: WorkerId::generate(),
    }
}

pub fn ask() -> Ask {
    Ask { message_id: MessageId::generate(), generation_id: GenerationId::generate() }
}

pub const NOBODY: Rejection = Rejection::NotFound("session");

/// A session without a past.
pub fn nothing() -> Given<Session> {
    Given::events([])
}

impl Story {
    /// An open session.
    pub fn opened(&self) -> Given<Session> {
        nothing().and(self.open())
    }

    /// A session whose first answer waits for a worker.
    pub fn asked(&self, ask: Ask) -> Given<Session> {
        self.opened().and(self.post(ask))
    }

    /// A session whose first answer is being written.
    pub fn started(&self, ask: Ask) -> Given<Session> {
        self.asked(ask).and(self.start(ask))
    }

    /// A session whose first answer was told to stop and has not yet.
    pub fn cancelling(&self, ask: Ask) -> Given<Session> {
        self.started(ask).and(self.cancel(ask))
    }

    /// A session whose first answer is over.
    pub fn completed(&self, ask: Ask) -> Given<Session> {
        self.started(ask).and(complete(ask, 1, vec![file("a")]))
    }

    pub fn deleted(&self) -> Given<Session> {
        self.opened().and(Command::Delete { by: self.ada })
    }

    pub fn open(&self) -> Command {
        Command::Open {
            session_id: self.session_id,
            project_id: self.project_id,
            owner: self.ada,
            title: "A shop".to_owned(),
        }
    }

    pub fn rename(&self, by: UserId, title: &str) -> Command {
        Command::Rename { by, title: title.to_owned() }
    }

    pub fn post(&self, ask: Ask) -> Command {
        self.post_as(self.ada, ask, "A pricing page", None)
    }

    pub fn post_as(&self, by: UserId, ask: Ask, content: &str, base_version: Option<u32>) -> Command {
        Command::Post {
            by,
            message_id: ask.message_id,
            generation_id: ask.generation_id,
            content: content.to_owned(),
            model: Some("m".to_owned()),
            base_version,
        }
    }

    pub fn cancel(&self, ask: Ask) -> Command {
        Command::Cancel { by: self.ada, generation_id: ask.generation_id }
    }

    pub fn start(&self, ask: Ask) -> Command {
        self.start_as(self.worker, ask, Previous::Gone)
    }

    pub fn start_as(&self, worker: WorkerId, ask: Ask, previous: Previous) -> Command {
        Command::Start {
            generation_id: ask.generation_id,
            worker,
            model: "m".to_owned(),
            provider: "p".to_owned(),
            previous,
        }
    }

    pub fn import(&self, base_version: u32, changes: Vec<FileChange>) -> Command {
        Command::Import { by: self.ada, base_version, changes }
    }

    pub fn restore(&self, version: u32) -> Command {
        Command::Restore { by: self.ada, version }
    }

    pub fn posted(&self, ask: Ask, base_version: i32) -> Event {
        MessagePosted {
            session_id: self.session_id,
            message_id: ask.message_id,
            generation_id: ask.generation_id,
            author: self.ada,
            base_version,
            private: Some(Prompt { content: "A pricing page".to_owned() }),
        }
        .into()
    }

    pub fn queued(&self, ask: Ask, place: i32) -> Event {
        GenerationQueued {
            session_id: self.session_id,
            generation_id: ask.generation_id,
            message_id: ask.message_id,
            model: Some("m".to_owned()),
            place,
        }
        .into()
    }

    pub fn requested(&self, ask: Ask) -> Event {
        GenerationRequested {
            session_id: self.session_id,
            generation_id: ask.generation_id,
            message_id: ask.message_id,
            model: Some("m".to_owned()),
        }
        .into()
    }

    pub fn started_event(&self, ask: Ask, attempt: i32, worker_id: WorkerId) -> Event {
        GenerationStarted {
            session_id: self.session_id,
            generation_id: ask.generation_id,
            attempt,
            worker_id,
            model: "m".to_owned(),
            provider: "p".to_owned(),
        }
        .into()
    }

    pub fn abandoned(&self, ask: Ask, attempt: i32, reason: AbandonReason, usage: Usage) -> Event {
        let generation_id = ask.generation_id;
        AttemptAbandoned { session_id: self.session_id, generation_id, attempt, reason, usage }.into()
    }

    pub fn cancellation(&self, ask: Ask, attempt: i32) -> Event {
        let generation_id = ask.generation_id;
        CancellationRequested { session_id: self.session_id, generation_id, attempt, by: self.ada }.into()
    }

    pub fn completed_event(&self, ask: Ask, attempt: i32, number: Option<i32>, changes: Vec<FileChange>) -> Event {
        GenerationCompleted {
            session_id: self.session_id,
            generation_id: ask.generation_id,
            attempt,
            number,
            outcome: outcome(),
            private: Some(answer()),
            private_files: Some(changes),
        }
        .into()
    }

    /// Cancelled without anything to keep.
    pub fn cancelled(&self, ask: Ask, attempt: i32) -> Event {
        GenerationCancelled {
            session_id: self.session_id,
            generation_id: ask.generation_id,
            attempt,
            number: None,
            outcome: None,
            private: None,
            private_files: None,
        }
        .into()
    }

    pub fn deleted_event(&self) -> Event {
        SessionDeleted { session_id: self.session_id }.into()
    }
}

pub fn complete(ask: Ask, attempt: i32, changes: Vec<FileChange>) -> Command {
    Command::Complete { generation_id: ask.generation_id, attempt, outcome: outcome(), answer: answer(), changes }
}

pub fn fail(ask: Ask, attempt: i32, changes: Vec<FileChange>) -> Command {
    Command::Fail {
        generation_id: ask.generation_id,
        attempt,
        code: "model_rate_limited".to_owned(),
        retryable: true,
        outcome: outcome(),
        answer: answer(),
        changes,
    }
}

pub fn end_cancelled(ask: Ask, attempt: i32, changes: Vec<FileChange>) -> Command {
    Command::EndCancelled { generation_id: ask.generation_id, attempt, outcome: outcome(), answer: answer(), changes }
}

pub fn abandon(ask: Ask, attempt: i32) -> Command {
    Command::Abandon { generation_id: ask.generation_id, attempt, reason: AbandonReason::Released, usage: usage() }
}

pub fn give_up(ask: Ask) -> Command {
    Command::GiveUp { generation_id: ask.generation_id }
}

pub fn usage() -> Usage {
    Usage { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: None, total_tokens: 30 }
}

pub fn answer() -> Answer {
    Answer { explanation: "Here it is.".to_owned(), reasoning: String::new() }
}

pub fn outcome() -> Outcome {
    Outcome {
        model: "m".to_owned(),
        provider: "p".to_owned(),
        prompt_digest: "00".to_owned(),
        max_tokens: None,
        temperature: None,
        finish_reason: "stop".to_owned(),
        usage: usage(),
        cost: Cost { amount: "0.1".to_owned(), currency: "USD".to_owned(), price_list: "1".to_owned() },
        pieces: 3,
    }
}

pub fn file(path: &str) -> FileChange {
    sized_file(path, 5)
}

pub fn sized_file(path: &str, bytes: usize) -> FileChange {
    FileChange { path: path.to_owned(), op: FileOp::Create, content: Some("x".repeat(bytes)), sha256: None, from: None }
}
