//! A session as its aggregate decides it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::session::{Answer, Command, Event, Outcome, Previous, Session};
use domain::{
    Aggregate, Cost, FileChange, FileOp, GenerationId, MessageId, ProjectId, SessionId, Usage, UserId, WorkerId,
};

pub struct Talk {
    pub id: SessionId,
    pub owner: UserId,
    pub project: ProjectId,
    pub worker: WorkerId,
    pub state: Session,
    pub sequence: i64,
}

pub type Step = (i64, Event);

impl Talk {
    pub fn new(owner: UserId, project: ProjectId) -> Self {
        let (id, worker) = (SessionId::generate(), WorkerId::generate());
        Self { id, owner, project, worker, state: Session::default(), sequence: 0 }
    }

    /// The events of a command, with their sequences.
    pub fn does(&mut self, command: Command) -> Vec<Step> {
        let events = self.state.decide(command, at(self.sequence)).unwrap();
        events.into_iter().map(|event| self.happens(event)).collect()
    }

    pub fn happens(&mut self, event: Event) -> Step {
        self.state = std::mem::take(&mut self.state).apply(&event);
        self.sequence += 1;
        (self.sequence, event)
    }

    pub fn opens(&mut self, title: &str) -> Vec<Step> {
        let Self { id: session_id, owner, project: project_id, .. } = *self;
        self.does(Command::Open { session_id, project_id, owner, title: title.to_owned() })
    }

    pub fn asks(&mut self, content: &str) -> (GenerationId, Vec<Step>) {
        let generation_id = GenerationId::generate();
        let by = self.owner;
        let message_id = MessageId::generate();
        let content = content.to_owned();
        let post = Command::Post { by, message_id, generation_id, content, model: None, base_version: None };
        (generation_id, self.does(post))
    }

    pub fn starts(&mut self, generation_id: GenerationId) -> Vec<Step> {
        let (model, provider) = ("tiny".to_owned(), "vllm".to_owned());
        self.does(Command::Start { generation_id, worker: self.worker, model, provider, previous: Previous::Gone })
    }

    pub fn completes(&mut self, generation_id: GenerationId, says: &str, changes: Vec<FileChange>) -> Vec<Step> {
        let attempt = self.state.running.as_ref().unwrap().attempt;
        let answer = Answer { explanation: says.to_owned(), reasoning: "because".to_owned() };
        self.does(Command::Complete { generation_id, attempt, outcome: outcome(), answer, changes })
    }

    /// A prompt, its answer, and one more version of one file.
    pub fn goes_on(&mut self, content: &str) -> Vec<Step> {
        let (generation, mut steps) = self.asks(content);
        steps.extend(self.starts(generation));
        steps.extend(self.completes(generation, "Done.", vec![written("src/App.tsx", content)]));
        steps
    }
}

pub fn outcome() -> Outcome {
    Outcome {
        model: "tiny-1".to_owned(),
        provider: "vllm".to_owned(),
        prompt_digest: "00".repeat(32),
        max_tokens: None,
        temperature: Some("0.2".to_owned()),
        finish_reason: "stop".to_owned(),
        usage: Usage { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: None, total_tokens: 30 },
        cost: Cost { amount: "0.0123".to_owned(), currency: "USD".to_owned(), price_list: "1".to_owned() },
        pieces: 7,
    }
}

pub fn written(path: &str, content: &str) -> FileChange {
    let sha256 = Some("ab".repeat(32));
    FileChange { path: path.to_owned(), op: FileOp::Create, content: Some(content.to_owned()), sha256, from: None }
}

pub fn moved(from: &str, to: &str) -> FileChange {
    FileChange { path: to.to_owned(), op: FileOp::Rename, content: None, sha256: None, from: Some(from.to_owned()) }
}

pub fn deleted(path: &str) -> FileChange {
    FileChange { path: path.to_owned(), op: FileOp::Delete, content: None, sha256: None, from: None }
}

/// One minute per event.
pub fn at(sequence: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(sequence)
}
