//! The events of one command on their way into rows: sealed, encoded, digested.

use chrono::{DateTime, Utc};
use domain::{Event, EventId};
use events::Envelope;
use keys::Sealer;
use serde_json::Value;

use crate::{Call, Error};

/// Where the events of a command belong.
pub struct Place<'a> {
    pub call: &'a Call,
    pub aggregate_type: &'static str,
    pub aggregate_id: &'a str,
    /// The version they build on.
    pub after: i64,
    pub at: DateTime<Utc>,
}

/// What one event is stored as, beside what all of its command share.
pub struct Row {
    pub sequence: i64,
    pub event_type: &'static str,
    pub payload: Value,
    pub event_id: String,
    pub schema_id: i32,
    pub digest: [u8; 32],
}

impl Row {
    /// `sealer` is missing only where nothing is personal.
    fn of<E: Event>(place: &Place<'_>, sealer: Option<&Sealer>, event: &E, sequence: i64) -> Result<Self, Error> {
        let event_type = event.event_type();
        let mut payload = event.payload();
        if let Some(sealer) = sealer {
            sealer.seal(&mut payload, place.aggregate_id)?;
        }
        let contract =
            events::latest(event_type).ok_or_else(|| Error::Corrupt(format!("{event_type} has no schema")))?;
        let envelope = place.envelope(sequence);
        let record = contract.encode(&envelope, &payload).map_err(|error| Error::Corrupt(error.to_string()))?;
        let (event_id, digest) = (envelope.event_id.to_string(), events::digest(&record));
        Ok(Self { sequence, event_type, payload, event_id, schema_id: contract.id as i32, digest })
    }
}

/// The rows of a command's events, in their order.
pub fn of<E: Event>(place: &Place<'_>, sealer: Option<&Sealer>, events: &[E]) -> Result<Vec<Row>, Error> {
    events.iter().zip(place.after + 1..).map(|(event, sequence)| Row::of(place, sealer, event, sequence)).collect()
}

impl Place<'_> {
    fn envelope(&self, sequence: i64) -> Envelope {
        Envelope {
            event_id: EventId::generate(),
            tenant_id: self.call.tenant,
            aggregate_type: self.aggregate_type.to_owned(),
            aggregate_id: self.aggregate_id.to_owned(),
            sequence,
            occurred_at: self.at,
            actor: self.call.actor.clone(),
            correlation_id: self.call.correlation_id.clone(),
            causation_id: self.call.causation_id.clone(),
        }
    }
}
