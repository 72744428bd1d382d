//! What a caller hears when a command changed nothing: one table of consequences.

use chrono::Utc;
use domain::Rejection;
use rpc::fault;
use tonic::{Code, Status};

use crate::budgets::until_tomorrow;

/// The answer to a command that was not stored.
pub fn status(error: store::Error) -> Status {
    match error {
        store::Error::Rejected(rejection) => rejected(&rejection),
        store::Error::Conflict => fault(Code::Aborted, "conflict", "it changed meanwhile; ask again"),
        store::Error::VersionMismatch { actual } => {
            fault(Code::Aborted, "version_conflict", format!("it is at version {actual}"))
        }
        store::Error::Claimed { kind } => fault(Code::AlreadyExists, "already_taken", format!("this {kind} is taken")),
        store::Error::KeyReused => {
            fault(Code::InvalidArgument, "idempotency_key_reused", "this idempotency key was used with another body")
        }
        store::Error::Unavailable(cause) => {
            tracing::warn!(error = %cause, "the event store cannot be reached");
            fault(Code::Unavailable, "unavailable", "the event store cannot be reached; nothing was stored")
        }
        error => {
            tracing::error!(error = %error, "a command failed");
            fault(Code::Internal, "internal", "internal error")
        }
    }
}

fn rejected(rejection: &Rejection) -> Status {
    let code = match rejection {
        // Someone else's things do not exist for you.
        Rejection::NotFound(_) | Rejection::NotYours => {
            return fault(Code::NotFound, rejection.code(), "there is no such thing here");
        }
        Rejection::AlreadyExists => Code::AlreadyExists,
        // Whatever they still hold is worth nothing.
        Rejection::Erased => Code::Unauthenticated,
        Rejection::EmptyPrompt
        | Rejection::TooLong { .. }
        | Rejection::Required(_)
        | Rejection::InvalidFile(_)
        | Rejection::UnknownVersion(_) => Code::InvalidArgument,
        Rejection::OverBudget(_) => return over_budget(rejection),
        Rejection::QueueFull(_) => Code::ResourceExhausted,
        Rejection::StaleBase { .. } => Code::Aborted,
        Rejection::NotAllowed(_) => Code::PermissionDenied,
        Rejection::LastOwner | Rejection::InviteOver | Rejection::TooMany { .. } => Code::FailedPrecondition,
        Rejection::StillRunning | Rejection::NotCurrentAttempt(_) | Rejection::GenerationOver => {
            Code::FailedPrecondition
        }
    };
    fault(code, rejection.code(), rejection.to_string())
}

/// It makes sense to ask again on the next day.
fn over_budget(rejection: &Rejection) -> Status {
    let mut refused = fault(Code::ResourceExhausted, rejection.code(), rejection.to_string());
    refused.metadata_mut().insert("retry-after", until_tomorrow(Utc::now()).into());
    refused
}

/// A role, a scope: one of a few names.
pub fn named<T: std::str::FromStr<Err = domain::tenant::UnknownName>>(
    text: &str,
    what: &'static str,
) -> Result<T, Status> {
    text.parse().map_err(|unknown| fault(Code::InvalidArgument, "unknown_value", format!("{what}: {unknown}")))
}

/// The id in a request is not one; for the caller that is the same as one nobody has.
pub fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Status> {
    text.parse().map_err(|_| fault(Code::NotFound, "not_found", "there is no such thing here"))
}
