//! From a record of the topic to what is sent of it.

use domain::session::Event;
use domain::{Event as _, GenerationId, SessionId};
use events::stream::{Chunk, Piece};
use events::{Record, StreamRecord};
use keys::Keys;
use serde_json::Value;

use crate::cursor::{Cursor, Epoch};
use crate::item::Item;
use crate::{milestone, piece};

/// Which session we read, and where it lives.
#[derive(Debug, Clone)]
pub struct Place {
    pub session: SessionId,
    pub epoch: Epoch,
    pub partition: i32,
}

impl Place {
    /// The cursor of a record; `None` before the partition's first one.
    pub fn cursor(&self, offset: i64) -> Option<Cursor> {
        (offset >= 0).then_some(Cursor { epoch: self.epoch, partition: self.partition, offset })
    }
}

/// What a record says to those who watch: nothing, if it is poison, erased, or not for them.
///
/// Fails only where trying again may help: the keys cannot be reached.
pub async fn decode(keys: &Keys, place: &Place, offset: i64, framed: &[u8]) -> Result<Option<Item>, keys::Error> {
    let cursor = Cursor { epoch: place.epoch, partition: place.partition, offset };
    let opened = match events::decode_stream(framed) {
        Ok(StreamRecord::Chunk(chunk)) => open_chunk(keys, place, &cursor, &chunk).await,
        Ok(StreamRecord::Event(record)) => open_event(keys, place, &cursor, record).await,
        Err(cause) => Err(Poison::Record(cause.into())),
    };
    match opened {
        Ok(item) => Ok(item),
        Err(Poison::Keys(error @ keys::Error::Unavailable(_))) => Err(error),
        Err(poison) => {
            metrics::counter!("atelier_edge_poison_records_total").increment(1);
            tracing::error!(session.id = %place.session, %cursor, error = %poison, "skipped the record at {cursor}");
            Ok(None)
        }
    }
}

/// The generation whose prompt this record is. Reads no more of it than it must.
pub fn asks(framed: &[u8]) -> Option<GenerationId> {
    let id = framed.get(1..5)?.try_into().map(u32::from_be_bytes).ok()?;
    let event_type = events::by_id(id)?.event_type;
    if !matches!(event_type, "MessagePosted" | "GenerationQueued") {
        return None;
    }
    let record = events::decode(framed).ok()?;
    record.payload.get("generation_id")?.as_str()?.parse().ok()
}

/// The generation of which this record is a piece.
pub fn piece_of(framed: &[u8]) -> Option<GenerationId> {
    Chunk::decode(framed).ok().map(|chunk| chunk.generation_id)
}

/// Why a record is skipped.
#[derive(Debug, thiserror::Error)]
enum Poison {
    #[error(transparent)]
    Record(#[from] Box<events::DecodeError>),
    #[error(transparent)]
    Keys(#[from] keys::Error),
    #[error(transparent)]
    Event(#[from] domain::DecodeError),
    /// Names no text: the piece itself is private.
    #[error("the opened piece is malformed")]
    Piece,
    #[error("it belongs to another session than its key says")]
    Stray,
}

async fn open_chunk(keys: &Keys, place: &Place, cursor: &Cursor, chunk: &Chunk) -> Result<Option<Item>, Poison> {
    if chunk.session_id != place.session {
        return Err(Poison::Stray);
    }
    let context = place.session.to_string();
    let Some(opened) = keys.open_bytes(&chunk.key_id, &chunk.sealed, &context).await? else { return Ok(None) };
    let said = Piece::from_json(&opened).map_err(|_| Poison::Piece)?;
    Ok(Some(piece::item(cursor, chunk, said)))
}

async fn open_event(keys: &Keys, place: &Place, cursor: &Cursor, mut record: Record) -> Result<Option<Item>, Poison> {
    let context = place.session.to_string();
    if record.envelope.aggregate_id != context {
        return Err(Poison::Stray);
    }
    if !Event::TYPES.contains(&record.event_type) {
        return Ok(None);
    }
    let key_id = record.payload.get("key_id").and_then(Value::as_str).map(Box::from);
    keys.open(&mut record.payload, &context).await?;
    let event = Event::from_parts(record.event_type, record.payload)?;
    Ok(milestone::item(cursor, &record.envelope, &event).map(|item| Item { key_id, ..item }))
}
