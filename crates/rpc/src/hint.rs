//! What the command role tells a worker of its own process ahead of Kafka.

use domain::{GenerationId, SessionId, TenantId};

/// An answer is wanted, and stored as an event. The record that follows on Kafka stays what counts: a hint
/// may be lost, come late, or reach a worker whom the record will not.
#[derive(Clone, Debug)]
pub struct Hint {
    pub tenant: TenantId,
    pub session: SessionId,
    pub generation: GenerationId,
    /// The id of the event that asks for it.
    pub cause: String,
    pub traceparent: Option<String>,
}
