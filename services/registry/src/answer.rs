//! What is found and how it is said.

use axum::Json;
use events::Contract;
use serde_json::{Value, json};

use crate::Error;

pub type Answer = Result<Json<Value>, Error>;

/// The versions of a subject, oldest first.
pub fn versions(subject: &str) -> Result<Vec<&'static Contract>, Error> {
    let versions = events::registry().versions(subject);
    if versions.is_empty() { Err(Error::NoSubject(subject.to_owned())) } else { Ok(versions) }
}

/// One version: a number, or `latest` (also written -1).
pub fn version(subject: &str, version: &str) -> Result<&'static Contract, Error> {
    let mut versions = versions(subject)?;
    let newest = versions.pop().ok_or_else(|| Error::NoSubject(subject.to_owned()))?;
    if matches!(version, "latest" | "-1") {
        return Ok(newest);
    }
    let number = version.parse().ok().filter(|number| *number > 0);
    let number: u32 = number.ok_or_else(|| Error::InvalidVersion(version.to_owned()))?;
    let mut all = versions.into_iter().chain([newest]);
    let none = || Error::NoVersion { subject: subject.to_owned(), version: number, newest: newest.version };
    all.find(|contract| contract.version == number).ok_or_else(none)
}

/// The schema of an id.
pub fn by_id(id: i64) -> Result<&'static Contract, Error> {
    let newest = events::all().map(|contract| contract.id).max().unwrap_or_default();
    u32::try_from(id).ok().and_then(events::by_id).ok_or(Error::NoSchema { asked: id, newest })
}

/// A version as the API says it. Without `schemaType`, which means Avro, also to clients that know no other.
pub fn shown(contract: &Contract) -> Value {
    json!({
        "subject": contract.subject, "version": contract.version, "id": contract.id, "schema": contract.json,
    })
}
