//! Who asks, on whose behalf, and how a repeat is recognised.

use std::borrow::Cow;

use domain::TenantId;
use runtime::trace::Step;
use serde_json::{Value, json};

/// Everything about a command that is not the command.
#[derive(Clone, Debug)]
pub struct Call {
    pub tenant: TenantId,
    /// `usr_…`, `wrk_…`, or the name of a service.
    pub actor: String,
    /// The same for everything that one request leads to.
    pub correlation_id: String,
    /// The event that led to this command, if one did.
    pub causation_id: Option<String>,
    /// The W3C trace that this is part of; it travels to Kafka.
    pub traceparent: Option<String>,
    /// Where a person's command came from: a shortened address and a hash of the user agent, never the whole.
    pub origin: Option<String>,
    /// `If-Match`: refuse if the aggregate is at another version.
    pub expected_version: Option<i64>,
    /// A repeat with the same key gets the stored answer.
    pub idempotency: Option<Idempotency>,
}

/// One call that may be repeated safely. Its scope is tenant, actor, operation and key.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// For example `sessions.post_message`. A call of several steps gives each its own.
    pub operation: &'static str,
    pub key: String,
    /// What a repeat must say again; only a keyed hash of it is kept. Leave ids out that the server makes.
    pub body: Vec<u8>,
}

impl Call {
    /// The same, so that what follows from it is a part of this step.
    pub(crate) fn within(&self, step: &Step) -> Cow<'_, Self> {
        match step.traceparent() {
            Some(traceparent) => Cow::Owned(Self { traceparent: Some(traceparent), ..self.clone() }),
            None => Cow::Borrowed(self),
        }
    }

    pub(crate) fn metadata(&self) -> Value {
        json!({
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
            "traceparent": self.traceparent,
            "origin": self.origin,
        })
    }
}
