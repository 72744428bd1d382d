//! Who reads the audit log: noted before anything is shown.

use chrono::DateTime;
use domain::inspection::{Asked, Command, What};
use domain::{Inspection, InspectionId, UserId};
use rpc::command::v1::{Accepted, NoteAccountsReadRequest, NoteAuditReadRequest};
use rpc::fault;
use rpc::identity::Claims;
use serde_json::json;
use store::{Call, Store};
use tonic::{Code, Status};

use crate::error::{parse, status};
use crate::{Commands, call};

const FORMATS: [&str; 4] = ["json", "csv", "jsonl", "text"];

pub(crate) async fn note(
    commands: &Commands,
    claims: &Claims,
    mut request: NoteAuditReadRequest,
) -> Result<Accepted, Status> {
    let call = call::by_person(claims, request.write.take(), "audit.read", &request)?;
    let unknown = || fault(Code::InvalidArgument, "invalid_request", "nobody can read the audit log like that");
    let what = match request.what.as_str() {
        "events" => What::Events,
        "verification" => What::Verification,
        _ => return Err(unknown()),
    };
    let format = FORMATS.into_iter().find(|format| *format == request.format).ok_or_else(unknown)?;
    let asked = Asked {
        actor: request.actor,
        event_type: request.event_type,
        aggregate: request.aggregate,
        since: request.since_micros.and_then(DateTime::from_timestamp_micros),
        until: request.until_micros.and_then(DateTime::from_timestamp_micros),
    };
    let version = write(&commands.store, &call, what, format, asked, request.count).await.map_err(status)?;
    Ok(Accepted { version })
}

/// A list is noted where the administrator works, one account in the tenant that came with it: there its auditors
/// look.
pub(crate) async fn note_accounts(
    commands: &Commands,
    claims: &Claims,
    mut request: NoteAccountsReadRequest,
) -> Result<Accepted, Status> {
    let by = claims.require_administrator()?;
    let write = request.write.take();
    let user: Option<UserId> = Some(&request.user_id).filter(|id| !id.is_empty()).map(|id| parse(id)).transpose()?;
    let call = match user {
        Some(user) => commands.call_about(by, &user.to_string(), write, "accounts.read", &request).await?,
        None => call::by_person(claims, write, "accounts.read", &request)?,
    };
    let inspection_id = InspectionId::generate();
    let command = Command::NoteAccounts { inspection_id, user, searched: request.searched, count: request.count };
    let version = append(&commands.store, &call, inspection_id, command).await.map_err(status)?;
    Ok(Accepted { version })
}

/// Appends the event; every reading is an aggregate of its own, so that no two wait for each other.
pub async fn write(
    store: &Store,
    call: &Call,
    what: What,
    format: &'static str,
    asked: Asked,
    count: i64,
) -> Result<i64, store::Error> {
    let inspection_id = InspectionId::generate();
    append(store, call, inspection_id, Command::Note { inspection_id, what, format, asked, count }).await
}

async fn append(store: &Store, call: &Call, id: InspectionId, command: Command) -> Result<i64, store::Error> {
    let answer = |done: &store::Executed<Inspection>| json!({ "version": done.version });
    Ok(store.create::<Inspection>(call, &id.to_string(), command, answer).await?.version)
}
