//! The life of an answer: attempts that start and are given back, and the one end it has.

use crate::{FileChange, GenerationId, Rejection, Usage, WorkerId};

use super::{Decision, stopped};
use crate::failure;
use crate::session::MAX_LOST_WORKERS;
use crate::session::command::Previous;
use crate::session::event::{
    AbandonReason, Answer, AttemptAbandoned, Event, GenerationCancelled, GenerationCompleted, GenerationFailed,
    GenerationRequested, GenerationStarted, Outcome,
};
use crate::session::state::{Identity, Phase, Running, Session};

/// What every end of an attempt carries.
pub(super) struct End {
    pub generation_id: GenerationId,
    pub attempt: i32,
    pub outcome: Outcome,
    pub answer: Answer,
    pub changes: Vec<FileChange>,
}

impl Session {
    pub(super) fn start(
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
            (Phase::Started { .. }, Previous::Gone) if running.lost + 1 >= MAX_LOST_WORKERS => {
                Ok(self.given_up(identity, running, failure::WORKER_LOST))
            }
            (Phase::Started { .. }, Previous::Gone) => {
                Ok(vec![abandoned(identity, running, AbandonReason::WorkerLost), started(running.attempt + 1)])
            }
            (Phase::Cancelling { .. }, Previous::Gone) => Ok(self.cancel_orphan(identity, running)),
        }
    }

    pub(super) fn abandon(
        &self,
        generation_id: GenerationId,
        attempt: i32,
        reason: AbandonReason,
        usage: Usage,
    ) -> Decision {
        let identity = self.current(generation_id, attempt)?;
        let session_id = identity.session_id;
        let abandoned = AttemptAbandoned { session_id, generation_id, attempt, reason, usage }.into();
        // Somebody pressed Stop: nobody is to take it on again.
        let orphan = self.running.iter().filter(|running| matches!(running.phase, Phase::Cancelling { .. }));
        let ending = orphan.flat_map(|running| self.cancel_orphan(identity, running));
        Ok(std::iter::once(abandoned).chain(ending).collect())
    }

    pub(super) fn complete(&self, end: End) -> Decision {
        let identity = self.current(end.generation_id, end.attempt)?;
        let completed = GenerationCompleted {
            session_id: identity.session_id,
            generation_id: end.generation_id,
            attempt: end.attempt,
            number: self.next_number(&end.changes)?,
            outcome: end.outcome,
            private: Some(end.answer),
            private_files: Some(end.changes),
        };
        Ok(self.end_with(identity, completed.into()))
    }

    pub(super) fn fail(&self, end: End, code: String, retryable: bool) -> Decision {
        let identity = self.current(end.generation_id, end.attempt)?;
        let failed = GenerationFailed {
            session_id: identity.session_id,
            generation_id: end.generation_id,
            attempt: end.attempt,
            code,
            retryable,
            number: self.next_number(&end.changes)?,
            outcome: Some(end.outcome),
            private: Some(end.answer),
            private_files: Some(end.changes),
        };
        Ok(self.end_with(identity, failed.into()))
    }

    pub(super) fn end_cancelled(&self, end: End) -> Decision {
        let identity = self.current(end.generation_id, end.attempt)?;
        let cancelled = GenerationCancelled {
            session_id: identity.session_id,
            generation_id: end.generation_id,
            attempt: end.attempt,
            number: self.next_number(&end.changes)?,
            outcome: Some(end.outcome),
            private: Some(end.answer),
            private_files: Some(end.changes),
        };
        Ok(self.end_with(identity, cancelled.into()))
    }

    pub(super) fn give_up(&self, generation_id: GenerationId) -> Decision {
        if self.over.contains(&generation_id) {
            return Ok(vec![]);
        }
        let (identity, running) = self.working_on(generation_id)?;
        if matches!(running.phase, Phase::Cancelling { .. }) {
            return Ok(self.cancel_orphan(identity, running));
        }
        Ok(self.given_up(identity, running, failure::DEADLINE_EXCEEDED))
    }

    fn given_up(&self, identity: Identity, running: &Running, code: &str) -> Vec<Event> {
        let failed = GenerationFailed {
            session_id: identity.session_id,
            generation_id: running.generation_id,
            attempt: running.attempt,
            code: code.to_owned(),
            retryable: true,
            number: None,
            outcome: None,
            private: None,
            private_files: None,
        };
        self.end_with(identity, failed.into())
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

    pub(super) fn cancel_orphan(&self, identity: Identity, running: &Running) -> Vec<Event> {
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
