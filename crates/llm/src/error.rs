//! What can go wrong between us and a model, in words that are safe to show and to store.

use std::time::Duration;

/// Why an answer failed.
///
/// No variant carries the prompt, the key or free text of the server: servers echo both.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 429. `retry_after` is what the server asked for.
    #[error("the model server asks us to slow down")]
    RateLimited { retry_after: Option<Duration> },

    /// 5xx or 408: the server is there and cannot answer now.
    #[error("the model server is unavailable (status {status})")]
    Unavailable { status: u16, retry_after: Option<Duration> },

    /// Any other status: asking the same again gives the same answer.
    #[error("the model server refused the request (status {status}{})", kind.as_deref().map(|kind| format!(", {kind}")).unwrap_or_default())]
    Refused {
        status: u16,
        /// The server's own short word for it (`invalid_request_error`), if it gave one.
        kind: Option<String>,
    },

    /// No connection: wrong address, refused, TLS, or not in time.
    #[error("the model server cannot be reached")]
    Unreachable,

    /// The connection was lost, or the answer ended without saying that it is complete.
    #[error("the answer broke off")]
    Broken,

    /// What came is not an answer in the agreed format.
    #[error("the model server sent something unreadable: {0}")]
    Malformed(&'static str),

    /// The server reported an error inside a stream that had begun well.
    #[error("the model server reported an error in the middle of the answer{}", kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default())]
    Reported { status: Option<u16>, kind: Option<String> },

    /// Nothing came for longer than allowed.
    #[error("the model said nothing for {after:?}")]
    Silent { after: Duration },
}

impl Error {
    /// The stable code that goes into events and to clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "model_rate_limited",
            Self::Unavailable { .. } => "model_unavailable",
            Self::Refused { .. } => "model_refused",
            Self::Unreachable => "model_unreachable",
            Self::Broken => domain::failure::MODEL_BROKEN,
            Self::Malformed(_) => "model_malformed",
            Self::Reported { .. } => "model_error",
            Self::Silent { .. } => "model_silent",
        }
    }

    /// Whether asking the same again, later, may succeed.
    pub fn retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Unavailable { .. }
            | Self::Unreachable
            | Self::Broken
            | Self::Silent { .. } => true,
            Self::Reported { status, .. } => status.is_none_or(|status| status == 429 || status >= 500),
            Self::Refused { .. } | Self::Malformed(_) => false,
        }
    }
}

/// Why a provider cannot be built from its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misconfigured {
    #[error("the model's url must be http or https, without a query")]
    Url,
    #[error("the model's key has characters that cannot be sent in a header")]
    Key,
    #[error("no TLS client can be built: are the system's root certificates installed?")]
    Tls,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn people_read_something_of_its_own_for_every_code() {
        let errors = [
            Error::RateLimited { retry_after: None },
            Error::Unavailable { status: 503, retry_after: None },
            Error::Refused { status: 400, kind: None },
            Error::Unreachable,
            Error::Broken,
            Error::Malformed(""),
            Error::Reported { status: None, kind: None },
            Error::Silent { after: Duration::ZERO },
        ];
        let told: BTreeSet<_> = errors.iter().map(|error| domain::failure::told(error.code())).collect();
        assert_eq!(told.len(), errors.len());
        assert!(!told.contains(domain::failure::told("a code of later")));
    }

    #[test]
    fn a_refusal_is_final_and_a_busy_server_is_not() {
        assert!(!Error::Refused { status: 400, kind: None }.retryable());
        assert!(Error::Unavailable { status: 503, retry_after: None }.retryable());
        assert!(!Error::Reported { status: Some(400), kind: None }.retryable());
        assert!(Error::Reported { status: None, kind: None }.retryable());
    }
}
