//! A posted schema: which of ours it is.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use events::Contract;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;
use crate::answer::{Answer, shown, versions};

/// What clients post.
#[derive(Deserialize)]
struct Posted {
    schema: String,
    #[serde(rename = "schemaType", default)]
    kind: Option<String>,
    #[serde(default)]
    references: Vec<Value>,
}

/// `POST /subjects/{subject}`: its version and id, if it is there.
pub async fn find(Path(subject): Path<String>, body: Result<Bytes, BytesRejection>) -> Answer {
    let same = same(&subject, &posted(body)?)?;
    same.map(|contract| Json(shown(contract))).ok_or(Error::NotRegistered(subject))
}

/// `POST /subjects/{subject}/versions`: a schema that is there has its id, as everywhere; a new one is refused.
pub async fn register(Path(subject): Path<String>, body: Result<Bytes, BytesRejection>) -> Answer {
    let schema = posted(body)?;
    let known = match same(&subject, &schema) {
        Err(Error::NoSubject(_)) => None,
        known => known?,
    };
    known.map(|contract| Json(json!({ "id": contract.id }))).ok_or(Error::ReadOnly(subject))
}

fn same(subject: &str, schema: &Value) -> Result<Option<&'static Contract>, Error> {
    let fingerprint = events::fingerprint(schema);
    Ok(versions(subject)?.into_iter().find(|contract| contract.fingerprint() == fingerprint))
}

/// The schema in a body, if it is one.
pub fn posted(body: Result<Bytes, BytesRejection>) -> Result<Value, Error> {
    let invalid = |what: &str| Error::InvalidSchema(format!("Invalid schema: {what}."));
    let body = body.map_err(|_| Error::TooLarge)?; // the only way that reading all bytes fails on a whole request
    let posted: Posted = serde_json::from_slice(&body)
        .map_err(|error| invalid(&format!("the body must be {{\"schema\": \"…\"}}: {error}")))?;
    if posted.kind.as_deref().is_some_and(|kind| kind != "AVRO") {
        return Err(invalid("only AVRO is spoken here"));
    }
    if !posted.references.is_empty() {
        return Err(invalid("references are not followed here; write the types out in the schema"));
    }
    let schema: Value = match serde_json::from_str(&posted.schema) {
        Ok(schema) => schema,
        // A bare name such as `string` is a schema too.
        Err(_) if posted.schema.chars().all(char::is_alphanumeric) => Value::String(posted.schema),
        Err(error) => return Err(invalid(&error.to_string())),
    };
    events::compatibility::find(&schema, &schema).map_err(|malformed| invalid(&malformed.to_string()))?;
    Ok(schema)
}
