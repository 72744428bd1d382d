//! The web UI: a folder of static files, with the headers that the browser needs to keep it safe.

mod asset;
mod assets;
mod policy;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::headers::{PERMISSIONS, RESOURCE};
use crate::origin::PublicOrigin;
use crate::problem::Problem;

use asset::Asset;
pub use assets::Assets;
use policy::Policies;

/// Nothing that happens in the preview may use the machine.
const PREVIEW_PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), clipboard-read=(), clipboard-write=(), \
    usb=(), serial=(), display-capture=()";

struct WebUi {
    assets: Assets,
    policies: Policies,
    origin: PublicOrigin,
}

/// Answers whatever no other route does.
pub fn router(assets: Assets, origin: PublicOrigin) -> Router {
    let policies = Policies::read(&assets);
    let ui = Arc::new(WebUi { assets, policies, origin });
    Router::new().fallback(serve).with_state(ui)
}

async fn serve(State(ui): State<Arc<WebUi>>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let (status, name, asset) = match ui.assets.find(path) {
        Some((name, asset)) => (StatusCode::OK, name, asset),
        None => match ui.assets.find("/404.html") {
            Some((name, asset)) => (StatusCode::NOT_FOUND, name, asset),
            None => return (StatusCode::NOT_FOUND, "There is no such page here.\n").into_response(),
        },
    };
    let mut response = answer(status, &asset, request.headers());
    ui.dress(response.headers_mut(), &name, request.headers());
    response
}

fn answer(status: StatusCode, asset: &Arc<Asset>, asked: &HeaderMap) -> Response {
    let etag = [(ETAG, asset.etag.clone()), (VARY, HeaderValue::from_static("accept-encoding"))];
    if status == StatusCode::OK && has(asked, &asset.etag) {
        return (StatusCode::NOT_MODIFIED, etag).into_response();
    }
    let kind = [(CONTENT_TYPE, asset.kind.clone())];
    match asset.gzip().filter(|_| takes_gzip(asked)) {
        Some(packed) => (status, etag, kind, [(CONTENT_ENCODING, "gzip")], Body::from(packed.clone())).into_response(),
        None => (status, etag, kind, Body::from(asset.bytes.clone())).into_response(),
    }
}

fn has(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let tags = asked.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = tags.flat_map(|line| line.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut codings = lines.flat_map(|line| line.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip"
            && weight.trim().trim_start_matches("q=").trim_end_matches('0') != "0."
            && weight.trim() != "q=0"
    })
}

impl WebUi {
    fn dress(&self, headers: &mut HeaderMap, name: &str, asked: &HeaderMap) {
        let immutable = name.starts_with("_next/static/") || name.starts_with("preview/v/");
        let caching = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        let origin = self.origin.for_request(asked);
        let policy = self.policies.of(name, &origin);
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        if name.starts_with("preview/") {
            // The frame has no origin of its own, so for it every file is another origin's.
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(RESOURCE, HeaderValue::from_static("cross-origin"));
            headers.insert(PERMISSIONS, HeaderValue::from_static(PREVIEW_PERMISSIONS));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, value.parse().unwrap())])
    }

    #[test]
    fn gzip_is_for_those_who_take_it() {
        assert!(takes_gzip(&asking("gzip, deflate, br")));
        assert!(takes_gzip(&asking("br;q=1, gzip;q=0.5")));
        assert!(!takes_gzip(&asking("br")));
        assert!(!takes_gzip(&asking("gzip;q=0")));
        assert!(!takes_gzip(&asking("gzip;q=0.0")));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
