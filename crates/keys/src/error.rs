/// Why something could not be sealed or opened. An erased key is no error: it opens to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the keys cannot be reached")]
    Unavailable(#[from] sqlx::Error),

    #[error("the key-encryption key must be 32 bytes in base64 (openssl rand -base64 32)")]
    InvalidKek,

    /// The configured key-encryption key is not the one that wrapped this data key.
    #[error("{key_id} was wrapped by another key-encryption key ({wrapped_by}; configured is {configured})")]
    WrongKek { key_id: String, wrapped_by: String, configured: String },

    /// Never made here, or lost with a restore.
    #[error("there is no key {0}")]
    UnknownKey(String),

    /// The bytes, or what they belong to, are not what was sealed.
    #[error("what {0} sealed was altered, or belongs elsewhere")]
    Altered(String),

    #[error("malformed sealed payload: {0}")]
    Malformed(&'static str),

    /// Files outside a project have nobody's key.
    #[error("there are files to seal but no project")]
    NoProject,

    #[error("the random number generator failed")]
    NoRandomness,

    /// Whoever was erased since could come back by it.
    #[error("this backup expired at {0}: a key backup is kept for at most 30 days")]
    BackupExpired(String),

    #[error("this is not a usable key backup: {0}")]
    BadBackup(&'static str),
}

impl From<std::sync::Arc<Error>> for Error {
    /// Callers that waited for the same key share one failure; each gets its own copy of it.
    fn from(shared: std::sync::Arc<Error>) -> Self {
        match &*shared {
            Self::Unavailable(cause) => Self::Unavailable(sqlx::Error::Protocol(cause.to_string())),
            Self::InvalidKek => Self::InvalidKek,
            Self::WrongKek { key_id, wrapped_by, configured } => Self::WrongKek {
                key_id: key_id.clone(),
                wrapped_by: wrapped_by.clone(),
                configured: configured.clone(),
            },
            Self::UnknownKey(id) => Self::UnknownKey(id.clone()),
            Self::Altered(id) => Self::Altered(id.clone()),
            Self::Malformed(what) => Self::Malformed(what),
            Self::NoProject => Self::NoProject,
            Self::NoRandomness => Self::NoRandomness,
            Self::BackupExpired(at) => Self::BackupExpired(at.clone()),
            Self::BadBackup(why) => Self::BadBackup(why),
        }
    }
}
