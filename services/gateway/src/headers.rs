//! Headers that every answer has, by what kind of thing it is.

use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
pub const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
pub const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// JSON is not a page.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// The docs page has its own scripts; its style sheets are written into the page by them.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Place {
    pub api: bool,
    docs: bool,
}

impl Place {
    pub fn of(path: &str) -> Self {
        Self { api: path.starts_with("/api/"), docs: path.starts_with("/api/v1/docs") }
    }
}

/// What somebody below has decided stays.
pub fn secure(response: &mut Response, Place { api, docs }: Place, https: bool) {
    let headers = response.headers_mut();
    keep(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    keep(headers, REFERRER_POLICY, "no-referrer");
    keep(headers, OPENER, "same-origin");
    keep(headers, RESOURCE, "same-origin");
    keep(headers, PERMISSIONS, "camera=(), microphone=(), geolocation=(), usb=(), serial=()");
    if docs {
        keep(headers, CONTENT_SECURITY_POLICY, DOCS_POLICY);
    } else if api {
        keep(headers, CONTENT_SECURITY_POLICY, API_POLICY);
        keep(headers, CACHE_CONTROL, "no-store");
    }
    if !headers.contains_key("access-control-allow-origin") || api {
        keep(headers, X_FRAME_OPTIONS, "DENY");
    }
    if https {
        keep(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}

fn keep(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
