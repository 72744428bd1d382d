//! Health and metrics, for operators and orchestrators; never on the public port.

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use runtime::Health;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{outbox, token_keys};

/// Answers probes until `shutdown`.
pub async fn serve(
    listener: TcpListener,
    health: Health,
    metrics: impl Fn() -> String + Clone + Send + Sync + 'static,
    outbox: Option<mail::Outbox>,
    token_keys: Option<auth::TokenKeys>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let router = Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/startupz", get(ready))
        .route("/metrics", get(move || async move { metrics() }))
        .with_state(health);
    // Only where mails stay on this machine, and never on the public port: they hold secrets of everyone.
    let router = match outbox {
        Some(outbox) => router.merge(outbox::router(outbox)),
        None => router,
    };
    let router = match token_keys {
        Some(keys) => router.merge(token_keys::router(keys)),
        None => router,
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await
        .context("the operations port stopped")
}

async fn ready(State(health): State<Health>) -> Response {
    let waiting = health.unready();
    let status = if waiting.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": waiting.is_empty(), "waiting": waiting }))).into_response()
}
