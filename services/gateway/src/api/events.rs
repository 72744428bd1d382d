//! `GET sessions/{id}/events`: the edge's stream, behind our door.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;

use crate::Error;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;

/// The session's events as a stream of server-sent events, from any point of the past.
#[utoipa::path(get, path = "/sessions/{id}/events", tag = "sessions",
    operation_id = "session_events",
    params(
        ("id" = String, Path, description = "The session"),
        ("from" = Option<String>, Query, description = "A cursor, a stream_position (`g:<generation id>`), or 0 for \
            the last answer; without any: from now"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was seen"),
    ),
    responses(
        (status = 200, description = "hello, then what happens", content_type = "text/event-stream", body = String),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
#[allow(dead_code)]
pub fn events() {}

pub use __path_events as EventsPath;

/// A clear refusal where the edge plays in other processes.
pub fn router(gateway: &Gateway) -> Router {
    match &gateway.edge {
        Some(edge) => edge.router().layer(from_fn(introduce)),
        None => Router::new().route("/api/v1/sessions/{id}/events", get(async || Error::NoStreams)),
    }
}

/// Tells the edge who it is, as we have verified it.
async fn introduce(caller: Caller, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(caller.for_edge());
    next.run(request).await
}
