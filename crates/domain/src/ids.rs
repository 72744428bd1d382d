//! Ids that say what they are: a prefix and a `UUIDv7`, so a log line is readable and rows sort by time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_<uuid>")]
pub struct ParseIdError {
    pub prefix: &'static str,
}

fn parse(text: &str, prefix: &'static str) -> Result<Uuid, ParseIdError> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .and_then(|rest| Uuid::try_parse(rest).ok())
        .ok_or(ParseIdError { prefix })
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id, ordered by the time of the call. For the edges of the system: `decide` never calls it.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.as_hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

typed_id!(
    /// One organisation; every event, row and key carries it.
    TenantId, "ten"
);
typed_id!(
    /// One person.
    UserId, "usr"
);
typed_id!(
    /// A body of code with its conversations.
    ProjectId, "prj"
);
typed_id!(
    /// One conversation. Its id is the Kafka key, so all its events keep their order.
    SessionId, "ses"
);
typed_id!(
    /// One message of a conversation.
    MessageId, "msg"
);
typed_id!(
    /// One answer inside a conversation.
    GenerationId, "gen"
);
typed_id!(
    /// One way into a tenant, for one person.
    InviteId, "inv"
);
typed_id!(
    /// One key for scripts; not the key itself.
    ApiKeyId, "key"
);
typed_id!(
    /// One provider that the people of a tenant sign in by.
    LoginProviderId, "idp"
);
typed_id!(
    /// One event, once, for ever.
    EventId, "evt"
);
typed_id!(
    /// One run of one generation worker; a restart is a new worker.
    WorkerId, "wrk"
);

typed_id!(
    /// One look into the audit log.
    InspectionId, "ins"
);

impl TenantId {
    /// Of what concerns no organisation alone: what operators do to the installation.
    pub const SYSTEM: Self = Self(Uuid::nil());
}

impl GenerationId {
    /// The id of the assistant's message that this answer becomes.
    pub const fn answer(&self) -> MessageId {
        MessageId::from_uuid(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_not_a_session() {
        let user = UserId::generate().to_string();
        assert!(user.parse::<SessionId>().is_err());
    }

    #[test]
    fn an_id_survives_text_and_json() {
        let id = SessionId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<SessionId>(&json).unwrap(), id);
    }

    #[test]
    fn garbage_is_refused_with_the_expected_form() {
        for text in ["", "ses", "ses_", "ses_1", "usr_0199d3a0-0000-7000-8000-000000000000"] {
            let error = text.parse::<SessionId>().unwrap_err();
            assert_eq!(error.to_string(), "expected an id of the form ses_<uuid>");
        }
    }
}
