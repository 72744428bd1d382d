//! Whose session it is, and where it stands: the one question a stream asks, once, before it begins.

use async_trait::async_trait;
use domain::{GenerationId, SessionId};
use rpc::command::v1::{DescribeSessionRequest, DescribeSessionResponse};
use tonic::{Code, Status};

use crate::refusal::Refusal;

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The sequence of its newest event.
    pub version: i64,
    /// The number of the newest version of its files.
    pub head: u32,
    pub active: Option<Active>,
}

/// The answer whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    pub generation_id: GenerationId,
    pub attempt: i32,
    /// `requested`, `started` or `cancelling`.
    pub status: String,
}

/// Who knows the sessions. [`rpc::Command`] does.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Where the session stands, for those it belongs to; [`Refusal::NotFound`] for all others.
    async fn describe(&self, session: SessionId, token: &str) -> Result<Standing, Refusal>;
}

#[async_trait]
impl Sessions for rpc::Command {
    async fn describe(&self, session: SessionId, token: &str) -> Result<Standing, Refusal> {
        let question = DescribeSessionRequest { session_id: session.to_string() };
        standing(self.describe_session(question, token).await?)
    }
}

fn standing(answer: DescribeSessionResponse) -> Result<Standing, Refusal> {
    let active = match answer.active_generation_id.as_str() {
        "" => None,
        id => Some(Active {
            generation_id: id.parse().map_err(|_| Refusal::Unavailable)?,
            attempt: answer.active_attempt,
            status: answer.active_status,
        }),
    };
    Ok(Standing { version: answer.version, head: answer.head, active })
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unauthenticated => Self::Unauthenticated,
            Code::NotFound | Code::PermissionDenied | Code::InvalidArgument => Self::NotFound,
            _ => {
                tracing::warn!(code = ?status.code(), "the session could not be described");
                Self::Unavailable
            }
        }
    }
}
