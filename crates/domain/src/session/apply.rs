//! Where an event leaves a session.

use crate::{GenerationId, UserId, WorkerId};

use super::event::{AbandonReason, Event};
use super::state::{Identity, Phase, Queued, Running, Session};

impl Session {
    pub(super) fn applied(mut self, event: &Event) -> Self {
        match event {
            Event::SessionOpened(e) => {
                self.identity = Some(Identity { session_id: e.session_id, project_id: e.project_id, owner: e.owner });
                self.title = e.private.clone().unwrap_or_default().title;
            }
            Event::SessionRenamed(e) => self.title = e.private.clone().map(|t| t.new).unwrap_or_default(),
            Event::SessionDeleted(_) => self.deleted = true,
            Event::SessionErased(e) => self.forgotten(e.to),
            Event::MessagePosted(_) => {}
            Event::GenerationQueued(e) => self.queue.push_back(Queued {
                generation_id: e.generation_id,
                message_id: e.message_id,
                model: e.model.clone(),
            }),
            Event::GenerationRequested(e) => {
                self.queue.retain(|queued| queued.generation_id != e.generation_id);
                self.running = Some(Running {
                    generation_id: e.generation_id,
                    message_id: e.message_id,
                    attempt: 0,
                    lost: 0,
                    phase: Phase::Requested,
                });
            }
            Event::GenerationStarted(e) => self.started(e.generation_id, e.attempt, e.worker_id),
            Event::AttemptAbandoned(e) => self.released(e.generation_id, e.reason),
            Event::CancellationRequested(e) => self.cancelling(e.generation_id),
            Event::GenerationCompleted(e) => self.ended(e.generation_id, e.number),
            Event::GenerationFailed(e) => self.ended(e.generation_id, e.number),
            Event::GenerationCancelled(e) => self.ended(e.generation_id, e.number),
            Event::FilesImported(e) => self.head = e.number as u32,
            Event::VersionRestored(e) => self.head = e.number as u32,
        }
        self
    }

    fn forgotten(&mut self, to: Option<UserId>) {
        self.title = String::new();
        match (&mut self.identity, to) {
            (Some(identity), Some(to)) => identity.owner = to,
            _ => (self.deleted, self.erased) = (true, true),
        }
    }

    fn started(&mut self, generation_id: GenerationId, attempt: i32, worker: WorkerId) {
        if let Some(running) = self.running_mut(generation_id) {
            running.attempt = attempt;
            running.phase = Phase::Started { worker };
        }
    }

    fn released(&mut self, generation_id: GenerationId, reason: AbandonReason) {
        if let Some(running) = self.running_mut(generation_id) {
            running.lost += u32::from(reason == AbandonReason::WorkerLost);
            running.phase = Phase::Requested;
        }
    }

    fn cancelling(&mut self, generation_id: GenerationId) {
        if let Some(running) = self.running_mut(generation_id)
            && let Some(worker) = running.worker()
        {
            running.phase = Phase::Cancelling { worker };
        }
    }

    fn ended(&mut self, generation_id: GenerationId, number: Option<i32>) {
        self.running.take_if(|running| running.generation_id == generation_id);
        self.queue.retain(|queued| queued.generation_id != generation_id);
        self.over.insert(generation_id);
        self.head = number.map_or(self.head, |number| number as u32);
    }

    fn running_mut(&mut self, generation_id: GenerationId) -> Option<&mut Running> {
        self.running.as_mut().filter(|running| running.generation_id == generation_id)
    }
}
