//! Who calls, for which tenant, and how a repeat is recognised: what the store records beside a command.

use domain::TenantId;
use prost::Message;
use rpc::command::v1::Write;
use rpc::identity::Claims;
use store::{Call, Idempotency};
use tonic::Status;

/// A person's write. `body` is the request without its `write` part: the same key with another body is refused.
pub fn by_person(
    claims: &Claims,
    write: Option<Write>,
    operation: &'static str,
    body: &impl Message,
) -> Result<Call, Status> {
    let (user, tenant) = claims.require_person()?;
    Ok(with_write(tenant, user.to_string(), write, operation, body))
}

/// A write in the name of a person who cannot sign in yet.
pub fn with_write(
    tenant: TenantId,
    actor: String,
    write: Option<Write>,
    operation: &'static str,
    body: &impl Message,
) -> Call {
    let write = write.unwrap_or_default();
    let key = Some(write.idempotency_key).filter(|key| !key.is_empty());
    Call {
        tenant,
        actor,
        correlation_id: write.correlation_id,
        causation_id: None,
        traceparent: Some(write.traceparent).filter(|text| !text.is_empty()),
        origin: Some(write.origin).filter(|text| !text.is_empty()),
        expected_version: Some(write.expected_version).filter(|version| *version > 0),
        idempotency: key.map(|key| Idempotency { operation, key, body: body.encode_to_vec() }),
    }
}

/// A write of ours, because of something that was decided before.
pub fn by_service(tenant: TenantId, actor: &str, correlation_id: &str) -> Call {
    Call {
        tenant,
        actor: actor.to_owned(),
        correlation_id: correlation_id.to_owned(),
        causation_id: None,
        traceparent: None,
        origin: None,
        expected_version: None,
        idempotency: None,
    }
}

/// A worker's write. It needs no idempotency key: the attempt's number makes a repeat harmless.
pub fn by_worker(tenant: TenantId, worker: &str, causation_id: &str, traceparent: &str) -> Call {
    let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Call {
        tenant,
        actor: worker.to_owned(),
        correlation_id: causation_id.to_owned(),
        causation_id: known(causation_id),
        traceparent: known(traceparent),
        origin: None,
        expected_version: None,
        idempotency: None,
    }
}
