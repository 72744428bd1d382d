//! Why a request was not answered this time.

use tonic::Status;

/// Whether asking again can help decides what becomes of the request.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store, Kafka or the keys cannot be reached, or another worker holds the answer: ask again.
    #[error("{0}")]
    Transient(String),

    /// The request can never be answered; it is set aside with its reason.
    #[error("{0}")]
    Permanent(String),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let code = rpc::stable_code(&status);
        match status.code() {
            tonic::Code::NotFound | tonic::Code::InvalidArgument => Self::Permanent(code.to_owned()),
            _ => Self::Transient(code.to_owned()),
        }
    }
}

impl From<keys::Error> for Failure {
    fn from(error: keys::Error) -> Self {
        Self::Transient(error.to_string())
    }
}

impl From<bus::Error> for Failure {
    fn from(error: bus::Error) -> Self {
        Self::Transient(error.to_string())
    }
}
