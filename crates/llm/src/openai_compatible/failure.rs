//! From what the libraries say to what we say.

use std::time::{Duration, SystemTime};

use chrono::DateTime;
use reqwest_eventsource::Error as SourceError;
use reqwest012::{
    Response,
    header::{HeaderMap, RETRY_AFTER},
};
use serde_json::Value;

use crate::Error;

/// The most we read of an error's body; the rest is of no use to anyone.
const BODY: usize = 16 * 1024;
/// How long we read it.
const READING: Duration = Duration::from_secs(2);

/// A failure of the event stream.
pub async fn source(error: SourceError) -> Error {
    match error {
        SourceError::Transport(error) => transport(&error),
        SourceError::InvalidStatusCode(_, answer) => status(answer).await,
        SourceError::InvalidContentType(..) => Error::Malformed("something other than an event stream"),
        SourceError::Utf8(_) => Error::Malformed("text that is not UTF-8"),
        SourceError::Parser(_) | SourceError::InvalidLastEventId(_) => Error::Malformed("a broken event stream"),
        SourceError::StreamEnded => Error::Broken,
    }
}

/// No answer at all, or one that stopped in the middle.
pub fn transport(error: &reqwest012::Error) -> Error {
    if error.is_connect() { Error::Unreachable } else { Error::Broken }
}

/// An answer with a status other than 200.
pub async fn status(answer: Response) -> Error {
    let status = answer.status().as_u16();
    let retry_after = retry_after(answer.headers());
    match status {
        429 => Error::RateLimited { retry_after },
        408 | 500.. => Error::Unavailable { status, retry_after },
        _ => Error::Refused { status, kind: kind_of(answer).await },
    }
}

/// An error event inside the stream.
pub fn reported(error: &Value) -> Error {
    let code = error.get("code").or_else(|| error.get("status"));
    let status = code.and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    Error::Reported { status, kind: kind(error) }
}

async fn kind_of(mut answer: Response) -> Option<String> {
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(bytes)) = answer.chunk().await {
            body.extend_from_slice(&bytes);
            if body.len() > BODY {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(READING, read).await;
    let body: Value = serde_json::from_slice(&body).ok()?;
    kind(body.get("error").filter(|error| error.is_object()).unwrap_or(&body))
}

/// The server's short word for the error. Only a word passes: longer text may quote the prompt.
fn kind(error: &Value) -> Option<String> {
    let word = |value: &Value| value.as_str().filter(|text| is_word(text)).map(str::to_owned);
    error.get("code").and_then(word).or_else(|| error.get("type").and_then(word))
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// `Retry-After`: seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = SystemTime::from(DateTime::parse_from_rfc2822(text).ok()?);
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(asked("3"), Some(Duration::from_secs(3)));
        assert_eq!(asked("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO));
        assert!(asked("Fri, 31 Dec 2100 23:59:59 GMT").unwrap() > Duration::from_secs(1_000_000));
        for nonsense in ["-1", "soon", "nan", "1e300"] {
            assert_eq!(asked(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn free_text_of_the_server_never_passes() {
        let error = json!({"message": "your prompt 'secret plan' is too long", "type": "BadRequestError", "code": 400});
        assert_eq!(reported(&error), Error::Reported { status: Some(400), kind: Some("BadRequestError".into()) });
        assert_eq!(kind(&json!({"type": "the secret plan"})), None);
    }
}
