use domain::Rejection;

/// Why a command was not carried out, or a stream not read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The domain said no. Another tenant's aggregate does not exist.
    #[error(transparent)]
    Rejected(#[from] Rejection),

    /// It lost the race too often; asking again will settle it.
    #[error("too many commands reached the same aggregate at once")]
    Conflict,

    /// The caller asked for another version than there is.
    #[error("the aggregate is at version {actual}")]
    VersionMismatch { actual: i64 },

    /// Somebody has this value already, such as an e-mail address.
    #[error("this {kind} is taken")]
    Claimed { kind: String },

    /// The same idempotency key, another body.
    #[error("this idempotency key was used with another body")]
    KeyReused,

    /// The database did not answer; whether an append happened is unknown. A repeat with the same
    /// idempotency key settles it.
    #[error("the event store cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// What is stored, or was about to be, does not fit its contract or key.
    #[error("the event store holds something unreadable: {0}")]
    Corrupt(String),

    /// The configured pepper is not base64, or too short.
    #[error("the pepper must be at least 32 bytes in base64 (openssl rand -base64 32)")]
    InvalidPepper,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                Self::Corrupt(error.to_string())
            }
            other => Self::Unavailable(other.into()),
        }
    }
}

impl From<keys::Error> for Error {
    fn from(error: keys::Error) -> Self {
        match error {
            keys::Error::Unavailable(cause) => Self::Unavailable(cause.into()),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

impl From<domain::DecodeError> for Error {
    /// The cause stays out: it may quote what was sealed.
    fn from(error: domain::DecodeError) -> Self {
        match error {
            domain::DecodeError::UnknownType(event_type) => Self::Corrupt(format!("unknown event type {event_type}")),
            domain::DecodeError::Malformed { event_type, .. } => Self::Corrupt(format!("malformed {event_type}")),
        }
    }
}
