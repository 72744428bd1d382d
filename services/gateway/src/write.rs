//! The headers of a write, for command: which repeat it is, which version it is for, whose trace it belongs to.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::{IF_MATCH, USER_AGENT};
use http::request::Parts;

use crate::address::ClientAddress;
use crate::request_id::RequestId;
use crate::trace::Traceparent;
use crate::{Error, trace};

/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 200;

/// As an argument of a handler.
#[derive(Clone, Debug, Default)]
pub struct Write {
    key: Option<String>,
    expected_version: i64,
    correlation_id: String,
    traceparent: String,
    origin: String,
}

impl<S: Sync> FromRequestParts<S> for Write {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let correlation_id = parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
        Ok(Self {
            key: idempotency_key(&parts.headers)?,
            expected_version: expected_version(&parts.headers)?,
            correlation_id,
            traceparent: traceparent(parts.extensions.get(), &parts.headers),
            origin: origin(parts.extensions.get(), &parts.headers),
        })
    }
}

/// From where a call comes, by itself.
pub struct Origin(pub String);

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(origin(parts.extensions.get(), &parts.headers)))
    }
}

impl Write {
    pub fn to_rpc(&self) -> rpc::command::v1::Write {
        rpc::command::v1::Write {
            idempotency_key: self.key.clone().unwrap_or_default(),
            expected_version: self.expected_version,
            correlation_id: self.correlation_id.clone(),
            traceparent: self.traceparent.clone(),
            origin: self.origin.clone(),
        }
    }

    /// For noting that something is read: two readings are two, whatever keys a client sends with them.
    pub fn unkeyed(&self) -> rpc::command::v1::Write {
        rpc::command::v1::Write { idempotency_key: String::new(), expected_version: 0, ..self.to_rpc() }
    }

    /// For one step of a call that takes several: a repeat of the call repeats each step.
    pub fn step(&self, name: &str) -> rpc::command::v1::Write {
        let key = self.key.as_ref().map(|key| format!("{key}:{name}")).unwrap_or_default();
        rpc::command::v1::Write { idempotency_key: key, expected_version: 0, ..self.to_rpc() }
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    let wrong = || Error::BadRequest {
        code: "invalid_idempotency_key",
        detail: format!("Idempotency-Key is 1 to {LONGEST_KEY} visible ASCII characters"),
    };
    key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// `If-Match: 3`, `"3"` or `W/"3"`; `*` and none mean any version, which is 0 for command.
fn expected_version(headers: &HeaderMap) -> Result<i64, Error> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(0) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(0);
    }
    let number = text.strip_prefix("W/").unwrap_or(text).trim_matches('"').parse().ok().filter(|version| *version > 0);
    number.ok_or_else(|| Error::BadRequest {
        code: "invalid_if_match",
        detail: "If-Match is the version of what is to be changed, as the last read gave it".to_owned(),
    })
}

/// That of the request's own step, where traces are told to somebody; else the caller's, if it is a valid one; else a
/// new one.
fn traceparent(own: Option<&Traceparent>, headers: &HeaderMap) -> String {
    let known = own.map(|Traceparent(own)| &**own).or_else(|| trace::given(headers));
    let new = || format!("00-{:032x}-{:016x}-01", rand::random::<u128>().max(1), rand::random::<u64>().max(1));
    known.map_or_else(new, str::to_owned)
}

/// From where, for the audit log: the caller's network and a short hash of the user agent, which tells one
/// device from another and neither of them by name.
fn origin(address: Option<&ClientAddress>, headers: &HeaderMap) -> String {
    let network = address.map(ClientAddress::network).unwrap_or_default();
    let agent = headers.get(USER_AGENT).map(|agent| {
        let hash = ring::digest::digest(&ring::digest::SHA256, agent.as_bytes());
        format!("ua:{}", hex::encode(&hash.as_ref()[..6]))
    });
    [network, agent.unwrap_or_default()].join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &[u8]) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), http::HeaderValue::from_bytes(value).unwrap())])
    }

    #[test]
    fn a_key_is_visible_ascii_of_a_decent_length() {
        let key = |value: &[u8]| idempotency_key(&headers("idempotency-key", value));
        assert_eq!(key(b"0199-abc").unwrap().as_deref(), Some("0199-abc"));
        assert_eq!(idempotency_key(&HeaderMap::new()).unwrap(), None);
        for bad in [&b""[..], b"a b", b"\xc3\xa9", &[b'x'; 201]] {
            assert_eq!(key(bad).unwrap_err().problem().code, "invalid_idempotency_key");
        }
    }

    #[test]
    fn if_match_names_a_version() {
        let version = |value: &str| expected_version(&headers("if-match", value.as_bytes()));
        assert_eq!(version("3").unwrap(), 3);
        assert_eq!(version("\"3\"").unwrap(), 3);
        assert_eq!(version("W/\"3\"").unwrap(), 3);
        assert_eq!(version("*").unwrap(), 0);
        for bad in ["", "abc", "-1", "0", "\"\"", "1,2"] {
            assert_eq!(version(bad).unwrap_err().problem().code, "invalid_if_match", "{bad}");
        }
    }

    #[test]
    fn a_trace_goes_on_and_a_forged_one_does_not() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(traceparent(None, &headers("traceparent", good.as_bytes())), good);
        let own = Traceparent("00-1-2-01".into());
        assert_eq!(traceparent(Some(&own), &headers("traceparent", good.as_bytes())), "00-1-2-01");
        for bad in ["", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "x", &good.to_uppercase()] {
            let made = traceparent(None, &headers("traceparent", bad.as_bytes()));
            assert!(made != bad && trace::given(&headers("traceparent", made.as_bytes())).is_some());
        }
    }

    #[test]
    fn an_origin_names_a_network_and_no_device() {
        let address = ClientAddress::new("203.0.113.9".parse().unwrap());
        let told = origin(Some(&address), &headers("user-agent", b"Mozilla/5.0 (X11)"));
        assert!(told.starts_with("203.0.113.0/24 ua:") && !told.contains("Mozilla"), "{told}");
        assert_ne!(told, origin(Some(&address), &headers("user-agent", b"curl/8")));
        assert_eq!(origin(None, &HeaderMap::new()), "");
    }

    #[test]
    fn each_step_has_a_key_of_its_own() {
        let write = Write { key: Some("k".into()), expected_version: 3, ..Write::default() };
        assert_eq!(write.step("project").idempotency_key, "k:project");
        assert_eq!(write.step("project").expected_version, 0);
        assert_eq!(Write::default().step("project").idempotency_key, "");
    }
}
