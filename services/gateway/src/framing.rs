//! Where a request ends must be beyond doubt: a proxy before us that reads it otherwise would hand one caller's
//! bytes to another.

use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::problem::Problem;

/// How a request says where it ends.
#[derive(Clone, Copy)]
pub struct Framing {
    in_pieces: bool,
    ambiguous: bool,
}

impl Framing {
    pub fn of(headers: &HeaderMap) -> Self {
        Self { in_pieces: headers.contains_key(TRANSFER_ENCODING), ambiguous: is_ambiguous(headers) }
    }

    /// Two lengths or two hosts are refused.
    pub fn refusal(self) -> Option<Response> {
        let detail = "the request has two lengths or two hosts";
        self.ambiguous.then(|| Problem::new(StatusCode::BAD_REQUEST, "bad_request", detail).into_response())
    }

    /// After a body in pieces nothing else is read from the connection: whatever a client sends behind it is
    /// another proxy's guess. Only HTTP/1.1 has this header.
    pub fn answer(self, response: &mut Response) {
        if self.in_pieces || self.ambiguous {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
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
