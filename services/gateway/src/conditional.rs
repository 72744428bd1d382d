//! Reads that a client has already: `304` instead of the same bytes again.
//!
//! A read of one thing has its version as `ETag`; every other one the hash of what it says. A client may keep an
//! answer, for itself alone, and asks each time whether it is still true: an event that changes anything changes
//! the tag.

use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body::Body as _;
use ring::digest::{SHA256, digest};

use crate::Error;
use crate::state::Gateway;

/// What people look at again and again. Not here: tokens, exports, and the audit log, where each read is an event.
/// Accounts are: the same page again, unchanged, within the term of [`Config::answer_cache`](crate::Config) is
/// the same reading.
const KEPT: [&str; 5] = ["/api/v1/projects", "/api/v1/sessions", "/api/v1/models", "/api/v1/usage", "/api/v1/users"];

pub async fn answer(gateway: &Gateway, request: Request, next: Next) -> Result<Response, Error> {
    let kept = request.method() == Method::GET && KEPT.iter().any(|path| request.uri().path().starts_with(path));
    if !kept {
        return Ok(next.run(request).await);
    }
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let mut response = kept_or_read(gateway, request, next).await?;
    if response.status() != StatusCode::OK || !is_json(response.headers()) {
        return Ok(response);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(VARY, HeaderValue::from_static("authorization, cookie"));
    let tag = headers.get(ETAG).cloned();
    let same = known.zip(tag).is_some_and(|(known, tag)| is_known(&known, &tag));
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = Body::empty();
    }
    Ok(response)
}

/// What was said before, where no event has changed it since.
async fn kept_or_read(gateway: &Gateway, request: Request, next: Next) -> Result<Response, Error> {
    let question = gateway.answers.question(&request);
    if let Some(kept) = question.as_ref().and_then(|question| gateway.answers.find(question)) {
        return Ok(kept);
    }
    let asked = Instant::now();
    let response = next.run(request).await;
    let whole = |size| size <= gateway.config.body_limit as u64;
    if response.status() != StatusCode::OK
        || !is_json(response.headers())
        || !response.body().size_hint().exact().is_some_and(whole)
    {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, gateway.config.body_limit).await.map_err(|error| Error::Internal(error.into()))?;
    if !parts.headers.contains_key(ETAG) {
        parts.headers.insert(ETAG, tag(&bytes)?);
    }
    if let Some(question) = question {
        gateway.answers.keep(question, asked, &parts.headers, &bytes);
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn tag(bytes: &Bytes) -> Result<HeaderValue, Error> {
    let hash = hex::encode(&digest(&SHA256, bytes).as_ref()[..16]);
    HeaderValue::try_from(format!("W/\"{hash}\"")).map_err(|error| Error::Internal(error.into()))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}

/// Weakly, as RFC 9110 wants it of `If-None-Match`.
fn is_known(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|one| bare(one) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_weakly_and_among_others() {
        let known =
            |known: &'static str| is_known(&HeaderValue::from_static(known), &HeaderValue::from_static("\"3\""));
        assert!(known("\"3\"") && known("W/\"3\"") && known("\"2\", \"3\"") && known("*"));
        assert!(!known("\"2\"") && !known("") && !known("\"33\""));
    }
}
