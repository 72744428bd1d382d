//! What the command role tells a worker of its own process ahead of Kafka.

use domain::{GenerationId, SessionId, TenantId};

use crate::command::v1::LoadConversationResponse;

/// An answer is wanted, and stored as an event. The record that follows on Kafka stays what counts: a hint
/// may be lost, come late, or reach a worker whom the record will not.
#[derive(Clone)]
pub struct Hint {
    pub tenant: TenantId,
    pub session: SessionId,
    pub generation: GenerationId,
    /// The id of the event that asks for it.
    pub cause: String,
    pub traceparent: Option<String>,
    /// What the model is to be told, where the command role knows it without reading: a session's first prompt.
    pub conversation: Option<LoadConversationResponse>,
}
