//! Facts about a session, as the browser sees them: the table of names and fields.

use domain::session::{Event, GenerationCancelled, GenerationCompleted, GenerationFailed, Outcome};
use domain::{Cost, FileChange};
use events::Envelope;
use serde_json::{Value, json};

use crate::cursor::Cursor;
use crate::frame::Frame;
use crate::item::{Body, Item, Milestone, Turn};
use crate::piece::done;

/// The item of an opened event; `None`: nobody who watches needs it.
pub fn item(cursor: &Cursor, envelope: &Envelope, event: &Event) -> Option<Item> {
    let (name, mut data) = shape(envelope, event)?;
    data["sequence"] = envelope.sequence.into();
    data["version"] = envelope.sequence.into();
    Some(Item {
        tenant: envelope.tenant_id,
        key_id: None,
        body: Body::Milestone(Milestone { sequence: envelope.sequence, turn: turn(event) }),
        frame: Frame::new(Some(cursor), name, &data),
    })
}

/// What something cost, without the price list it was computed with.
pub fn cost(cost: &Cost) -> Value {
    json!({ "amount": cost.amount, "currency": cost.currency })
}

fn turn(event: &Event) -> Turn {
    match event {
        Event::MessagePosted(e) => Turn::Asked { generation: e.generation_id },
        Event::GenerationQueued(e) => Turn::Asked { generation: e.generation_id },
        Event::GenerationStarted(e) => Turn::Began { generation: e.generation_id, attempt: e.attempt },
        Event::GenerationCompleted(e) => Turn::Over { generation: e.generation_id },
        Event::GenerationFailed(e) => Turn::Over { generation: e.generation_id },
        Event::GenerationCancelled(e) => Turn::Over { generation: e.generation_id },
        _ => Turn::Nothing,
    }
}

fn shape(envelope: &Envelope, event: &Event) -> Option<(&'static str, Value)> {
    Some(match event {
        Event::MessagePosted(e) => (
            "message",
            json!({
                "id": e.message_id, "role": "user", "generation_id": e.generation_id, "base_version": e.base_version,
                "content": e.private.as_ref().map(|prompt| &prompt.content), "created_at": envelope.occurred_at,
            }),
        ),
        Event::GenerationQueued(e) => (
            "generation.queued",
            json!({ "generation_id": e.generation_id, "message_id": e.message_id, "place": e.place }),
        ),
        Event::GenerationStarted(e) => (
            "generation.started",
            json!({
                "generation_id": e.generation_id, "attempt": e.attempt, "model": e.model, "provider": e.provider,
            }),
        ),
        Event::CancellationRequested(e) => {
            ("generation.cancelling", json!({ "generation_id": e.generation_id, "attempt": e.attempt }))
        }
        Event::AttemptAbandoned(e) => (
            "generation.abandoned",
            json!({ "generation_id": e.generation_id, "attempt": e.attempt, "reason": e.reason }),
        ),
        Event::GenerationCompleted(e) => ("generation.completed", completed(e)),
        Event::GenerationFailed(e) => ("generation.failed", failed(e)),
        Event::GenerationCancelled(e) => ("generation.cancelled", cancelled(e)),
        Event::SessionRenamed(e) => ("session.renamed", json!({ "title": e.private.as_ref().map(|title| &title.new) })),
        Event::SessionDeleted(_) => ("session.deleted", json!({})),
        Event::SessionErased(_) => ("session.erased", json!({})),
        Event::FilesImported(e) => ("version.created", json!({ "number": e.number, "author": "user" })),
        Event::VersionRestored(e) => {
            ("version.created", json!({ "number": e.number, "author": "user", "restored": e.restored }))
        }
        Event::SessionOpened(_) | Event::GenerationRequested(_) => return None,
    })
}

fn completed(e: &GenerationCompleted) -> Value {
    json!({
        "generation_id": e.generation_id, "attempt": e.attempt, "number": e.number,
        "files": files(e.private_files.as_deref()),
        "usage": e.outcome.usage, "cost": cost(&e.outcome.cost), "finish_reason": e.outcome.finish_reason,
    })
}

fn failed(e: &GenerationFailed) -> Value {
    json!({
        "generation_id": e.generation_id, "attempt": e.attempt, "number": e.number,
        "files": files(e.private_files.as_deref()),
        "code": e.code, "message": domain::failure::told(&e.code), "retryable": e.retryable,
        "usage": usage(e.outcome.as_ref()), "cost": e.outcome.as_ref().map(|outcome| cost(&outcome.cost)),
    })
}

fn cancelled(e: &GenerationCancelled) -> Value {
    let text = e.private.as_ref().is_some_and(|answer| !answer.explanation.is_empty());
    json!({
        "generation_id": e.generation_id, "attempt": e.attempt, "number": e.number,
        "files": files(e.private_files.as_deref()), "partial": text || e.number.is_some(),
        "usage": usage(e.outcome.as_ref()), "cost": e.outcome.as_ref().map(|outcome| cost(&outcome.cost)),
    })
}

fn usage(outcome: Option<&Outcome>) -> Value {
    outcome.map_or(Value::Null, |outcome| json!(outcome.usage))
}

fn files(changes: Option<&[FileChange]>) -> Value {
    let named = |change: &FileChange| match &change.from {
        Some(from) => json!({ "path": change.path, "op": done(change.op), "from": from }),
        None => json!({ "path": change.path, "op": done(change.op) }),
    };
    changes.unwrap_or_default().iter().map(named).collect()
}
