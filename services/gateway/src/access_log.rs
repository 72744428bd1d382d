//! One line per request: what was asked for by whom, how it ended and how long it took. No query, no body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use domain::{TenantId, UserId};
use http::Method;

use crate::request_id::RequestId;

/// Left in an answer's extensions by whoever found out who asked.
#[derive(Clone, Copy)]
pub struct AskedBy {
    pub user: UserId,
    pub tenant: TenantId,
}

/// A request whose line is not written yet.
pub struct Asked {
    begun: Instant,
    method: Method,
    path: String,
}

impl Asked {
    pub fn begin(request: &Request) -> Self {
        Self { begun: Instant::now(), method: request.method().clone(), path: template(request).to_owned() }
    }

    pub fn answered(self, id: &RequestId, response: &Response) {
        let Self { begun, method, path } = self;
        let user = response.extensions().get::<AskedBy>().map(|asked| asked.user);
        let (status, seconds) = (response.status().as_u16(), begun.elapsed().as_secs_f64());
        let labels = [("method", word(&method).to_owned()), ("path", path.clone()), ("status", status.to_string())];
        metrics::histogram!("atelier_http_request_seconds", &labels).record(seconds);
        tracing::info!(
            http.method = %method,
            http.path = path,
            http.status = status,
            latency_ms = seconds * 1_000.0,
            user.id = user.map(tracing::field::display),
            request.id = id.as_str(),
            "{method} {path} {status}"
        );
    }
}

/// A label has few values, whatever callers send.
pub fn word(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE, Method::OPTIONS];
    if known.contains(method) { method.as_str() } else { "other" }
}

/// `/api/v1/sessions/{id}`, never the id: paths are labels of a metric. What has no route is one path.
pub fn template(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("(web)", MatchedPath::as_str)
}
