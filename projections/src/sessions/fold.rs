//! Events to rows, in memory.

use std::collections::{BTreeMap, BTreeSet};

use domain::session::{Event, GenerationStarted, VersionRestored};
use domain::{FileChange, GenerationId};
use sqlx::PgConnection;

use super::changes::net;
use super::derive::{Derived, What};
use super::end::End;
use super::new::{by_user, derived, file, opened, prompt, queued};
use super::rows::{FileRow, GenerationRow, MessageRow, SessionRow, VersionRow};
use crate::fact::{Error, Fact, ids, is_next};
use crate::text::storable;

/// The rows that a batch reads and changes.
#[derive(Debug, Default)]
pub(super) struct Fold {
    pub sessions: BTreeMap<String, SessionRow>,
    pub generations: BTreeMap<String, GenerationRow>,
    pub messages: Vec<MessageRow>,
    pub versions: Vec<VersionRow>,
    pub files: Vec<FileRow>,
    pub derived: Vec<Derived>,
}

impl Fold {
    pub(super) async fn load(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<Self> {
        let sessions: Vec<SessionRow> = sqlx::query_as(
            "select id, tenant_id, project_id, owner, title, erased, head, active_generation_id, active_attempt,
                    active_status, created_at, updated_at, deleted_at, version
             from sessions where id = any($1)",
        )
        .bind(ids(facts))
        .fetch_all(&mut *tx)
        .await?;
        let generations = load_generations(tx, facts).await?;
        Ok(Self {
            sessions: sessions.into_iter().map(|row| (row.id.clone(), row)).collect(),
            generations: generations.into_iter().map(|row| (row.id.clone(), row)).collect(),
            ..Self::default()
        })
    }

    pub(super) fn fold(&mut self, fact: &Fact<Event>) -> Result<(), Error> {
        if !is_next(fact, self.sessions.get(&fact.id).map_or(0, |row| row.version))? {
            return Ok(());
        }
        if let Event::SessionOpened(event) = &fact.event {
            self.sessions.insert(fact.id.clone(), opened(fact, event));
        }
        self.with(fact)?;
        let session = self.session(fact)?;
        session.updated_at = fact.at;
        session.version = fact.sequence;
        Ok(())
    }

    fn with(&mut self, fact: &Fact<Event>) -> Result<(), Error> {
        match &fact.event {
            Event::SessionOpened(_) => {}
            Event::SessionRenamed(event) => {
                let session = self.session(fact)?;
                session.erased = event.private.is_none();
                session.title = event.private.as_ref().map(|title| storable(&title.new)).unwrap_or_default();
            }
            Event::SessionDeleted(_) => self.session(fact)?.deleted_at = Some(fact.at),
            Event::SessionErased(event) => {
                let session = self.session(fact)?;
                (session.title, session.erased) = (String::new(), true);
                match event.to {
                    Some(to) => session.owner = to.to_string(),
                    None => session.deleted_at = session.deleted_at.or(Some(fact.at)),
                }
                self.derived.push(derived(fact, 0, What::Forgotten { files: event.to.is_none() }));
            }
            Event::MessagePosted(event) => self.messages.push(prompt(fact, event)),
            Event::GenerationQueued(event) => {
                self.generations.insert(event.generation_id.to_string(), queued(fact, event));
            }
            Event::GenerationRequested(event) => self.turn(fact, event.generation_id)?,
            Event::GenerationStarted(event) => self.started(fact, event)?,
            Event::AttemptAbandoned(event) => self.now(fact, event.generation_id, "requested")?,
            Event::CancellationRequested(event) => self.now(fact, event.generation_id, "cancelling")?,
            Event::GenerationCompleted(event) => self.ended(fact, &End::completed(event))?,
            Event::GenerationFailed(event) => self.ended(fact, &End::failed(event))?,
            Event::GenerationCancelled(event) => self.ended(fact, &End::cancelled(event))?,
            Event::FilesImported(event) => {
                self.session(fact)?.head = event.number;
                let base = event.base_version;
                let changes = event.private_files.as_deref();
                self.versions.push(VersionRow { base, erased: changes.is_none(), ..by_user(fact, event.number) });
                self.changed(fact, event.number, changes.unwrap_or_default());
            }
            Event::VersionRestored(event) => self.restored(fact, event)?,
        }
        Ok(())
    }

    fn session(&mut self, fact: &Fact<Event>) -> Result<&mut SessionRow, Error> {
        self.sessions.get_mut(&fact.id).ok_or_else(|| unknown(fact, "session"))
    }

    /// The generation an event is about, marked as changed by it.
    fn generation(&mut self, fact: &Fact<Event>, id: GenerationId) -> Result<&mut GenerationRow, Error> {
        let row = self.generations.get_mut(&id.to_string()).ok_or_else(|| unknown(fact, "generation"))?;
        row.updated_at = fact.at;
        row.version = fact.sequence;
        Ok(row)
    }

    fn turn(&mut self, fact: &Fact<Event>, id: GenerationId) -> Result<(), Error> {
        "requested".clone_into(&mut self.generation(fact, id)?.status);
        let session = self.session(fact)?;
        session.active_generation_id = Some(id.to_string());
        session.active_attempt = Some(0);
        session.active_status = Some("requested".to_owned());
        Ok(())
    }

    fn started(&mut self, fact: &Fact<Event>, event: &GenerationStarted) -> Result<(), Error> {
        let generation = self.generation(fact, event.generation_id)?;
        generation.attempt = event.attempt;
        generation.model = Some(storable(&event.model));
        generation.provider = Some(storable(&event.provider));
        generation.started_at = Some(fact.at);
        self.session(fact)?.active_attempt = Some(event.attempt);
        self.now(fact, event.generation_id, "started")
    }

    fn now(&mut self, fact: &Fact<Event>, id: GenerationId, status: &str) -> Result<(), Error> {
        status.clone_into(&mut self.generation(fact, id)?.status);
        self.session(fact)?.active_status = Some(status.to_owned());
        Ok(())
    }

    fn ended(&mut self, fact: &Fact<Event>, end: &End<'_>) -> Result<(), Error> {
        let generation = self.generation(fact, end.generation_id)?;
        end.mark(fact, generation);
        let answer = end.message(fact, generation);
        self.messages.push(answer);
        self.retire(fact, end)?;
        if let Some(number) = end.number {
            self.answered(fact, end, number);
        }
        Ok(())
    }

    /// It runs no more, and the head moves to what it made.
    fn retire(&mut self, fact: &Fact<Event>, end: &End<'_>) -> Result<(), Error> {
        let session = self.session(fact)?;
        if session.active_generation_id.as_deref() == Some(&end.generation_id.to_string()) {
            session.active_generation_id = None;
            session.active_attempt = None;
            session.active_status = None;
        }
        session.head = end.number.unwrap_or(session.head);
        Ok(())
    }

    fn answered(&mut self, fact: &Fact<Event>, end: &End<'_>, number: i32) {
        self.versions.push(VersionRow {
            author: "model",
            generation_id: Some(end.generation_id.to_string()),
            erased: end.changes.is_none(),
            ..by_user(fact, number)
        });
        self.changed(fact, number, end.changes.unwrap_or_default());
    }

    fn restored(&mut self, fact: &Fact<Event>, event: &VersionRestored) -> Result<(), Error> {
        self.session(fact)?.head = event.number;
        let restored_from = Some(event.restored);
        self.versions.push(VersionRow { base: event.old, restored_from, ..by_user(fact, event.number) });
        self.derived.push(derived(fact, event.number, What::Restored(event.restored)));
        Ok(())
    }

    fn changed(&mut self, fact: &Fact<Event>, number: i32, changes: &[FileChange]) {
        for (path, net) in net(changes) {
            if net.is_unchanged(path) {
                continue;
            }
            let row = file(fact, number, path, net.written);
            if net.sources.is_empty() {
                self.files.push(row);
            } else {
                let sources = net.sources.into_iter().map(storable).collect();
                self.derived.push(derived(fact, number, What::Moved { sources, or: row }));
            }
        }
    }
}

fn unknown(fact: &Fact<Event>, what: &'static str) -> Error {
    Error::Unknown { id: fact.id.clone(), sequence: fact.sequence, what }
}

async fn load_generations(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<Vec<GenerationRow>> {
    let wanted: BTreeSet<String> = facts.iter().filter_map(|fact| changes_generation(&fact.event)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "select id, tenant_id, session_id, message_id, status, position, attempt, model, provider, number,
                finish_reason, prompt_digest, usage, cost, error_code, retryable, started_at, ended_at, created_at,
                updated_at, version
         from generations where id = any($1)",
    )
    .bind(wanted.into_iter().collect::<Vec<_>>())
    .fetch_all(tx)
    .await
}

fn changes_generation(event: &Event) -> Option<String> {
    let id = match event {
        Event::GenerationRequested(event) => event.generation_id,
        Event::GenerationStarted(event) => event.generation_id,
        Event::AttemptAbandoned(event) => event.generation_id,
        Event::CancellationRequested(event) => event.generation_id,
        Event::GenerationCompleted(event) => event.generation_id,
        Event::GenerationFailed(event) => event.generation_id,
        Event::GenerationCancelled(event) => event.generation_id,
        Event::SessionOpened(_)
        | Event::SessionRenamed(_)
        | Event::SessionDeleted(_)
        | Event::SessionErased(_)
        | Event::MessagePosted(_)
        | Event::GenerationQueued(_)
        | Event::FilesImported(_)
        | Event::VersionRestored(_) => return None,
    };
    Some(id.to_string())
}
