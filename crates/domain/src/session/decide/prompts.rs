//! Prompts: posted, queued, and stopped by whoever may.

use crate::{GenerationId, MessageId, Rejection, UserId};

use super::{Decision, cancellation, never_started, within};
use crate::session::event::{GenerationQueued, GenerationRequested, MessagePosted, Prompt};
use crate::session::state::{Phase, Session};
use crate::session::{MAX_PROMPT, MAX_QUEUE};

impl Session {
    pub(super) fn post(
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

    pub(super) fn cancel(&self, by: UserId, generation_id: GenerationId) -> Decision {
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
}
