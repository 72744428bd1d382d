//! What can go wrong, in the registry's own codes: clients tell cases apart by `error_code`.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What a client hears. The codes are Confluent's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("there is nothing at {0}")]
    NoSuchPath(String),
    #[error("Subject '{0}' not found.")]
    NoSubject(String),
    #[error("Version {version} of '{subject}' not found; the newest is {newest}.")]
    NoVersion { subject: String, version: u32, newest: u32 },
    #[error(
        "Schema {asked} not found; this installation knows ids up to {newest}. \
         A record with a higher id was written by a newer Atelier: ask its registry, or update this one."
    )]
    NoSchema { asked: i64, newest: u32 },
    #[error("Schema not found: no version of '{0}' is this one.")]
    NotRegistered(String),
    #[error("{0}")]
    InvalidSchema(String),
    #[error("'{0}' is no version: a number from 1 on, or \"latest\".")]
    InvalidVersion(String),
    #[error("The body is larger than [registry] max_body_bytes.")]
    TooLarge,
    /// Confluent's code for a registry in mode READONLY.
    #[error(
        "Subject '{0}' is in read-only mode: a schema is a file in schemas/avro and its id a line in ids.lock, \
         so that both are the same in every installation."
    )]
    ReadOnly(String),
    #[error("{0} is not allowed: this registry is read-only.")]
    MethodNotAllowed(Method),
}

impl Error {
    const fn parts(&self) -> (StatusCode, u32) {
        match self {
            Self::NoSuchPath(_) => (StatusCode::NOT_FOUND, 404),
            Self::NoSubject(_) => (StatusCode::NOT_FOUND, 40_401),
            Self::NoVersion { .. } => (StatusCode::NOT_FOUND, 40_402),
            Self::NoSchema { .. } | Self::NotRegistered(_) => (StatusCode::NOT_FOUND, 40_403),
            Self::InvalidSchema(_) => (StatusCode::UNPROCESSABLE_ENTITY, 42_201),
            Self::InvalidVersion(_) => (StatusCode::UNPROCESSABLE_ENTITY, 42_202),
            Self::ReadOnly(_) => (StatusCode::UNPROCESSABLE_ENTITY, 42_205),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 413),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, 405),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = self.parts();
        tracing::debug!(code, "refused: {self}");
        (status, Json(json!({ "error_code": code, "message": self.to_string() }))).into_response()
    }
}

pub async fn not_found(uri: Uri) -> Error {
    Error::NoSuchPath(uri.path().to_owned())
}

pub async fn read_only(method: Method) -> Error {
    Error::MethodNotAllowed(method)
}
