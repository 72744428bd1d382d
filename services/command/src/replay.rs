//! A finished answer, as its events tell it: deterministic, and without a model.

use domain::session::Event;
use domain::{Event as _, GenerationId, Session, SessionId};
use events::Envelope;
use rpc::command::v1::{ReplayGenerationRequest, ReplayGenerationResponse, ReplayedEvent};
use rpc::identity::Claims;
use tonic::Status;

use crate::Commands;
use crate::error::{parse, status};

pub async fn generation(
    commands: &Commands,
    claims: &Claims,
    request: ReplayGenerationRequest,
) -> Result<ReplayGenerationResponse, Status> {
    let (user, tenant) = claims.require_person()?;
    let session: SessionId = parse(&request.session_id)?;
    let generation: GenerationId = parse(&request.generation_id)?;
    let id = session.to_string();
    commands.session_of(tenant, user, session).await?;
    let history = commands.store.history::<Session>(tenant, &id).await.map_err(status)?;
    let events = of_generation(&history, generation).into_iter().map(replayed).collect();
    Ok(ReplayGenerationResponse { tenant_id: tenant.to_string(), events })
}

type Past = (Envelope, Event);

/// Nothing unless it has ended; of its attempts only the one that counted.
fn of_generation(history: &[Past], generation: GenerationId) -> Vec<&Past> {
    let attempt = history.iter().find_map(|(_, event)| match event {
        Event::GenerationCompleted(e) if e.generation_id == generation => Some(e.attempt),
        Event::GenerationFailed(e) if e.generation_id == generation => Some(e.attempt),
        Event::GenerationCancelled(e) if e.generation_id == generation => Some(e.attempt),
        _ => None,
    });
    let Some(attempt) = attempt else { return Vec::new() };
    let is_told = |event: &Event| match event {
        Event::MessagePosted(e) => e.generation_id == generation,
        Event::GenerationQueued(e) => e.generation_id == generation,
        Event::GenerationStarted(e) => e.generation_id == generation && e.attempt == attempt,
        Event::GenerationCompleted(e) => e.generation_id == generation,
        Event::GenerationFailed(e) => e.generation_id == generation,
        Event::GenerationCancelled(e) => e.generation_id == generation,
        _ => false,
    };
    history.iter().filter(|(_, event)| is_told(event)).collect()
}

fn replayed((envelope, event): &Past) -> ReplayedEvent {
    ReplayedEvent {
        event_id: envelope.event_id.to_string(),
        event_type: event.event_type().to_owned(),
        sequence: envelope.sequence,
        occurred_at_micros: envelope.occurred_at.timestamp_micros(),
        actor: envelope.actor.clone(),
        payload: event.payload().to_string(),
    }
}
