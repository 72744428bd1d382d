//! A write with the session cookie must come from our own pages: their origin, and a token only they can read.

use axum::extract::Request;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

use crate::cookies::{self, CSRF};
use crate::state::Gateway;
use crate::{Error, origin::PublicOrigin};

/// These begin a session, or do without one, so there is no token to show; the origin is checked all the same.
const BEGINNINGS: [&str; 8] = [
    "/api/v1/auth/sign-in",
    "/api/v1/auth/sign-up",
    "/api/v1/auth/password/forgot",
    "/api/v1/auth/password/reset",
    "/api/v1/auth/verify",
    "/api/v1/auth/code",
    "/api/v1/auth/code/verify",
    "/api/v1/auth/mfa/verify",
];

/// Whether somebody proves who they are here, or asks for the means to.
pub fn is_beginning(path: &str) -> bool {
    BEGINNINGS.contains(&path)
}

pub fn check(gateway: &Gateway, request: &Request) -> Result<(), Error> {
    let headers = request.headers();
    let by_cookie = gateway.cookies.any(headers) && !headers.contains_key(AUTHORIZATION);
    let beginning = is_beginning(request.uri().path());
    let allowed = match request.method() {
        &Method::GET | &Method::HEAD | &Method::OPTIONS => true,
        _ if beginning => is_same_site(&gateway.origin, headers),
        _ if by_cookie => is_same_site(&gateway.origin, headers) && shows_token(headers),
        _ => true,
    };
    if allowed { Ok(()) } else { Err(Error::Csrf) }
}

fn is_same_site(origin: &PublicOrigin, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    origin.accepts(headers) && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

fn shows_token(headers: &HeaderMap) -> bool {
    let shown = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
    shown.is_some() && shown == cookies::read(headers, CSRF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_header_must_be_the_cookie() {
        assert!(shows_token(&headers(&[("cookie", "csrf=abc"), ("x-csrf-token", "abc")])));
        assert!(!shows_token(&headers(&[("cookie", "csrf=abc"), ("x-csrf-token", "abd")])));
        assert!(!shows_token(&headers(&[("cookie", "csrf=abc")])));
        assert!(!shows_token(&headers(&[("x-csrf-token", "abc")])));
        assert!(!shows_token(&headers(&[])));
    }

    #[test]
    fn another_site_is_refused_by_origin_or_by_what_the_browser_says() {
        let origin = PublicOrigin::new(&crate::Config::default()).unwrap();
        assert!(is_same_site(&origin, &headers(&[("origin", "http://127.0.0.1:8080")])));
        assert!(is_same_site(&origin, &headers(&[])));
        assert!(!is_same_site(&origin, &headers(&[("origin", "https://evil.example")])));
        assert!(!is_same_site(&origin, &headers(&[("origin", "null")])));
        assert!(!is_same_site(&origin, &headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!is_same_site(&origin, &headers(&[("sec-fetch-site", "same-site")])));
    }
}
