//! What stands between the socket and a handler, outermost first: recovery, access record, request id, access log, CORS,
//! rate limit and who is asking, the anti-CSRF guard, whether they may, what they know already.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::state::Gateway;
use crate::{
    Config, Error, access, access_log, address, authorise, conditional, csrf, framing, headers, recovery, request_id,
    who,
};

/// Around the API only.
pub fn around_api(api: Router, gateway: &Gateway) -> Router {
    let guarded = api
        .layer(from_fn_with_state(gateway.clone(), conditional::answer))
        .layer(from_fn(authorise::guard))
        .layer(from_fn_with_state(gateway.clone(), csrf::guard))
        .layer(from_fn_with_state(gateway.clone(), who::admit))
        .layer(from_fn_with_state(gateway.clone(), in_time));
    match cors(&gateway.config) {
        Some(cors) => guarded.layer(cors),
        None => guarded,
    }
}

/// Around everything.
pub fn around(all: Router, gateway: &Gateway) -> Router {
    all.layer(recovery::layer())
        .layer(compression())
        .layer(from_fn_with_state(gateway.clone(), headers::secure))
        .layer(from_fn_with_state(gateway.clone(), address::find))
        .layer(from_fn(framing::guard))
        .layer(from_fn(access_log::log))
        .layer(from_fn(request_id::name))
        .layer(from_fn_with_state(gateway.clone(), access::record))
        .layer(recovery::layer())
}

/// Leaves event streams alone, and what is packed already.
fn compression() -> CompressionLayer<impl Predicate> {
    let packed = NotForContentType::const_new("application/zip").and(NotForContentType::const_new("font/"));
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(packed))
}

/// Until the answer begins; a stream may go on.
async fn in_time(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(gateway.config.timeout, next.run(request)).await;
    answer.unwrap_or_else(|_| Error::Timeout.into_response())
}

/// Exactly the origins that are listed, and never with cookies: those are for our own pages.
fn cors(config: &Config) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = config.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let ours = ["idempotency-key", "last-event-id", "traceparent", "x-request-id"].map(HeaderName::from_static);
    let shown = ["atelier-stale", "atelier-project-id", "atelier-session-id", "atelier-generation-id", "x-request-id"];
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, IF_MATCH].into_iter().chain(ours).collect::<Vec<_>>())
        .expose_headers(
            shown.map(HeaderName::from_static).into_iter().chain([ETAG, LOCATION, RETRY_AFTER]).collect::<Vec<_>>(),
        )
        .max_age(Duration::from_mins(10));
    (!origins.is_empty()).then(|| layer.allow_origin(AllowOrigin::list(origins)))
}
