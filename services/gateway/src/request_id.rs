//! Every request has an id: the caller's, if it is a decent one, else ours. Errors get their words here.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

use crate::problem::Problem;

pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id we take over from a caller.
const LONGEST: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub fn from_static(text: &'static str) -> Self {
        Self(text.into())
    }

    /// Names the request.
    pub fn give(request: &mut Request) -> Self {
        let id = Self::of(request);
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            request.headers_mut().insert(X_REQUEST_ID, value);
        }
        request.extensions_mut().insert(id.clone());
        id
    }

    /// Names the answer, and gives an error its body with the id in it.
    pub fn answer(&self, mut response: Response, api: bool) -> Response {
        let problem =
            response.extensions_mut().remove::<Problem>().or_else(|| without_words(&response).filter(|_| api));
        if let Some(problem) = problem {
            response = problem.write_into(response, self);
        }
        if let Ok(value) = HeaderValue::from_str(self.as_str()) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        response
    }

    fn of(request: &Request) -> Self {
        let given =
            request.headers().get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_decent(id));
        Self(given.map_or_else(|| format!("req_{}", Uuid::now_v7().as_hyphenated()).into(), Arc::from))
    }
}

/// Nothing that could forge a line in a log.
fn is_decent(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// An error that someone below us made without a body of ours.
fn without_words(response: &Response) -> Option<Problem> {
    let status = response.status();
    let wordless = response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind != "application/problem+json");
    (wordless && (status.is_client_error() || status.is_server_error())).then(|| Problem::of(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_id_is_taken_over_unless_it_could_forge_a_log_line() {
        assert!(is_decent("0199d3a0-0000-7000-8000-000000000000"));
        for bad in ["", "a b", "x\ny", "é", &"x".repeat(101), "{}"] {
            assert!(!is_decent(bad), "{bad:?}");
        }
    }
}
