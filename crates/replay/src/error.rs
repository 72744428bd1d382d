//! What can go wrong while the log is read or written down.

use std::path::PathBuf;

use bus::Record;
use events::DecodeError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Kafka(#[from] bus::Error),
    #[error(transparent)]
    Keys(#[from] keys::Error),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Every position was given out once; one that is not there was lost, or cut off.
    #[error("position {missing} is not in the topics: events were lost or a topic was truncated (next is {next})")]
    Gap { missing: i64, next: i64 },
    #[error("{} is there already; --force replaces it", .0.display())]
    Exists(PathBuf),
    #[error("cannot write {}: {cause}; nothing was left under that name", target.display())]
    Unwritable { target: PathBuf, cause: String },
    #[error(
        "event {event_id} has the amount {amount}, which is not a decimal with 16 digits before and 12 after the point"
    )]
    NoAmount { event_id: String, amount: String },
}

/// A record that is no event of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Unreadable {
    /// `topic[partition]@offset`.
    pub place: String,
    pub reason: String,
}

impl Unreadable {
    pub(crate) fn new(record: &Record, reason: impl Into<String>) -> Self {
        Self { place: format!("{}@{}", record.partition, record.offset), reason: reason.into() }
    }

    pub(crate) fn undecodable(record: &Record, error: &DecodeError) -> Self {
        let reason = match error {
            DecodeError::UnknownSchema(id) => {
                let known = events::all().map(|contract| contract.id).max().unwrap_or_default();
                format!(
                    "schema id {id} is unknown here (known are 1 to {known}): the record was written by a newer \
                     Atelier, so update this one, or by something else"
                )
            }
            DecodeError::NotFramed => "the record is not in Confluent's wire format, so it is none of ours".to_owned(),
            error => format!("the record is corrupt: {error}"),
        };
        Self::new(record, reason)
    }
}
