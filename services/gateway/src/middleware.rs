//! What stands between the socket and a handler, outermost first: recovery, access record, request id, access log, CORS,
//! rate limit and who is asking, the anti-CSRF guard, whether they may, what they know already.
//!
//! Two functions and not a dozen layers: each layer of the framework clones all those below it for each request.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method};
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::access::Served;
use crate::access_log::Asked;
use crate::framing::Framing;
use crate::headers::Place;
use crate::request_id::RequestId;
use crate::state::Gateway;
use crate::trace::Traced;
use crate::{Config, Error, address, authorise, conditional, csrf, headers, recovery, who};

/// Around the API only.
pub fn around_api(api: Router, gateway: &Gateway) -> Router {
    let guarded = api.layer(from_fn_with_state(gateway.clone(), in_time));
    match cors(&gateway.config) {
        Some(cors) => guarded.layer(cors),
        None => guarded,
    }
}

/// Around everything.
pub fn around(all: Router, gateway: &Gateway) -> Router {
    let layers = ServiceBuilder::new()
        .layer(recovery::layer())
        .layer(from_fn_with_state(gateway.clone(), at_the_door))
        .layer(compression())
        .layer(recovery::layer());
    all.layer(layers)
}

/// Sees every answer as it leaves, whoever made it.
async fn at_the_door(State(gateway): State<Gateway>, mut request: Request, next: Next) -> Response {
    let served = Served::begin(&gateway.access, &request);
    let id = RequestId::give(&mut request);
    let asked = Asked::begin(&request);
    let traced = Traced::begin(&mut request);
    let address = address::find(&gateway.config.trusted_proxies, &mut request);
    let (framing, place) = (Framing::of(request.headers()), Place::of(request.uri().path()));
    let mut response = match framing.refusal() {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    headers::secure(&mut response, place, gateway.origin.is_https());
    framing.answer(&mut response);
    asked.answered(&id, &response);
    traced.answered(&response);
    let response = id.answer(response, place.api);
    match served {
        Some(served) => served.answered(&id, address, response),
        None => response,
    }
}

/// Leaves event streams alone, and what is packed already.
fn compression() -> CompressionLayer<impl Predicate> {
    let packed = NotForContentType::const_new("application/zip").and(NotForContentType::const_new("font/"));
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(packed))
}

/// Until the answer begins; a stream may go on.
async fn in_time(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(gateway.config.timeout, guarded(&gateway, request, next)).await;
    answer.unwrap_or_else(|_| Error::Timeout.into_response())
}

/// Who asks and how often, from where, whether they may, and what they know already.
async fn guarded(gateway: &Gateway, mut request: Request, next: Next) -> Response {
    let admitted = match who::admit(gateway, &mut request).await {
        Ok(admitted) => admitted,
        Err(refused) => return *refused,
    };
    let allowed = csrf::check(gateway, &request).and_then(|()| authorise::check(&request));
    let answer = match allowed {
        Ok(()) => conditional::answer(gateway, request, next).await,
        Err(refused) => Err(refused),
    };
    admitted.answer(answer.into_response())
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
