//! A panic costs its own request and nothing more.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Problem;

pub type Recovery = CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response>;

pub fn layer() -> Recovery {
    CatchPanicLayer::custom(answer as fn(Box<dyn Any + Send>) -> Response)
}

/// What was said at the panic is in the log already, by the panic hook.
fn answer(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    Problem::of(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
