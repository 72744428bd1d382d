//! Rows, encoded again and compared; on all cores.

use bytes::Bytes;
use chain::{EventRow, RowFault};
use uuid::Uuid;

use crate::Error;
use crate::copy::Fields;

/// What [`row`] reads besides [`chain::COLUMNS`].
pub const PLACE: &str = "e.xid, e.row_id";

/// What remains of a row once it is checked.
#[derive(Debug)]
pub struct Checked {
    pub event: Uuid,
    pub aggregate: Uuid,
    pub sequence: i64,
    pub digest: [u8; 32],
    /// Its place in the final order.
    pub at: (i64, i64),
    pub fault: Option<Box<RowFault>>,
}

/// An id without its prefix; the log and the row must both have one.
pub fn id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text.split_once('_')?.1).ok()
}

/// Rows whose event id is none at all are left out: the log does not find them, and says so.
pub fn rows(batch: &[Bytes]) -> Result<Vec<Checked>, Error> {
    batch.iter().filter_map(|row| checked(row).transpose()).collect()
}

fn checked(row: &[u8]) -> Result<Option<Checked>, Error> {
    let mut fields = Fields::of(row)?;
    let row = match read(&mut fields)? {
        Ok(row) => row,
        Err((event_id, fault)) => return Ok(id(&event_id).map(|event| Checked::unreadable(event, fault))),
    };
    let Some(event) = id(&row.event_id) else { return Ok(None) };
    let aggregate = id(&row.aggregate_id).unwrap_or_default();
    let (digest, fault) = match row.encode() {
        Ok(encoded) => (encoded.digest, None),
        Err(fault) => (row.digest.try_into().unwrap_or_default(), Some(Box::new(fault))),
    };
    let at = (fields.int8()?, fields.int8()?);
    Ok(Some(Checked { event, aggregate, sequence: row.sequence, digest, at, fault }))
}

impl Checked {
    fn unreadable(event: Uuid, fault: RowFault) -> Self {
        let fault = Some(Box::new(fault));
        Self { event, aggregate: Uuid::nil(), sequence: 0, digest: [0; 32], at: (i64::MAX, 0), fault }
    }
}

/// In the order of [`chain::COLUMNS`].
fn read(fields: &mut Fields<'_>) -> Result<Result<EventRow, (String, RowFault)>, Error> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let (event_id, aggregate_type, aggregate_id) =
        (fields.text()?.to_owned(), fields.text()?.to_owned(), fields.text()?.to_owned());
    let (sequence, event_type) = (fields.int8()?, fields.text()?.to_owned());
    let (tenant_id, actor) = (fields.text()?.to_owned(), fields.text()?.to_owned());
    let (occurred_at, schema_id, digest) = (fields.time()?, fields.int4()?, fields.bytes()?.to_vec());
    let payload = match serde_json::from_slice(fields.json()?) {
        Ok(payload) => payload,
        Err(error) => return Ok(Err((event_id, RowFault::Unencodable(error.to_string())))),
    };
    Ok(Ok(EventRow {
        event_id,
        aggregate_type,
        aggregate_id,
        sequence,
        event_type,
        tenant_id,
        actor,
        occurred_at,
        schema_id,
        digest,
        payload,
        correlation_id: owned(fields.maybe_text()?),
        causation_id: owned(fields.maybe_text()?),
    }))
}
