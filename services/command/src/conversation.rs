//! What a model is told: the turns up to one prompt, and the files at the session's head.

use std::collections::BTreeMap;

use domain::session::{Answer, Event, MessagePosted, Versions};
use domain::{GenerationId, Session, SessionId, TenantId};
use rpc::command::v1::{File, LoadConversationRequest, LoadConversationResponse, Turn};
use rpc::fault;
use rpc::identity::Claims;
use store::Executed;
use tonic::{Code, Status};

use crate::Commands;
use crate::error::{parse, status};

pub async fn load(
    commands: &Commands,
    claims: &Claims,
    request: LoadConversationRequest,
) -> Result<LoadConversationResponse, Status> {
    claims.require_service()?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let session: SessionId = parse(&request.session_id)?;
    let generation: GenerationId = parse(&request.generation_id)?;

    let history = commands.store.history::<Session>(tenant, &session.to_string()).await.map_err(status)?;
    let told = Conversation::default().and(history.iter().map(|(_, event)| event)).up_to(generation);
    let told = told.ok_or_else(|| fault(Code::NotFound, "not_found", "there is no such generation"))?;
    Ok(commands.bounded(told))
}

/// The conversation of a prompt that was just posted, if nothing was said before it and there are no files.
pub fn of_a_first_prompt(done: &Executed<Session>, generation: GenerationId) -> Option<LoadConversationResponse> {
    let Session { identity, head, over, queue, .. } = &done.state;
    let first = *head == 0 && over.is_empty() && queue.is_empty();
    let identity = (*identity).filter(|_| first)?;
    let (project_id, owner) = (identity.project_id.to_string(), identity.owner.to_string());
    Conversation { project_id, owner, ..Conversation::default() }.and(done.events.iter()).up_to(generation)
}

impl Commands {
    /// The same, with what the answer may use.
    pub(crate) fn bounded(&self, told: LoadConversationResponse) -> LoadConversationResponse {
        LoadConversationResponse { token_limit: self.budgets.per_answer(), ..told }
    }
}

#[derive(Default)]
struct Conversation {
    project_id: String,
    owner: String,
    prompts: Vec<MessagePosted>,
    models: BTreeMap<GenerationId, Option<String>>,
    /// An entry for each generation that is over; `None`: it left no text.
    answers: BTreeMap<GenerationId, Option<Answer>>,
    attempts: BTreeMap<GenerationId, i32>,
    versions: Versions,
}

impl Conversation {
    fn and<'a>(self, events: impl Iterator<Item = &'a Event>) -> Self {
        events.fold(self, Self::with)
    }

    fn with(mut self, event: &Event) -> Self {
        self.versions.apply(event);
        match event {
            Event::SessionOpened(e) => {
                self.project_id = e.project_id.to_string();
                self.owner = e.owner.to_string();
            }
            Event::MessagePosted(e) => self.prompts.push(e.clone()),
            Event::GenerationRequested(e) => {
                self.models.insert(e.generation_id, e.model.clone());
            }
            Event::GenerationStarted(e) => {
                self.attempts.insert(e.generation_id, e.attempt);
            }
            Event::GenerationCompleted(e) => self.answered(e.generation_id, e.private.as_ref()),
            Event::GenerationFailed(e) => self.answered(e.generation_id, e.private.as_ref()),
            Event::GenerationCancelled(e) => self.answered(e.generation_id, e.private.as_ref()),
            _ => {}
        }
        self
    }

    fn answered(&mut self, generation_id: GenerationId, answer: Option<&Answer>) {
        self.answers.insert(generation_id, answer.cloned());
    }

    fn up_to(self, generation: GenerationId) -> Option<LoadConversationResponse> {
        let last = self.prompts.iter().position(|prompt| prompt.generation_id == generation)?;
        let message_id = self.prompts.get(last)?.message_id.to_string();
        let turns = self.prompts.iter().take(last + 1).flat_map(|prompt| self.turns(prompt)).collect();
        Some(LoadConversationResponse {
            turns,
            head: self.versions.count() as u32,
            files: self.versions.head().into_iter().map(|(path, content)| File { path, content }).collect(),
            project_id: self.project_id,
            owner: self.owner,
            message_id,
            model: self.models.get(&generation).cloned().flatten(),
            over: self.answers.contains_key(&generation),
            attempts: self.attempts.get(&generation).copied().unwrap_or_default(),
            token_limit: 0,
        })
    }

    /// A prompt and, once there is one, its answer. Erased texts are left out.
    fn turns(&self, prompt: &MessagePosted) -> impl Iterator<Item = Turn> + use<> {
        let question = prompt.private.as_ref().map(|p| turn("user", &p.content));
        let answer = self.answers.get(&prompt.generation_id).and_then(Option::as_ref);
        let answer = answer.filter(|a| !a.explanation.is_empty()).map(|a| turn("assistant", &a.explanation));
        question.into_iter().chain(answer)
    }
}

fn turn(role: &str, content: &str) -> Turn {
    Turn { role: role.to_owned(), content: content.to_owned() }
}
