//! What happens if a command arrives now: one line per command, and a file per kind of them.

mod erasing;
mod files;
mod generation;
mod guests;
mod opening;
mod prompts;

use chrono::{DateTime, Utc};

use crate::aggregate::{Aggregate, KeyOwners};
use crate::{GenerationId, Rejection, UserId};

use super::command::Command;
use super::event::{CancellationRequested, Event, GenerationCancelled};
use super::state::{Identity, Running, Session};
use generation::End;

type Decision = Result<Vec<Event>, Rejection>;

impl Aggregate for Session {
    const TYPE: &'static str = "session";
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: Command, now: DateTime<Utc>) -> Decision {
        match command {
            Command::Open { session_id, project_id, owner, title } => {
                self.open(Identity { session_id, project_id, owner }, title)
            }
            Command::Rename { by, title } => self.rename(by, title),
            Command::Delete { by } => self.delete(by),
            Command::ErasePerson { person, to } => self.erase_person(person, to),

            Command::Post { by, message_id, generation_id, content, model, base_version } => {
                self.post(by, (message_id, generation_id), content, model, base_version)
            }
            Command::PostOverBudget { by, whose } => self.require_owner(by).and(Err(Rejection::OverBudget(whose))),
            Command::Cancel { by, generation_id } => self.cancel(by, generation_id),

            Command::Guest { role, command } => self.as_guest(role, *command, now),
            Command::Start { generation_id, worker, model, provider, previous } => {
                self.start(generation_id, worker, (model, provider), previous)
            }
            Command::Abandon { generation_id, attempt, reason, usage } => {
                self.abandon(generation_id, attempt, reason, usage)
            }
            Command::Complete { generation_id, attempt, outcome, answer, changes } => {
                self.complete(End { generation_id, attempt, outcome, answer, changes })
            }
            Command::Fail { generation_id, attempt, code, retryable, outcome, answer, changes } => {
                self.fail(End { generation_id, attempt, outcome, answer, changes }, code, retryable)
            }
            Command::EndCancelled { generation_id, attempt, outcome, answer, changes } => {
                self.end_cancelled(End { generation_id, attempt, outcome, answer, changes })
            }
            Command::GiveUp { generation_id } => self.give_up(generation_id),

            Command::Import { by, base_version, changes } => self.import(by, base_version, changes),
            Command::Restore { by, version } => self.restore(by, version),
        }
    }

    fn apply(self, event: &Event) -> Self {
        self.applied(event)
    }

    fn owners(&self) -> Option<KeyOwners> {
        let identity = self.identity?;
        Some(KeyOwners { texts: identity.owner.into(), project: Some(identity.project_id) })
    }
}

fn never_started(identity: Identity, generation_id: GenerationId) -> Event {
    never_started_fields(identity, generation_id).into()
}

/// Nobody holds it: the last attempt, if there was one, has nothing more to say.
fn stopped(identity: Identity, running: &Running) -> Event {
    let fields = never_started_fields(identity, running.generation_id);
    GenerationCancelled { attempt: running.attempt, ..fields }.into()
}

const fn never_started_fields(identity: Identity, generation_id: GenerationId) -> GenerationCancelled {
    GenerationCancelled {
        session_id: identity.session_id,
        generation_id,
        attempt: 0,
        number: None,
        outcome: None,
        private: None,
        private_files: None,
    }
}

fn cancellation(identity: Identity, running: &Running, by: UserId) -> Event {
    CancellationRequested {
        session_id: identity.session_id,
        generation_id: running.generation_id,
        attempt: running.attempt,
        by,
    }
    .into()
}

fn within(text: &str, limit: usize) -> Result<(), Rejection> {
    let length = text.chars().count();
    if length > limit { Err(Rejection::TooLong { length, limit }) } else { Ok(()) }
}
