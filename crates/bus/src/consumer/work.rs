//! A record that somebody is working on.

use std::ops::Deref;

use crate::headers::{DEAD_OFFSET, DEAD_PARTITION, DEAD_REASON, DEAD_TOPIC, DEAD_TRIES};
use crate::{Message, Record, Topics};

/// A record with the duty to say what became of it: `finished`, `again` or `park`. Until then nothing
/// behind it is committed, and nothing else of its key is handed out.
#[derive(Debug)]
#[must_use = "its offset is never committed unless it is finished, tried again or parked"]
pub struct Work {
    pub record: Record,
    /// 1 for the first try.
    pub tries: u32,
}

/// The longest reason that is kept, in characters.
const REASON: usize = 2_000;

impl Work {
    pub(super) const fn first(record: Record) -> Self {
        Self { record, tries: 1 }
    }

    pub(super) fn dead_letter(&self, reason: &str) -> Message {
        let headers = self.headers.clone();
        Message {
            topic: Topics::dead_letter(self.topic()),
            key: self.key_text().to_owned(),
            payload: self.payload.clone(),
            headers: headers
                .with(DEAD_REASON, reason.chars().take(REASON).collect::<String>())
                .with(DEAD_TOPIC, self.topic())
                .with(DEAD_PARTITION, self.partition.number)
                .with(DEAD_OFFSET, self.offset)
                .with(DEAD_TRIES, self.tries),
        }
    }
}

/// Work is read as its record.
impl Deref for Work {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}
