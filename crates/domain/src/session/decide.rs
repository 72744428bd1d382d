//! What happens if a command arrives now. The match below is the state diagram.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::aggregate::{Aggregate, KeyOwners};
use crate::{
    FileChange, GenerationId, MAX_CHANGE_BYTES, MAX_FILE_BYTES, MessageId, Rejection, Usage, UserId, WorkerId,
    validate_path,
};

use super::command::{Command, Previous};
use super::event::{
    AbandonReason, AttemptAbandoned, CancellationRequested, Event, FilesImported, GenerationCancelled,
    GenerationCompleted, GenerationFailed, GenerationQueued, GenerationRequested, GenerationStarted, MessagePosted,
    Prompt, SessionDeleted, SessionOpened, SessionRenamed, Title, TitleChange, VersionRestored,
};
use super::state::{Identity, Phase, Running, Session};
use super::{MAX_IMPORT_FILES, MAX_PROMPT, MAX_QUEUE, MAX_TITLE};

type Decision = Result<Vec<Event>, Rejection>;

impl Aggregate for Session {
    const TYPE: &'static str = "session";
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: Command, _now: DateTime<Utc>) -> Decision {
        match command {
            Command::Open { session_id, project_id, owner, title } => {
                self.open(Identity { session_id, project_id, owner }, title)
            }
            Command::Rename { by, title } => self.rename(by, title),
            Command::Delete { by } => self.delete(by),
            Command::Post { by, message_id, generation_id, content, model, base_version } => {
                self.post(by, (message_id, generation_id), content, model, base_version)
            }
            Command::Cancel { by, generation_id } => self.cancel(by, generation_id),
            Command::Start { generation_id, worker, model, provider, previous } => {
                self.start(generation_id, worker, (model, provider), previous)
            }
            Command::Abandon { generation_id, attempt, reason, usage } => {
                self.abandon(generation_id, attempt, reason, usage)
            }
            Command::Complete { generation_id, attempt, outcome, answer, changes } => {
                let identity = self.current(generation_id, attempt)?;
                let completed = GenerationCompleted {
                    session_id: identity.session_id,
                    generation_id,
                    attempt,
                    number: self.next_number(&changes)?,
                    outcome,
                    private: Some(answer),
                    private_files: Some(changes),
                };
                Ok(self.end_with(identity, completed.into()))
            }
            Command::Fail { generation_id, attempt, code, retryable, outcome, answer, changes } => {
                let identity = self.current(generation_id, attempt)?;
                let failed = GenerationFailed {
                    session_id: identity.session_id,
                    generation_id,
                    attempt,
                    code,
                    retryable,
                    number: self.next_number(&changes)?,
                    outcome: Some(outcome),
                    private: Some(answer),
                    private_files: Some(changes),
                };
                Ok(self.end_with(identity, failed.into()))
            }
            Command::EndCancelled { generation_id, attempt, outcome, answer, changes } => {
                let identity = self.current(generation_id, attempt)?;
                let cancelled = GenerationCancelled {
                    session_id: identity.session_id,
                    generation_id,
                    attempt,
                    number: self.next_number(&changes)?,
                    outcome: Some(outcome),
                    private: Some(answer),
                    private_files: Some(changes),
                };
                Ok(self.end_with(identity, cancelled.into()))
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
        Some(KeyOwners { person: identity.owner, project: Some(identity.project_id) })
    }
}

impl Session {
    fn open(&self, identity: Identity, title: String) -> Decision {
        match self.identity {
            Some(existing) if existing == identity => return Ok(vec![]),
            Some(_) => return Err(Rejection::AlreadyExists),
            None => {}
        }
        within(&title, MAX_TITLE)?;
        let Identity { session_id, project_id, owner } = identity;
        Ok(vec![SessionOpened { session_id, project_id, owner, private: Some(Title { title }) }.into()])
    }

    fn rename(&self, by: UserId, title: String) -> Decision {
        let session_id = self.require_owner(by)?.session_id;
        if title.trim().is_empty() {
            return Err(Rejection::Required("title"));
        }
        within(&title, MAX_TITLE)?;
        if title == self.title {
            return Ok(vec![]);
        }
        let change = TitleChange { old: self.title.clone(), new: title };
        Ok(vec![SessionRenamed { session_id, private: Some(change) }.into()])
    }

    fn delete(&self, by: UserId) -> Decision {
        match self.identity {
            Some(identity) if identity.owner != by => Err(Rejection::NotYours),
            Some(_) if self.deleted => Ok(vec![]),
            Some(identity) => Ok(self.stop_everything(by, identity)),
            None => Err(Rejection::NotFound("session")),
        }
    }

    /// A deleted session answers nobody: what waits is cancelled, what runs is told to stop.
    fn stop_everything(&self, by: UserId, identity: Identity) -> Vec<Event> {
        let session_id = identity.session_id;
        let waiting = self.queue.iter().map(|queued| never_started(identity, queued.generation_id));
        let running = self.running.iter().filter_map(|running| match running.phase {
            Phase::Requested => Some(stopped(identity, running)),
            Phase::Started { .. } => Some(cancellation(identity, running, by)),
            Phase::Cancelling { .. } => None,
        });
        waiting.chain(running).chain([SessionDeleted { session_id }.into()]).collect()
    }

    fn post(
        &self,
        by: UserId,
        (message_id, generation_id): (MessageId, GenerationId),
        content: String,
        model: Option<String>,
        base_version: Option<u32>,
    ) -> Decision {
        let identity = self.require_owner(by)?;
        if self.knows(generation_id) {
            return Ok(vec![]);
        }
        self.admit(&content, base_version)?;
        let session_id = identity.session_id;
        let place = self.queue.len() as i32 + i32::from(self.running.is_some());
        let mut events = vec![
            MessagePosted {
                session_id,
                message_id,
                generation_id,
                author: by,
                base_version: self.head as i32,
                private: Some(Prompt { content }),
            }
            .into(),
            GenerationQueued { session_id, generation_id, message_id, model: model.clone(), place }.into(),
        ];
        if place == 0 {
            events.push(GenerationRequested { session_id, generation_id, message_id, model }.into());
        }
        Ok(events)
    }

    fn admit(&self, content: &str, base_version: Option<u32>) -> Result<(), Rejection> {
        if content.trim().is_empty() {
            return Err(Rejection::EmptyPrompt);
        }
        within(content, MAX_PROMPT)?;
        if self.queue.len() >= MAX_QUEUE {
            return Err(Rejection::QueueFull(self.queue.len()));
        }
        self.require_head(base_version.unwrap_or(self.head))
    }

    fn cancel(&self, by: UserId, generation_id: GenerationId) -> Decision {
        let identity = self.require_owner(by)?;
        if self.over.contains(&generation_id) {
            return Ok(vec![]);
        }
        if self.is_queued(generation_id) {
            return Ok(vec![never_started(identity, generation_id)]);
        }
        let running = self.is_running(generation_id).ok_or(Rejection::NotFound("generation"))?;
        Ok(match running.phase {
            Phase::Requested => self.cancel_orphan(identity, running),
            Phase::Started { .. } => vec![cancellation(identity, running, by)],
            Phase::Cancelling { .. } => vec![],
        })
    }

    fn start(
        &self,
        generation_id: GenerationId,
        worker: WorkerId,
        (model, provider): (String, String),
        previous: Previous,
    ) -> Decision {
        let (identity, running) = self.working_on(generation_id)?;
        let started = |attempt| {
            let session_id = identity.session_id;
            Event::from(GenerationStarted { session_id, generation_id, attempt, worker_id: worker, model, provider })
        };
        match (running.phase, previous) {
            (Phase::Requested, _) => Ok(vec![started(running.attempt + 1)]),
            // A holder that claims again has lost its attempt: it could not end it, or never heard that it had it.
            (Phase::Started { worker: holder }, _) if holder == worker => {
                Ok(vec![abandoned(identity, running, AbandonReason::Released), started(running.attempt + 1)])
            }
            (Phase::Cancelling { worker: holder }, _) if holder == worker => Ok(self.cancel_orphan(identity, running)),
            (Phase::Started { .. } | Phase::Cancelling { .. }, Previous::Alive) => Err(Rejection::StillRunning),
            (Phase::Started { .. }, Previous::Gone) => {
                Ok(vec![abandoned(identity, running, AbandonReason::WorkerLost), started(running.attempt + 1)])
            }
            (Phase::Cancelling { .. }, Previous::Gone) => Ok(self.cancel_orphan(identity, running)),
        }
    }

    fn abandon(&self, generation_id: GenerationId, attempt: i32, reason: AbandonReason, usage: Usage) -> Decision {
        let identity = self.current(generation_id, attempt)?;
        let session_id = identity.session_id;
        let abandoned = AttemptAbandoned { session_id, generation_id, attempt, reason, usage }.into();
        // Somebody pressed Stop: nobody is to take it on again.
        let orphan = self.running.iter().filter(|running| matches!(running.phase, Phase::Cancelling { .. }));
        let ending = orphan.flat_map(|running| self.cancel_orphan(identity, running));
        Ok(std::iter::once(abandoned).chain(ending).collect())
    }

    fn give_up(&self, generation_id: GenerationId) -> Decision {
        if self.over.contains(&generation_id) {
            return Ok(vec![]);
        }
        let (identity, running) = self.working_on(generation_id)?;
        if matches!(running.phase, Phase::Cancelling { .. }) {
            return Ok(self.cancel_orphan(identity, running));
        }
        let failed = GenerationFailed {
            session_id: identity.session_id,
            generation_id,
            attempt: running.attempt,
            code: "deadline_exceeded".to_owned(),
            retryable: true,
            number: None,
            outcome: None,
            private: None,
            private_files: None,
        };
        Ok(self.end_with(identity, failed.into()))
    }

    fn import(&self, by: UserId, base_version: u32, changes: Vec<FileChange>) -> Decision {
        let session_id = self.require_owner(by)?.session_id;
        self.require_head(base_version)?;
        if changes.is_empty() || changes.len() > MAX_IMPORT_FILES {
            return Err(Rejection::InvalidFile(format!("an import carries 1 to {MAX_IMPORT_FILES} files")));
        }
        let changes = normalised(changes)?;
        require_inline(&changes)?;
        Ok(vec![
            FilesImported {
                session_id,
                by,
                base_version: base_version as i32,
                number: self.head as i32 + 1,
                private_files: Some(changes),
            }
            .into(),
        ])
    }

    fn restore(&self, by: UserId, version: u32) -> Decision {
        let session_id = self.require_owner(by)?.session_id;
        if version == 0 || version > self.head {
            return Err(Rejection::UnknownVersion(version));
        }
        if version == self.head {
            return Ok(vec![]);
        }
        let (old, restored) = (self.head as i32, version as i32);
        Ok(vec![VersionRestored { session_id, by, old, restored, number: old + 1 }.into()])
    }

    /// The running answer, also in a session that was deleted meanwhile: what runs must be able to end.
    fn working_on(&self, generation_id: GenerationId) -> Result<(Identity, &Running), Rejection> {
        let identity = self.identity.ok_or(Rejection::NotFound("session"))?;
        if self.over.contains(&generation_id) {
            return Err(Rejection::GenerationOver);
        }
        let running = self.is_running(generation_id).ok_or(Rejection::NotFound("generation"))?;
        Ok((identity, running))
    }

    /// Refuses everyone but the holder of the current attempt.
    fn current(&self, generation_id: GenerationId, attempt: i32) -> Result<Identity, Rejection> {
        let (identity, running) = self.working_on(generation_id)?;
        if running.attempt == attempt && running.phase != Phase::Requested {
            Ok(identity)
        } else {
            Err(Rejection::NotCurrentAttempt(attempt))
        }
    }

    fn require_head(&self, base: u32) -> Result<(), Rejection> {
        if base == self.head { Ok(()) } else { Err(Rejection::StaleBase { base, head: self.head }) }
    }

    fn next_number(&self, changes: &[FileChange]) -> Result<Option<i32>, Rejection> {
        require_inline(changes)?;
        Ok((!changes.is_empty()).then_some(self.head as i32 + 1))
    }

    fn cancel_orphan(&self, identity: Identity, running: &Running) -> Vec<Event> {
        self.end_with(identity, stopped(identity, running))
    }

    /// A terminal event, and the turn of the next in the queue with it.
    fn end_with(&self, identity: Identity, terminal: Event) -> Vec<Event> {
        let next = self.queue.front().filter(|_| !self.deleted).map(|queued| {
            Event::from(GenerationRequested {
                session_id: identity.session_id,
                generation_id: queued.generation_id,
                message_id: queued.message_id,
                model: queued.model.clone(),
            })
        });
        std::iter::once(terminal).chain(next).collect()
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

fn abandoned(identity: Identity, running: &Running, reason: AbandonReason) -> Event {
    AttemptAbandoned {
        session_id: identity.session_id,
        generation_id: running.generation_id,
        attempt: running.attempt,
        reason,
        usage: Usage::default(),
    }
    .into()
}

fn require_inline(changes: &[FileChange]) -> Result<(), Rejection> {
    let sizes = || changes.iter().map(|change| (change, change.content.as_ref().map_or(0, String::len)));
    if let Some((change, _)) = sizes().find(|(_, size)| *size > MAX_FILE_BYTES) {
        return Err(Rejection::InvalidFile(format!("{} is larger than {MAX_FILE_BYTES} bytes", change.path)));
    }
    let all: usize = sizes().map(|(_, size)| size).sum();
    if all > MAX_CHANGE_BYTES {
        return Err(Rejection::InvalidFile(format!("the files are larger than {MAX_CHANGE_BYTES} bytes together")));
    }
    Ok(())
}

/// What a person sends in is under one normal name each, and no name twice.
fn normalised(changes: Vec<FileChange>) -> Result<Vec<FileChange>, Rejection> {
    let mut named = BTreeMap::new();
    for change in changes {
        let path = validate_path(&change.path).map_err(|bad| Rejection::InvalidFile(bad.to_string()))?;
        if named.insert(path.clone(), FileChange { path, ..change }).is_some() {
            return Err(Rejection::InvalidFile("a path is there twice".to_owned()));
        }
    }
    Ok(named.into_values().collect())
}

fn within(text: &str, limit: usize) -> Result<(), Rejection> {
    let length = text.chars().count();
    if length > limit { Err(Rejection::TooLong { length, limit }) } else { Ok(()) }
}
