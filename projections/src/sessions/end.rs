//! The one terminal event of a generation, whichever of the three it is.

use domain::session::{Answer, Event, GenerationCancelled, GenerationCompleted, GenerationFailed, Outcome};
use domain::{FileChange, GenerationId};
use serde_json::Value;

use super::rows::{GenerationRow, MessageRow};
use crate::fact::Fact;
use crate::text::storable;

/// How a generation ended.
pub(super) struct End<'a> {
    pub generation_id: GenerationId,
    status: &'static str,
    attempt: i32,
    pub number: Option<i32>,
    outcome: Option<&'a Outcome>,
    answer: Option<&'a Answer>,
    pub changes: Option<&'a [FileChange]>,
    error: Option<(&'a str, bool)>,
}

impl<'a> End<'a> {
    pub(super) fn completed(event: &'a GenerationCompleted) -> Self {
        Self {
            generation_id: event.generation_id,
            status: "completed",
            attempt: event.attempt,
            number: event.number,
            outcome: Some(&event.outcome),
            answer: event.private.as_ref(),
            changes: event.private_files.as_deref(),
            error: None,
        }
    }

    pub(super) fn failed(event: &'a GenerationFailed) -> Self {
        Self {
            generation_id: event.generation_id,
            status: "failed",
            attempt: event.attempt,
            number: event.number,
            outcome: event.outcome.as_ref(),
            answer: event.private.as_ref(),
            changes: event.private_files.as_deref(),
            error: Some((&event.code, event.retryable)),
        }
    }

    pub(super) fn cancelled(event: &'a GenerationCancelled) -> Self {
        Self {
            generation_id: event.generation_id,
            status: "cancelled",
            attempt: event.attempt,
            number: event.number,
            outcome: event.outcome.as_ref(),
            answer: event.private.as_ref(),
            changes: event.private_files.as_deref(),
            error: None,
        }
    }

    pub(super) fn mark(&self, fact: &Fact<Event>, row: &mut GenerationRow) {
        self.status.clone_into(&mut row.status);
        row.attempt = self.attempt.max(row.attempt);
        row.number = self.number;
        row.ended_at = Some(fact.at);
        row.error_code = self.error.map(|(code, _)| storable(code));
        row.retryable = self.error.map(|(_, retryable)| retryable);
        if let Some(outcome) = self.outcome {
            row.model = Some(storable(&outcome.model));
            row.provider = Some(storable(&outcome.provider));
            row.finish_reason = Some(storable(&outcome.finish_reason));
            row.prompt_digest = Some(storable(&outcome.prompt_digest));
            row.usage = json(&outcome.usage);
            row.cost = json(&outcome.cost);
        }
    }

    pub(super) fn message(&self, fact: &Fact<Event>, row: &GenerationRow) -> MessageRow {
        let answer = self.answer.cloned().unwrap_or_default();
        MessageRow {
            id: self.generation_id.answer().to_string(),
            tenant_id: row.tenant_id.clone(),
            session_id: row.session_id.clone(),
            role: "assistant",
            position: row.position,
            content: storable(&answer.explanation),
            reasoning: storable(&answer.reasoning),
            // An answer that never began has no texts to erase.
            erased: self.answer.is_none() && self.outcome.is_some(),
            generation_id: row.id.clone(),
            model: row.model.clone(),
            provider: row.provider.clone(),
            status: row.status.clone(),
            number: row.number,
            usage: row.usage.clone(),
            cost: row.cost.clone(),
            error_code: row.error_code.clone(),
            retryable: row.retryable,
            created_at: fact.at,
            version: fact.sequence,
        }
    }
}

fn json(value: &impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(value).ok()
}
