//! `application/problem+json` (RFC 9457): what every error of the API looks like.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::request_id::RequestId;

/// One field that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where, with dots between the parts: `files[3].path`.
    #[schema(example = "email")]
    pub field: Cow<'static, str>,
    /// Stable and machine-readable.
    #[schema(example = "invalid_email")]
    pub code: Cow<'static, str>,
    /// For people.
    pub message: String,
}

/// An error on its way out; the request id is added at the door.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub code: Cow<'static, str>,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Seconds.
    pub retry_after: Option<u64>,
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:atelier:problem:not_found")]
    kind: String,
    #[schema(example = "Not Found")]
    title: &'a str,
    #[schema(example = 404)]
    status: u16,
    detail: &'a str,
    /// Stable and machine-readable.
    #[schema(example = "not_found")]
    code: &'a str,
    /// Names this request in our logs.
    request_id: &'a str,
    /// The fields of the body that are wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

impl Problem {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { status, code: code.into(), detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// For an answer that somebody below us made without words.
    pub fn of(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::BAD_REQUEST => ("bad_request", "the request cannot be understood"),
            StatusCode::NOT_FOUND => ("not_found", "there is no such thing here"),
            StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this path does not know this method"),
            StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", "the body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "the body must be application/json"),
            status if status.is_client_error() => ("refused", "the request was refused"),
            _ => ("internal", "internal error"),
        };
        Self::new(status, code, detail)
    }

    /// Puts the words into an answer whose other headers stay.
    pub fn write_into(&self, response: Response, request_id: &RequestId) -> Response {
        let (mut parts, _) = response.into_parts();
        for header in [CONTENT_LENGTH, CONTENT_ENCODING, ETAG] {
            parts.headers.remove(header);
        }
        parts.status = self.status;
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            parts.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Response::from_parts(parts, Body::from(self.json(request_id.as_str())))
    }

    fn json(&self, request_id: &str) -> Vec<u8> {
        let body = ProblemBody {
            kind: format!("urn:atelier:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: &self.code,
            request_id,
            errors: &self.errors,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// Travels as an extension until [`Problem::write_into`] at the door.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_says_it_all_and_keeps_the_headers() {
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "empty_prompt", "the prompt is empty");
        problem.errors =
            vec![FieldError { field: "content".into(), code: "empty_prompt".into(), message: "it is".into() }];
        problem.retry_after = Some(2);
        let before = ([("ratelimit-limit", "100")], "gone").into_response();
        let response = problem.write_into(before, &RequestId::from_static("req_1"));

        assert_eq!(response.status(), 422);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["ratelimit-limit"], "100");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["type"], "urn:atelier:problem:empty_prompt");
        assert_eq!(body["title"], "Unprocessable Entity");
        assert_eq!(body["status"], 422);
        assert_eq!(body["request_id"], "req_1");
        assert_eq!(body["errors"][0]["field"], "content");
    }
}
