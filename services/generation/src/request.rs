//! A request as it comes from Kafka, and what the model is to be told.

use std::collections::BTreeMap;

use domain::session::GenerationRequested;
use domain::{GenerationId, KeyOwners, SessionId, TenantId, UserId};
use events::Envelope;
use llm::{Conversation, Role, Turn};
use rpc::command::v1::{LoadConversationRequest, LoadConversationResponse};
use runtime::trace::{Kind, Step};

use crate::budget;
use crate::error::Failure;
use crate::worker::Worker;

/// Work for a worker: which answer, of which session, for whom.
pub struct Request {
    pub tenant: TenantId,
    pub session: SessionId,
    pub generation: GenerationId,
    /// The event that asked for it.
    pub cause: String,
    pub traceparent: Option<String>,
    /// What the model is to be told, where that need not be asked for.
    pub conversation: Option<LoadConversationResponse>,
}

impl Request {
    pub fn read(payload: &[u8], traceparent: Option<&str>) -> Result<Self, Failure> {
        let unreadable = |error: &dyn std::fmt::Display| Failure::Permanent(format!("unreadable request: {error}"));
        let record = events::decode(payload).map_err(|error| unreadable(&error))?;
        let Envelope { tenant_id, event_id, .. } = record.envelope;
        let request: GenerationRequested =
            serde_json::from_value(record.payload).map_err(|error| unreadable(&error))?;
        Ok(Self {
            tenant: tenant_id,
            session: request.session_id,
            generation: request.generation_id,
            cause: event_id.to_string(),
            traceparent: traceparent.map(str::to_owned),
            conversation: None,
        })
    }

    /// The same, as a step of its trace.
    pub fn traced(self) -> (Step, Self) {
        let mut step = Step::begin(Kind::Consumer, "answer", self.traceparent.as_deref());
        step.note("atelier.session.id", self.session.to_string());
        step.note("atelier.generation.id", self.generation.to_string());
        let traceparent = step.traceparent().or(self.traceparent);
        (step, Self { traceparent, ..self })
    }

    pub fn load(&self) -> LoadConversationRequest {
        LoadConversationRequest {
            tenant_id: self.tenant.to_string(),
            session_id: self.session.to_string(),
            generation_id: self.generation.to_string(),
        }
    }
}

/// What the model is told, what its edits apply to, and whose keys seal its words.
pub struct Brief {
    pub prompt: llm::Request,
    pub digest: String,
    pub files: BTreeMap<String, String>,
    pub owners: KeyOwners,
}

impl Brief {
    pub fn new(loaded: LoadConversationResponse, worker: &Worker) -> Result<Self, Failure> {
        let id = |what: &str| Failure::Permanent(format!("the session has no valid {what}"));
        let owners = KeyOwners {
            texts: loaded.owner.parse::<UserId>().map_err(|_| id("owner"))?.into(),
            project: Some(loaded.project_id.parse().map_err(|_| id("project"))?),
        };
        let files: BTreeMap<_, _> = loaded.files.into_iter().map(|file| (file.path, file.content)).collect();
        let turns = loaded.turns.into_iter().map(|turn| Turn { role: role(&turn.role), content: turn.content });
        let conversation = Conversation {
            turns: turns.collect(),
            files: files.iter().map(|(path, content)| (path.clone(), content.clone())).collect(),
        };
        let limit = Some(loaded.token_limit).filter(|limit| *limit > 0);
        let messages = llm::messages_within(&conversation, budget::prompt_chars(limit, worker.context_chars));
        let digest = llm::prompt_digest(&messages);
        let max_tokens = budget::answer_tokens(limit, worker.config.max_tokens, &messages);
        let prompt = llm::Request { model: loaded.model, messages, max_tokens, temperature: worker.config.temperature };
        Ok(Self { prompt, digest, files, owners })
    }
}

fn role(name: &str) -> Role {
    if name == "assistant" { Role::Assistant } else { Role::User }
}
