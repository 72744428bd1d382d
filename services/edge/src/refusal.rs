//! Why a stream does not begin, and what the caller hears of it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::cursor::BadCursor;

/// Why a stream does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("sign in first")]
    Unauthenticated,
    /// Also for what belongs to somebody else.
    #[error("there is no such session")]
    NotFound,
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    #[error("too many open streams; close one and try again")]
    TooManyStreams,
    #[error("no room for another stream; try again soon")]
    Overloaded,
    #[error("the stream cannot be opened at the moment; try again soon")]
    Unavailable,
}

impl Refusal {
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadCursor(_) => StatusCode::BAD_REQUEST,
            Self::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Stable, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::NotFound => "not_found",
            Self::BadCursor(_) => "bad_cursor",
            Self::TooManyStreams => "too_many_streams",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
        }
    }

    /// The problem document (RFC 9457). `request_id`: as the gateway gave it.
    pub fn response(self, request_id: Option<&str>) -> Response {
        let status = self.status();
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.to_string(),
            "code": self.code(),
            "request_id": request_id,
        });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(self, Self::TooManyStreams | Self::Overloaded | Self::Unavailable) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response(None)
    }
}
