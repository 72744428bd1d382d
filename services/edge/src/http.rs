//! `GET /api/v1/sessions/{id}/events`.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;

use crate::caller::Caller;
use crate::cursor::BadCursor;
use crate::edge::Edge;
use crate::refusal::Refusal;
use crate::start::Start;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

#[derive(Deserialize)]
struct From {
    from: Option<String>,
}

impl Edge {
    /// The stream's route. It takes the verified [`Caller`] from the request's extensions and must
    /// not be compressed.
    pub fn router(&self) -> Router {
        Router::new().route("/api/v1/sessions/{id}/events", get(events)).with_state(self.clone())
    }
}

async fn events(
    State(edge): State<Edge>,
    Path(session): Path<String>,
    from: Result<Query<From>, QueryRejection>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> Response {
    match open(&edge, &session, from, caller, &headers).await {
        Ok(response) => response,
        Err(refusal) => refusal.response(headers.get(REQUEST_ID).and_then(|id| id.to_str().ok())),
    }
}

async fn open(
    edge: &Edge,
    session: &str,
    from: Result<Query<From>, QueryRejection>,
    caller: Option<Extension<Caller>>,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let Extension(caller) = caller.ok_or(Refusal::Unauthenticated)?;
    let session = session.parse().map_err(|_| Refusal::NotFound)?;
    let Query(From { from }) = from.map_err(|_| BadCursor)?;
    let last = headers.get(LAST_EVENT_ID).map(HeaderValue::to_str).transpose().map_err(|_| BadCursor)?;
    let start = Start::parse(last, from.as_deref())?;
    Ok(respond(edge.stream(caller, session, start).await?))
}

/// The answer that carries a stream.
pub fn respond(stream: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(stream.map(Ok::<_, Infallible>))).into_response()
}
