//! Where a request ends must be beyond doubt: a proxy before us that reads it otherwise would hand one caller's
//! bytes to another.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::problem::Problem;

/// Refuses two lengths or two hosts; after a body in pieces nothing else is read from the connection.
pub async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let (in_pieces, ambiguous) = (headers.contains_key(TRANSFER_ENCODING), is_ambiguous(headers));
    let mut response = if ambiguous {
        let detail = "the request has two lengths or two hosts";
        Problem::new(StatusCode::BAD_REQUEST, "bad_request", detail).into_response()
    } else {
        next.run(request).await
    };
    if in_pieces || ambiguous {
        // Only HTTP/1.1 has this header; whatever a client sends behind such a body is another proxy's guess.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn is_ambiguous(headers: &HeaderMap) -> bool {
    let count = |name| headers.get_all(name).iter().count();
    (count(TRANSFER_ENCODING) > 0 && count(CONTENT_LENGTH) > 0) || count(TRANSFER_ENCODING) > 1 || count(HOST) > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambiguous(pairs: &[(&'static str, &'static str)]) -> bool {
        is_ambiguous(&pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn one_length_is_enough() {
        assert!(!ambiguous(&[("host", "a"), ("content-length", "3")]));
        assert!(!ambiguous(&[("host", "a"), ("transfer-encoding", "chunked")]));
        assert!(ambiguous(&[("content-length", "3"), ("transfer-encoding", "chunked")]));
    }

    #[test]
    fn one_host_is_enough() {
        let mut two = HeaderMap::new();
        two.append(HOST, HeaderValue::from_static("a"));
        two.append(HOST, HeaderValue::from_static("b"));
        assert!(is_ambiguous(&two));
    }
}
