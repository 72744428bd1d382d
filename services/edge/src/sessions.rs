//! Whose session it is, and where it stands: the one question a stream asks, once, before it begins.

use async_trait::async_trait;
use chrono::DateTime;
use domain::session::Event;
use domain::{Event as _, GenerationId, SessionId, TenantId, UserId};
use events::Envelope;
use rpc::command::v1::{
    DescribeSessionRequest, DescribeSessionResponse, MayWatchRequest, ReplayGenerationRequest,
    ReplayGenerationResponse, ReplayedEvent,
};
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
    /// It is somebody else's, and shared with who watches: whether it still is, is asked now and then.
    pub shared: bool,
}

/// The answer whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    pub generation_id: GenerationId,
    pub attempt: i32,
    /// `requested`, `started` or `cancelling`.
    pub status: String,
}

/// Who knows the sessions. [`Commands`] do.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Where the session stands, for those it belongs to; [`Refusal::NotFound`] for all others.
    async fn describe(&self, session: SessionId, token: &str) -> Result<Standing, Refusal>;

    /// Whether somebody with whom a session was shared may still watch it.
    async fn may_watch(&self, session: SessionId, tenant: TenantId, user: UserId) -> Result<bool, Refusal>;

    /// What the store keeps of a generation: its prompt, its place in the queue, the attempt that counted and
    /// its end, in this order; less, while it has not ended.
    async fn replay(
        &self,
        session: SessionId,
        generation: GenerationId,
        token: &str,
    ) -> Result<Vec<(Envelope, Event)>, Refusal>;
}

/// The write side.
pub struct Commands {
    pub command: rpc::Command,
    /// The edge's own: a stream lives longer than the internal token that it began with.
    pub token: rpc::ServiceToken,
}

#[async_trait]
impl Sessions for Commands {
    async fn describe(&self, session: SessionId, token: &str) -> Result<Standing, Refusal> {
        let question = DescribeSessionRequest { session_id: session.to_string() };
        standing(self.command.describe_session(question, token).await?)
    }

    async fn may_watch(&self, session: SessionId, tenant: TenantId, user: UserId) -> Result<bool, Refusal> {
        let (tenant_id, user_id, session_id) = (tenant.to_string(), user.to_string(), session.to_string());
        let question = MayWatchRequest { tenant_id, user_id, session_id };
        Ok(self.command.may_watch(question, &self.token.get().await?).await?.may)
    }

    async fn replay(
        &self,
        session: SessionId,
        generation: GenerationId,
        token: &str,
    ) -> Result<Vec<(Envelope, Event)>, Refusal> {
        let question =
            ReplayGenerationRequest { session_id: session.to_string(), generation_id: generation.to_string() };
        let ReplayGenerationResponse { events, tenant_id } = self.command.replay_generation(question, token).await?;
        let events = events.into_iter().map(|event| replayed(session, &tenant_id, event));
        events.collect::<Option<_>>().ok_or(Refusal::NotFound)
    }
}

/// `None`: it is not as we know events, which is as good as gone.
fn replayed(session: SessionId, tenant: &str, event: ReplayedEvent) -> Option<(Envelope, Event)> {
    let envelope = Envelope {
        event_id: event.event_id.parse().ok()?,
        tenant_id: tenant.parse().ok()?,
        aggregate_type: "session".to_owned(),
        aggregate_id: session.to_string(),
        sequence: event.sequence,
        occurred_at: DateTime::from_timestamp_micros(event.occurred_at_micros)?,
        actor: event.actor,
        correlation_id: String::new(),
        causation_id: None,
    };
    let payload = serde_json::from_str(&event.payload).ok()?;
    Some((envelope, Event::from_parts(&event.event_type, payload).ok()?))
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
    Ok(Standing { version: answer.version, head: answer.head, active, shared: answer.shared })
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
