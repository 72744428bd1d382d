//! What the rest of the system knows about an aggregate, whichever it is.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{InviteId, ProjectId, Rejection, TenantId, UserId};

/// A consistency boundary: commands are decided against its state, events lead to the next state.
pub trait Aggregate: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the event store and in topics, for example `session`.
    const TYPE: &'static str;
    type Command: Clone + Send + Sync;
    type Event: Event;

    /// What happens if this command arrives now. An empty list means "nothing new".
    fn decide(&self, command: Self::Command, now: DateTime<Utc>) -> Result<Vec<Self::Event>, Rejection>;

    /// Where an event leaves us. Never fails: it has already happened.
    #[must_use]
    fn apply(self, event: &Self::Event) -> Self;

    /// Whose keys seal the personal parts of its events. `None` before the first event.
    fn owners(&self) -> Option<KeyOwners>;
}

/// Whose keys seal an event: texts with a person's (a tenant's, an invite's), files with the project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOwners {
    pub texts: KeyHolder,
    pub project: Option<ProjectId>,
}

/// Whose key it is: who can be forgotten by destroying it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyHolder {
    Person(UserId),
    Tenant(TenantId),
    /// Whoever was invited, who may have no account yet.
    Invite(InviteId),
}

impl From<UserId> for KeyHolder {
    fn from(person: UserId) -> Self {
        Self::Person(person)
    }
}

impl fmt::Display for KeyHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Tenant(id) => id.fmt(f),
            Self::Invite(id) => id.fmt(f),
        }
    }
}

/// A value that may exist once per tenant and kind, such as an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub kind: &'static str,
    /// Normalised; the store keeps only a keyed hash of it.
    pub value: String,
}

/// One fact about an aggregate. Its payload is one JSON object, the same in memory, store and topic,
/// except that `private` and `private_files` are sealed wherever they rest.
pub trait Event: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The record's name, for example `GenerationRequested`.
    fn event_type(&self) -> &'static str;
    /// The fields of the record, personal parts in the clear.
    fn payload(&self) -> Value;
    /// The way back, from a stored or received record.
    fn from_parts(event_type: &str, payload: Value) -> Result<Self, DecodeError>;
    /// The unique values that this event takes.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }
    /// Whether all unique values that its aggregate has taken are free again.
    fn releases(&self) -> bool {
        false
    }
}

/// A stored or received record is not an event we know.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("unknown event type {0}")]
    UnknownType(String),
    #[error("malformed {event_type}: {cause}")]
    Malformed { event_type: String, cause: serde_json::Error },
}

/// An enum of event structs with the glue between variant names, records and JSON.
macro_rules! events {
    ($(#[$doc:meta])* pub enum $name:ident { $($variant:ident),* $(,)? } $(claims = $claims:path, releases = $releases:path)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "event_type", content = "payload")]
        pub enum $name { $($variant($variant)),* }

        impl $name {
            /// Every event type of this aggregate, as written in topics and schemas.
            pub const TYPES: &'static [&'static str] = &[$(stringify!($variant)),*];
        }

        $(impl From<$variant> for $name {
            fn from(event: $variant) -> Self { Self::$variant(event) }
        })*

        impl $crate::Event for $name {
            fn event_type(&self) -> &'static str {
                match self { $(Self::$variant(_) => stringify!($variant)),* }
            }

            fn payload(&self) -> serde_json::Value {
                match self { $(Self::$variant(event) => serde_json::to_value(event)),* }
                    .unwrap_or(serde_json::Value::Null) // plain structs with string keys always serialise
            }

            fn from_parts(event_type: &str, payload: serde_json::Value) -> Result<Self, $crate::DecodeError> {
                match event_type {
                    $(stringify!($variant) => serde_json::from_value(payload)
                        .map(Self::$variant)
                        .map_err(|cause| $crate::DecodeError::Malformed { event_type: event_type.to_owned(), cause }),)*
                    _ => Err($crate::DecodeError::UnknownType(event_type.to_owned())),
                }
            }

            $(fn claims(&self) -> Vec<$crate::Claim> { $claims(self) }
            fn releases(&self) -> bool { $releases(self) })?
        }
    };
}
pub(crate) use events;
