//! Reading the audit log is an event too, and it comes first: who cannot be noted is shown nothing.

use projections::audit::Asked;
use rpc::command::v1::NoteAuditReadRequest;

use crate::Error;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// Changes, in this format.
pub async fn events(
    gateway: &Gateway,
    caller: &Caller,
    write: &Write,
    asked: &Asked,
    format: &str,
    count: i64,
) -> Result<(), Error> {
    let request = NoteAuditReadRequest {
        write: Some(write.unkeyed()),
        what: "events".to_owned(),
        format: format.to_owned(),
        actor: asked.actor.clone(),
        event_type: asked.event_type.clone(),
        aggregate: asked.aggregate.clone(),
        since_micros: asked.from.map(|at| at.timestamp_micros()),
        until_micros: asked.to.map(|at| at.timestamp_micros()),
        count,
    };
    gateway.command.note_audit_read(request, caller.internal_token()).await?;
    Ok(())
}

/// Whether the log is unbroken.
pub async fn verification(gateway: &Gateway, caller: &Caller, write: &Write) -> Result<(), Error> {
    let request = NoteAuditReadRequest {
        write: Some(write.unkeyed()),
        what: "verification".to_owned(),
        format: "json".to_owned(),
        count: 1,
        ..NoteAuditReadRequest::default()
    };
    gateway.command.note_audit_read(request, caller.internal_token()).await?;
    Ok(())
}
