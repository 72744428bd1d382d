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

/// Columns rather than rows: they are sent as arrays.
#[derive(Default)]
pub struct Batch {
    pub event_ids: Vec<String>,
    pub event_types: Vec<&'static str>,
    pub payloads: Vec<Value>,
    pub schema_ids: Vec<i32>,
    pub digests: Vec<Vec<u8>>,
}

impl Batch {
    /// `sealer` is missing only where nothing is personal.
    pub fn of<E: Event>(place: &Place<'_>, sealer: Option<&Sealer>, events: &[E]) -> Result<Self, Error> {
        let mut batch = Self::default();
        for (event, sequence) in events.iter().zip(place.after + 1..) {
            batch.add(place, sealer, event, sequence)?;
        }
        Ok(batch)
    }

    pub const fn is_empty(&self) -> bool {
        self.event_ids.is_empty()
    }

    fn add<E: Event>(
        &mut self,
        place: &Place<'_>,
        sealer: Option<&Sealer>,
        event: &E,
        sequence: i64,
    ) -> Result<(), Error> {
        let event_type = event.event_type();
        let mut payload = event.payload();
        if let Some(sealer) = sealer {
            sealer.seal(&mut payload, place.aggregate_id)?;
        }
        let contract =
            events::latest(event_type).ok_or_else(|| Error::Corrupt(format!("{event_type} has no schema")))?;
        let envelope = place.envelope(sequence);
        let record = contract.encode(&envelope, &payload).map_err(|error| Error::Corrupt(error.to_string()))?;
        self.event_ids.push(envelope.event_id.to_string());
        self.event_types.push(event_type);
        self.payloads.push(payload);
        self.schema_ids.push(contract.id as i32);
        self.digests.push(events::digest(&record).to_vec());
        Ok(())
    }
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
