//! The schemas, over the API of Confluent's schema registry, so that stock clients in any language decode our topics.
//!
//! A subject is a record's full name, and each schema is served whole, with every type it uses written out:
//! references between subjects are unknown to many clients, and a text without them is understood by all.
//!
//! **Invariant:** nothing is registered here. Ids and versions come from `schemas/avro/ids.lock`, the same everywhere.

mod answer;
mod compatibility;
mod config;
mod error;
mod lookup;
mod push;
mod read;

use anyhow::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use runtime::RoleHealth;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

pub use config::Config;
pub use error::Error;
pub use push::{Pushed, push};

const SCHEMA_REGISTRY: HeaderValue = HeaderValue::from_static("application/vnd.schemaregistry.v1+json");

/// Listens on `config.listen` and serves until `shutdown`; then finishes the requests already in hand.
pub async fn serve(config: Config, health: RoleHealth, shutdown: CancellationToken) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}: set ATELIER_REGISTRY_LISTEN to a free address", config.listen)
    })?;
    health.ready();
    serve_on(listener, &config, shutdown).await
}

/// Like [`serve`], on a socket that listens already.
pub async fn serve_on(listener: TcpListener, config: &Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    axum::serve(listener, routes(config))
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await
        .context("the schema registry stopped")
}

fn routes(config: &Config) -> Router {
    Router::new()
        .route("/", get(read::root))
        .route("/subjects", get(read::subjects))
        .route("/subjects/{subject}", post(lookup::find))
        .route("/subjects/{subject}/versions", get(read::versions).post(lookup::register))
        .route("/subjects/{subject}/versions/{version}", get(read::version))
        .route("/subjects/{subject}/versions/{version}/schema", get(read::version_text))
        .route("/subjects/{subject}/versions/{version}/referencedby", get(read::referenced_by))
        .route("/schemas", get(read::schemas))
        .route("/schemas/types", get(read::types))
        .route("/schemas/ids/{id}", get(read::schema))
        .route("/schemas/ids/{id}/schema", get(read::schema_text))
        .route("/schemas/ids/{id}/subjects", get(read::schema_subjects))
        .route("/schemas/ids/{id}/versions", get(read::schema_versions))
        .route("/compatibility/subjects/{subject}/versions", post(compatibility::with_all))
        .route("/compatibility/subjects/{subject}/versions/{version}", post(compatibility::with_one))
        .route("/config", get(read::level))
        .route("/config/{subject}", get(read::level_of))
        .route("/mode", get(read::mode))
        .route("/mode/{subject}", get(read::mode_of))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::read_only)
        .layer(DefaultBodyLimit::max(config.max_body_bytes))
        .layer(SetResponseHeaderLayer::overriding(CONTENT_TYPE, SCHEMA_REGISTRY))
}
