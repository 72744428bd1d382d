//! What a batch of records comes to: facts to fold, records to park, places to move.

use std::collections::BTreeMap;

use domain::{DecodeError, Event};
use events::Record;
use keys::Keys;
use projections::{Fact, Source};

use crate::consumer::Received;
use crate::offsets::Move;
use crate::parked::Parked;
use crate::places::{Place, Places};

/// Ready for its transaction.
pub(crate) struct Batch<E> {
    pub facts: Vec<Fact<E>>,
    pub parked: Vec<Parked>,
    /// Records that the relay sent again.
    pub repeats: usize,
    /// The places after the batch.
    pub places: BTreeMap<i32, Place>,
    pub moves: Vec<Move>,
}

/// Why a batch was not folded.
#[derive(Debug)]
pub(crate) enum Failure {
    /// One of its records is at fault, and trying again cannot help.
    Poison(String),
    /// Another owner has taken one of its partitions.
    Fenced,
    /// The records from our place to this offset did not come.
    Gap { partition: i32, offset: i64 },
    /// Postgres or the keys do not answer.
    Unavailable(anyhow::Error),
}

/// Decodes and opens the records that are new to `places`, in their order.
pub(crate) async fn read<E: Event>(places: &Places, keys: &Keys, received: &[Received]) -> Result<Batch<E>, Failure> {
    let is_new = |record: &&Received| places.get(record.partition).is_some_and(|place| record.offset >= place.next);
    let records: Vec<&Received> = received.iter().filter(is_new).collect();
    let mut decoded: Vec<_> = records.iter().map(|record| decode(record)).collect();
    open(keys, &mut decoded).await?;

    let mut batch = Batch::at(places, &records);
    for (record, decoded) in records.into_iter().zip(decoded) {
        let gone = places.is_known_gap(record.partition, record.offset);
        batch.take(record, decoded, gone)?;
    }
    batch.count_steps(places);
    Ok(batch)
}

impl<E: Event> Batch<E> {
    fn at(places: &Places, records: &[&Received]) -> Self {
        let touched =
            records.iter().filter_map(|record| Some((record.partition, places.get(record.partition)?.clone())));
        let places = touched.collect();
        Self { facts: Vec::new(), parked: Vec::new(), repeats: 0, places, moves: Vec::new() }
    }

    /// `gone`: it is known that the records right before this one do not exist.
    fn take(&mut self, record: &Received, decoded: Result<Record, String>, gone: bool) -> Result<(), Failure> {
        let Some(place) = self.places.get_mut(&record.partition) else { return Ok(()) };
        if record.offset < place.next {
            return Ok(()); // delivered twice
        }
        if record.offset > place.next && !gone {
            return Err(Failure::Gap { partition: record.partition, offset: record.offset });
        }
        place.next = record.offset + 1;
        let decoded = match (decoded, record.position()) {
            (Ok(_), Some(position)) if position <= place.last_position => {
                self.repeats += 1;
                return Ok(());
            }
            (Ok(decoded), Some(position)) => {
                place.last_position = position;
                Ok(decoded)
            }
            (Ok(_), None) => Err("it has no position".to_owned()),
            (Err(why), _) => Err(why),
        };
        if place.parked.contains(&record.key) {
            self.parked.push(Parked { record: record.clone(), reason: None });
            return Ok(());
        }
        match decoded.and_then(|decoded| fact(decoded, record)) {
            Ok(fact) => self.facts.push(fact),
            Err(why) => {
                place.parked.insert(record.key.clone());
                self.parked.push(Parked { record: record.clone(), reason: Some(why) });
            }
        }
        Ok(())
    }

    fn count_steps(&mut self, before: &Places) {
        let steps = self.places.iter().filter_map(|(partition, after)| {
            let Place { next: to, last_position, epoch, .. } = *after;
            Some(Move { partition: *partition, epoch, from: before.get(*partition)?.next, to, last_position })
        });
        self.moves = steps.collect();
    }
}

/// One record by itself, decoded and opened.
pub(crate) async fn read_one<E: Event>(keys: &Keys, record: &Received) -> Result<Fact<E>, Failure> {
    let mut decoded = [decode(record)];
    open(keys, &mut decoded).await?;
    let [decoded] = decoded;
    decoded.and_then(|decoded| fact(decoded, record)).map_err(Failure::Poison)
}

fn decode(record: &Received) -> Result<Record, String> {
    if let Some(why) = &record.condemned {
        return Err(why.clone());
    }
    let value = record.value.as_deref().ok_or("it has no value")?;
    events::decode(value).map_err(|error| error.to_string())
}

async fn open(keys: &Keys, decoded: &mut [Result<Record, String>]) -> Result<(), Failure> {
    let records = decoded.iter_mut().filter_map(|decoded| decoded.as_mut().ok());
    let payloads = records.map(|record| (&mut record.payload, record.envelope.aggregate_id.as_str()));
    keys.open_many(payloads).await.map_err(|error| match error {
        keys::Error::UnknownKey(_) | keys::Error::Altered(_) | keys::Error::Malformed(_) => {
            Failure::Poison(error.to_string())
        }
        error => Failure::Unavailable(error.into()),
    })
}

fn fact<E: Event>(record: Record, received: &Received) -> Result<Fact<E>, String> {
    let event = E::from_parts(record.event_type, record.payload).map_err(|error| match error {
        DecodeError::UnknownType(name) => format!("{name} does not belong to this topic"),
        // The cause may quote what a person wrote.
        DecodeError::Malformed { event_type, .. } => format!("malformed {event_type}"),
    })?;
    let envelope = record.envelope;
    let source = Source {
        event_id: envelope.event_id.to_string(),
        position: received.position().unwrap_or_default(),
        actor: envelope.actor,
        correlation_id: envelope.correlation_id,
        origin: received.header(bus::headers::ORIGIN).map(str::to_owned),
    };
    Ok(Fact {
        tenant: envelope.tenant_id,
        id: envelope.aggregate_id,
        sequence: envelope.sequence,
        at: envelope.occurred_at,
        event,
        source,
    })
}
