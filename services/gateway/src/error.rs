//! What can go wrong at the front door, and what the caller hears of it: one table of consequences.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use tonic::{Code, Status};

use crate::problem::{FieldError, Problem};

/// The read that was asked for is older than it should be.
pub const STALE: &str = "atelier-stale";
/// Seconds after which asking again makes sense, where the one who failed did not say.
const SOON: u64 = 2;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("sign in first: the token is missing, expired or not valid")]
    Unauthenticated,
    #[error("a write with the session cookie needs the X-CSRF-Token header and our own origin")]
    Csrf,
    /// They are known, and may not do this.
    #[error("{detail}")]
    Denied { code: &'static str, detail: String },
    #[error("there is no such thing here")]
    NotFound,
    /// It may be there, but the read model has not seen it in time.
    #[error("there is no such thing here yet")]
    NotFoundYet,
    #[error("this path does not know this method")]
    NoSuchMethod,
    #[error("{detail}")]
    BadRequest { code: &'static str, detail: String },
    #[error("the body is not JSON: {0}")]
    MalformedJson(String),
    #[error("the body is not UTF-8")]
    NotUtf8,
    #[error("the body must be application/json")]
    WrongContentType,
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the body did not come in time")]
    SlowBody,
    #[error("the request is not as it must be")]
    Invalid(Vec<FieldError>),
    #[error("too many requests; try again in {retry_after} seconds")]
    TooManyRequests { retry_after: u64 },
    /// The words of command or auth.
    #[error("{}", .0.message())]
    Service(Status),
    #[error("this cannot be reached at the moment; nothing was changed")]
    Unavailable,
    /// A gateway whose edge plays in other processes.
    #[error("streams come from other processes here: the ingress must send this path to an edge")]
    NoStreams,
    #[error("it took too long; it may still happen")]
    Timeout,
    /// Anything that is our fault. The cause is logged here and never leaves the house.
    #[error("internal error")]
    Internal(#[from] anyhow::Error),
}

impl Error {
    /// One wrong field.
    pub fn field(
        field: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), code: code.into(), message: message.into() }])
    }

    pub fn problem(self) -> Problem {
        let detail = self.to_string();
        match self {
            Self::Unauthenticated => Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail),
            Self::Csrf => Problem::new(StatusCode::FORBIDDEN, "csrf", detail),
            Self::Denied { code, .. } => Problem::new(StatusCode::FORBIDDEN, code, detail),
            Self::NotFound | Self::NotFoundYet => Problem::new(StatusCode::NOT_FOUND, "not_found", detail),
            Self::NoSuchMethod => Problem::of(StatusCode::METHOD_NOT_ALLOWED),
            Self::BadRequest { code, .. } => Problem::new(StatusCode::BAD_REQUEST, code, detail),
            Self::MalformedJson(_) => Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail),
            Self::NotUtf8 => Problem::new(StatusCode::BAD_REQUEST, "not_utf8", detail),
            Self::WrongContentType => {
                Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
            }
            Self::TooLarge { .. } => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail),
            Self::SlowBody => Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", detail),
            Self::Invalid(errors) => invalid(errors),
            Self::TooManyRequests { retry_after } => {
                later(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail), retry_after)
            }
            Self::Service(status) => service(&status),
            Self::Unavailable | Self::NoStreams => unavailable(detail),
            Self::Timeout => later(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail), SOON),
            Self::Internal(cause) => {
                tracing::error!(error = ?cause, "a request failed");
                Problem::of(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

/// The code of the only wrong field is the code of the whole.
fn invalid(errors: Vec<FieldError>) -> Problem {
    let (code, detail) = match errors.as_slice() {
        [only] => (only.code.clone(), format!("{}: {}", only.field, only.message)),
        _ => ("invalid".into(), format!("{} fields are not as they must be", errors.len())),
    };
    Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail) }
}

fn unavailable(detail: String) -> Problem {
    later(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail), SOON)
}

fn later(problem: Problem, retry_after: u64) -> Problem {
    Problem { retry_after: Some(retry_after), ..problem }
}

/// What command and auth say, in HTTP. Their details are made for callers, except where something broke.
fn service(status: &Status) -> Problem {
    let code = rpc::stable_code(status).to_owned();
    let said = |http| Problem::new(http, code.clone(), status.message());
    match status.code() {
        Code::InvalidArgument if code == "invalid_cursor" => said(StatusCode::BAD_REQUEST),
        Code::InvalidArgument | Code::OutOfRange => {
            let errors = wrong_field(&code, status.message());
            Problem { errors, ..said(StatusCode::UNPROCESSABLE_ENTITY) }
        }
        // Only who made it hears this.
        Code::NotFound if code == "before_creation" => said(StatusCode::NOT_FOUND),
        Code::NotFound => Error::NotFound.problem(),
        Code::Unauthenticated => said(StatusCode::UNAUTHORIZED),
        Code::PermissionDenied => said(StatusCode::FORBIDDEN),
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => said(StatusCode::CONFLICT),
        Code::ResourceExhausted => later(said(StatusCode::TOO_MANY_REQUESTS), retry_after(status)),
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => unavailable(Error::Unavailable.to_string()),
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss | Code::Unimplemented => {
            tracing::error!(code = ?status.code(), "a service failed: {}", status.message());
            Problem::of(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// The fields that a service's refusal is about.
pub fn fields_of(status: &Status) -> Vec<FieldError> {
    wrong_field(rpc::stable_code(status), status.message())
}

/// Which field of the body a refusal is about, where that is one.
fn wrong_field(code: &str, message: &str) -> Vec<FieldError> {
    let field = match code {
        "empty_prompt" => "content",
        "invalid_email" => "email",
        "unknown_invite" => "invite",
        "invalid_name" => "name",
        "password_too_short" | "password_too_long" | "password_too_common" => "password",
        "invalid_link" => "token",
        "invalid_code" => "code",
        "invalid_file" => "files",
        "unknown_version" => "version",
        "issuer_refused" => "issuer",
        "secret_required" => "client_secret",
        _ => return Vec::new(),
    };
    vec![FieldError { field: field.into(), code: code.to_owned().into(), message: message.to_owned() }]
}

fn retry_after(status: &Status) -> u64 {
    let said = status.metadata().get("retry-after").and_then(|value| value.to_str().ok());
    said.and_then(|seconds| seconds.parse().ok()).unwrap_or(SOON)
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Service(status)
    }
}

/// A read model that cannot be read now can be read later.
impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        match &cause {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {}
            sqlx::Error::Database(refused) if goes_away(refused.code().as_deref()) => {}
            _ => return Self::Internal(cause.into()),
        }
        tracing::warn!(error = %cause, "the read models cannot be read: {cause}");
        Self::Unavailable
    }
}

/// SQLSTATE classes 08 (connection), 53 (resources), 57 (operator intervention).
fn goes_away(code: Option<&str>) -> bool {
    code.is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class)))
}

impl From<projections::read::Error> for Error {
    fn from(error: projections::read::Error) -> Self {
        match error {
            projections::read::Error::BadCursor(bad) => {
                Self::BadRequest { code: "invalid_cursor", detail: bad.to_string() }
            }
            projections::read::Error::Database(cause) => cause.into(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let stale = matches!(self, Self::NotFoundYet);
        let mut response = self.problem().into_response();
        if stale {
            response.headers_mut().insert(STALE, HeaderValue::from_static("true"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use rpc::fault;

    use super::*;

    fn told(code: Code, stable: &'static str) -> (u16, String) {
        let problem = Error::from(fault(code, stable, "words")).problem();
        (problem.status.as_u16(), problem.code.into_owned())
    }

    #[test]
    fn the_words_of_a_service_become_status_and_code() {
        let table = [
            (Code::InvalidArgument, "empty_prompt", 422),
            (Code::InvalidArgument, "idempotency_key_reused", 422),
            (Code::NotFound, "not_found", 404),
            (Code::Aborted, "version_conflict", 409),
            (Code::AlreadyExists, "email_taken", 409),
            (Code::FailedPrecondition, "generation_over", 409),
            (Code::Unauthenticated, "invalid_credentials", 401),
            (Code::PermissionDenied, "forbidden", 403),
            (Code::ResourceExhausted, "queue_full", 429),
            (Code::Unavailable, "unavailable", 503),
            (Code::DeadlineExceeded, "unavailable", 503),
            (Code::Internal, "internal", 500),
        ];
        for (code, stable, status) in table {
            assert_eq!(told(code, stable), (status, stable.to_owned()));
        }
    }

    #[test]
    fn what_broke_inside_stays_inside() {
        let secret = Status::unknown("panicked at /home/build/store.rs:12 with password=hunter2");
        let problem = Error::from(secret).problem();
        assert_eq!((problem.status.as_u16(), problem.detail.as_str()), (500, "internal error"));
        let cause = anyhow::anyhow!("connection to postgres://user:pass@10.0.0.1 refused");
        assert_eq!(Error::from(cause).problem().detail, "internal error");
    }

    #[test]
    fn what_will_be_back_says_when() {
        assert_eq!(Error::from(Status::unavailable("10.0.0.1:7001 refused")).problem().retry_after, Some(SOON));
        assert!(!Error::from(Status::unavailable("10.0.0.1")).problem().detail.contains("10.0.0.1"));
        assert_eq!(Error::TooManyRequests { retry_after: 7 }.problem().retry_after, Some(7));
        let mut full = fault(Code::ResourceExhausted, "too_many_attempts", "wait");
        full.metadata_mut().insert("retry-after", 42.into());
        assert_eq!(Error::from(full).problem().retry_after, Some(42));
        assert_eq!(Error::from(sqlx::Error::PoolTimedOut).problem().status.as_u16(), 503);
    }

    #[test]
    fn a_refusal_names_its_field() {
        let problem = Error::from(fault(Code::InvalidArgument, "password_too_short", "10 at least")).problem();
        assert_eq!(problem.errors[0].field, "password");
        assert_eq!(problem.code, "password_too_short");
        let two = Error::Invalid(vec![problem.errors[0].clone(), problem.errors[0].clone()]).problem();
        assert_eq!((two.code.as_ref(), two.errors.len()), ("invalid", 2));
    }
}
