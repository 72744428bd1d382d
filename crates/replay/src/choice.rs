//! Which events are wanted.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{SessionId, UserId};
use serde_json::Value;

use crate::Entry;

/// What is left open is not asked for: the default wants everything.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub session: Option<SessionId>,
    /// Whoever caused the event, or whom it is about.
    pub user: Option<UserId>,
    /// By event type; empty is all.
    pub types: BTreeSet<String>,
    /// Decided at or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Decided before this time.
    pub to: Option<DateTime<Utc>>,
}

impl Choice {
    pub fn takes(&self, entry: &Entry) -> bool {
        let envelope = &entry.record.envelope;
        let at = envelope.occurred_at;
        self.types_take(entry.record.event_type)
            && self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at < to)
            && self.session.is_none_or(|session| envelope.aggregate_id == session.to_string())
            && self.user.is_none_or(|user| is_about(entry, &user.to_string()))
    }

    /// Whether every event of the log is wanted, so that a missing one can be told.
    pub fn is_everything(&self) -> bool {
        self.session.is_none() && self.from.is_none()
    }

    fn types_take(&self, event_type: &str) -> bool {
        self.types.is_empty() || self.types.contains(event_type)
    }
}

fn is_about(entry: &Entry, user: &str) -> bool {
    let envelope = &entry.record.envelope;
    envelope.actor == user || envelope.aggregate_id == user || person(&entry.record.payload) == Some(user)
}

/// The person whom an event names.
pub fn person(payload: &Value) -> Option<&str> {
    ["user_id", "owner", "author", "by"].iter().find_map(|field| payload.get(field)?.as_str())
}
