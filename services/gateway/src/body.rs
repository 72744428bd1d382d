//! JSON in, parsed at the door: type, size, encoding, syntax, and no field we do not know.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::problem::FieldError;
use crate::state::Gateway;

/// A JSON body of up to `body_limit` bytes.
pub struct Json<T>(pub T);

/// Like [`Json`], up to `import_limit` bytes.
pub struct LargeJson<T>(pub T);

/// Like [`Json`]; no body at all is `T::default()`.
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Gateway> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, Error> {
        read(request, gateway.config.body_limit, gateway).await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Gateway> for LargeJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, Error> {
        read(request, gateway.config.import_limit, gateway).await.map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<Gateway> for OptionalJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, Error> {
        let json = is_json(request.headers());
        let bytes = in_time(request.into_body(), gateway.config.body_limit, gateway).await?;
        match bytes.is_empty() {
            true => Ok(Self(T::default())),
            false if json => parse(&bytes).map(Self),
            false => Err(Error::WrongContentType),
        }
    }
}

async fn read<T: DeserializeOwned>(request: Request, limit: usize, gateway: &Gateway) -> Result<T, Error> {
    if !is_json(request.headers()) {
        return Err(Error::WrongContentType);
    }
    parse(&in_time(request.into_body(), limit, gateway).await?)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Whoever sends a body drop by drop does not hold us.
async fn in_time(body: Body, limit: usize, gateway: &Gateway) -> Result<Bytes, Error> {
    let collected = tokio::time::timeout(gateway.config.body_timeout, collect(body, limit)).await;
    collected.unwrap_or(Err(Error::SlowBody))
}

/// Reads on a little after the limit: a client that is still sending would not see the answer otherwise.
async fn collect(body: Body, limit: usize) -> Result<Bytes, Error> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut seen) = (BytesMut::new(), 0_usize);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Error::BadRequest {
            code: "bad_request",
            detail: "the body ended in the middle".to_owned(),
        })?;
        seen += piece.len();
        if seen <= limit {
            kept.extend_from_slice(&piece);
        } else if seen > limit.saturating_mul(8) {
            break;
        }
    }
    if seen > limit { Err(Error::TooLarge { limit }) } else { Ok(kept.freeze()) }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refuse(&error))?;
    json.end().map_err(|error| Error::MalformedJson(place(&error)))?;
    Ok(value)
}

fn refuse(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let cause = error.inner();
    if cause.is_syntax() || cause.is_eof() {
        return Error::MalformedJson(place(cause));
    }
    let message = cause.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(words, _)| words);
    let (code, name) = match message.split('`').nth(1) {
        Some(name) if message.starts_with("unknown field") => ("unknown_field", Some(name)),
        Some(name) if message.starts_with("missing field") => ("required", Some(name)),
        _ => ("invalid_type", None),
    };
    let field = path(&error.path().to_string(), name);
    Error::Invalid(vec![FieldError { field: field.into(), code: code.into(), message: message.to_owned() }])
}

/// Where it is wrong; the path serde gives may or may not end in the field that is unknown or missing.
fn path(parents: &str, name: Option<&str>) -> String {
    match (parents, name) {
        (".", Some(name)) => name.to_owned(),
        (parents, Some(name)) if parents == name || parents.ends_with(&format!(".{name}")) => parents.to_owned(),
        (parents, Some(name)) => format!("{parents}.{name}"),
        (parents, None) => parents.to_owned(),
    }
}

/// Where the syntax is wrong, without the words of the body.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Import {
        base: u32,
        files: Vec<File>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct File {
        path: String,
    }

    fn wrong(body: &[u8]) -> (u16, String, String) {
        let problem = parse::<Import>(body).unwrap_err().problem();
        let field = problem.errors.first().map(|error| error.field.to_string()).unwrap_or_default();
        (problem.status.as_u16(), problem.code.into_owned(), field)
    }

    fn is(status: u16, code: &str, field: &str) -> (u16, String, String) {
        (status, code.to_owned(), field.to_owned())
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(wrong(br#"{"base":1,"files":[],"tenant_id":"x"}"#), is(422, "unknown_field", "tenant_id"));
        assert_eq!(wrong(br#"{"base":1,"files":[{"path":"a","x":1}]}"#), is(422, "unknown_field", "files[0].x"));
        assert_eq!(wrong(br#"{"base":1,"files":[{}]}"#), is(422, "required", "files[0].path"));
        assert_eq!(wrong(br#"{"files":[]}"#), is(422, "required", "base"));
        assert_eq!(wrong(br#"{"base":"1","files":[]}"#), is(422, "invalid_type", "base"));
        assert_eq!(wrong(br#"{"base":-1,"files":[]}"#), is(422, "invalid_type", "base"));
    }

    #[test]
    fn what_is_no_json_is_400() {
        assert_eq!(wrong(br#"{"base":1,"#), is(400, "malformed_json", ""));
        assert_eq!(wrong(b""), is(400, "malformed_json", ""));
        assert_eq!(wrong(br#"{"base":1,"files":[]} trailing"#), is(400, "malformed_json", ""));
        assert_eq!(wrong(b"{\"base\":1,\"files\":[{\"path\":\"\xff\"}]}"), is(400, "not_utf8", ""));
        let deep = parse::<serde_json::Value>("[".repeat(10_000).as_bytes()).unwrap_err().problem();
        assert_eq!((deep.status.as_u16(), deep.code.as_ref()), (400, "malformed_json"));
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        assert_eq!(collect(Body::from("x".repeat(10)), 10).await.unwrap().len(), 10);
        assert!(matches!(collect(Body::from("x".repeat(11)), 10).await, Err(Error::TooLarge { limit: 10 })));
    }

    #[test]
    fn json_has_several_names() {
        let of = |kind: &str| HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        assert!(is_json(&of("application/json; charset=utf-8")));
        assert!(is_json(&of("Application/JSON")));
        assert!(!is_json(&of("text/plain")));
        assert!(!is_json(&of("application/x-www-form-urlencoded")));
        assert!(!is_json(&HeaderMap::new()));
    }
}
