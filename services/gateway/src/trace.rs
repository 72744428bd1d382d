//! A request's step in a trace: the caller's own, if it sends a valid `traceparent` (W3C).

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use runtime::trace::{Kind, Step};

use crate::access_log::template;

/// What this request leads to is a part of this; only where traces are told to somebody.
#[derive(Clone)]
pub struct Traceparent(pub Arc<str>);

/// A request that is not answered yet.
pub struct Traced(Step);

impl Traced {
    pub fn begin(request: &mut Request) -> Self {
        let name = format_args!("{} {}", request.method(), template(request));
        let step = Step::begin(Kind::Server, name, given(request.headers()));
        if let Some(own) = step.traceparent() {
            request.extensions_mut().insert(Traceparent(own.into()));
        }
        Self(step)
    }

    pub fn answered(mut self, response: &Response) {
        self.0.note("http.response.status_code", i64::from(response.status().as_u16()));
        if response.status().is_server_error() {
            self.0.failed("the server is to blame");
        }
    }
}

/// The caller's trace, if it is a valid one.
pub fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get("traceparent")?.to_str().ok().filter(|text| is_traceparent(text))
}

fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), ["00", trace, span, flags]
        if hex(trace, 32) && hex(span, 16) && hex(flags, 2)
        && trace.bytes().any(|b| b != b'0') && span.bytes().any(|b| b != b'0'))
}
