//! Ids in paths and parameters in queries.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use chrono::DateTime;
use http::request::Parts;
use projections::{After, Page};
use rpc::command::v1::Moment;
use rpc::command::v1::moment::At;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::Error;

/// The only id of a path. One that nobody can have is like one that nobody has.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        text.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

/// Both ids of a path, outer first.
pub struct Ids<T, U>(pub T, pub U);

impl<S: Send + Sync, T: FromStr, U: FromStr> FromRequestParts<S> for Ids<T, U> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((outer, inner)) = path.map_err(|_| Error::NotFound)?;
        let ids = outer.parse().ok().zip(inner.parse().ok());
        ids.map(|(outer, inner)| Self(outer, inner)).ok_or(Error::NotFound)
    }
}

/// The parameters of a query.
pub struct Asked<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        query.map(|Query(asked)| Self(asked)).map_err(|wrong| {
            let detail = wrong.body_text();
            let detail = detail.rsplit_once(": ").map_or(detail.as_str(), |(_, words)| words).to_owned();
            Error::BadRequest { code: "invalid_query", detail }
        })
    }
}

/// A read of one aggregate.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AtLeast {
    /// Waits a moment until this version is visible. If it is not, the answer carries `Atelier-Stale: true`.
    #[param(minimum = 1)]
    pub min_version: Option<i64>,
}

/// A read of one aggregate, as it is or as it was.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AtLeastOrAsOf {
    /// Waits a moment until this version is visible. If it is not, the answer carries `Atelier-Stale: true`.
    #[param(minimum = 1)]
    pub min_version: Option<i64>,
    /// As it was: a time (RFC 3339) or a version. One that is still to come is now.
    #[param(example = "2026-11-21T10:00:00Z")]
    as_of: Option<String>,
}

impl AtLeastOrAsOf {
    pub fn as_of(&self) -> Result<Option<Moment>, Error> {
        as_of(self.as_of.as_deref(), self.min_version)
    }
}

/// A moment of the past, as text.
fn as_of(text: Option<&str>, min_version: Option<i64>) -> Result<Option<Moment>, Error> {
    let wrong = |detail: &str| Error::BadRequest { code: "invalid_query", detail: detail.to_owned() };
    let Some(text) = text else { return Ok(None) };
    if min_version.is_some() {
        return Err(wrong("as_of asks for the past and min_version for the present: only one of them"));
    }
    let version = text.parse().ok().filter(|version| *version >= 0).map(At::Version);
    let time = || DateTime::parse_from_rfc3339(text).ok().map(|time| At::Micros(time.timestamp_micros()));
    let at = version
        .or_else(time)
        .ok_or_else(|| wrong("as_of is a time, for example 2026-11-21T10:00:00Z, or a version"))?;
    Ok(Some(Moment { at: Some(at) }))
}

/// A list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Items at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// As the page before gave it in `next_cursor`.
    cursor: Option<String>,
    /// Only what contains these words.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `<id>:<version>`: waits a moment until this write is visible. If it is not, the answer carries
    /// `Atelier-Stale: true`.
    after: Option<String>,
}

/// A list within a session, which waits for the session's version.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionListQuery {
    /// Items at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// As the page before gave it in `next_cursor`.
    cursor: Option<String>,
    /// Only what contains these words.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Waits a moment until the session has this version. If it has not, the answer carries `Atelier-Stale: true`.
    #[param(minimum = 1)]
    pub min_version: Option<i64>,
    /// As it was: a time (RFC 3339) or a version. One that is still to come is now.
    #[param(example = "2026-11-21T10:00:00Z")]
    as_of: Option<String>,
}

/// A list within the organisation, which waits for its version.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrgListQuery {
    /// Items at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// As the page before gave it in `next_cursor`.
    cursor: Option<String>,
    /// Only what contains these words.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Waits a moment until the organisation has this version. If it has not, the answer carries
    /// `Atelier-Stale: true`.
    #[param(minimum = 1)]
    pub min_version: Option<i64>,
}

impl OrgListQuery {
    pub fn page(self) -> Result<Page, Error> {
        page(self.limit, self.cursor, self.q)
    }
}

impl ListQuery {
    /// Whether only what contains some words is asked for.
    pub fn searches(&self) -> bool {
        self.q.as_ref().is_some_and(|words| !words.trim().is_empty())
    }

    pub fn after(&self) -> Result<Option<After>, Error> {
        let parsed = self.after.as_deref().map(After::from_str).transpose();
        parsed.map_err(|bad| Error::BadRequest { code: "invalid_after", detail: bad.to_string() })
    }

    pub fn page(self) -> Result<Page, Error> {
        page(self.limit, self.cursor, self.q)
    }
}

impl SessionListQuery {
    pub fn as_of(&self) -> Result<Option<Moment>, Error> {
        as_of(self.as_of.as_deref(), self.min_version)
    }

    pub fn page(self) -> Result<Page, Error> {
        page(self.limit, self.cursor, self.q)
    }
}

pub fn page(limit: Option<u32>, cursor: Option<String>, q: Option<String>) -> Result<Page, Error> {
    let wrong = |detail: &str| Error::BadRequest { code: "invalid_query", detail: detail.to_owned() };
    if limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
        return Err(wrong("limit is between 1 and 100"));
    }
    if q.as_ref().is_some_and(|q| q.chars().count() > 200 || q.contains('\0')) {
        return Err(wrong("q has at most 200 characters"));
    }
    Ok(Page { limit, cursor, q })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_a_version() {
        let at = |text: &str| as_of(Some(text), None).ok().flatten().and_then(|moment| moment.at);
        assert_eq!(at("7"), Some(At::Version(7)));
        assert_eq!(at("1970-01-01T00:00:01+00:00"), Some(At::Micros(1_000_000)));
        for garbage in ["", "-1", "yesterday", "2026-11-21", "1e3", "99999999999999999999"] {
            assert_eq!(at(garbage), None, "{garbage}");
        }
        assert!(as_of(Some("7"), Some(3)).is_err(), "the past and the present");
        assert!(matches!(as_of(None, Some(3)), Ok(None)));
    }
}
