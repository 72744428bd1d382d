//! Everything that can be read.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;
use crate::answer::{self, Answer, by_id, shown};

const LEVEL: &str = "BACKWARD_TRANSITIVE";

#[derive(Deserialize)]
pub struct Prefixed {
    #[serde(rename = "subjectPrefix", default)]
    prefix: String,
}

pub async fn root() -> Json<Value> {
    Json(json!({}))
}

pub async fn subjects(Query(asked): Query<Prefixed>) -> Json<Value> {
    let subjects: BTreeSet<_> = events::all().map(|contract| contract.subject).collect();
    Json(subjects.into_iter().filter(|subject| subject.starts_with(&asked.prefix)).collect())
}

pub async fn versions(Path(subject): Path<String>) -> Answer {
    Ok(Json(answer::versions(&subject)?.iter().map(|contract| contract.version).collect()))
}

pub async fn version(Path((subject, version)): Path<(String, String)>) -> Answer {
    Ok(Json(shown(answer::version(&subject, &version)?)))
}

pub async fn version_text(Path((subject, version)): Path<(String, String)>) -> Result<Response, Error> {
    Ok(answer::version(&subject, &version)?.json.as_str().into_response())
}

/// Nothing refers to anything: each schema is whole.
pub async fn referenced_by(Path((subject, version)): Path<(String, String)>) -> Answer {
    answer::version(&subject, &version).map(|_| Json(json!([])))
}

pub async fn schemas(Query(asked): Query<Prefixed>) -> Json<Value> {
    Json(events::all().filter(|contract| contract.subject.starts_with(&asked.prefix)).map(shown).collect())
}

pub async fn types() -> Json<Value> {
    Json(json!(["AVRO"]))
}

pub async fn schema(Path(id): Path<i64>) -> Answer {
    Ok(Json(json!({ "schema": by_id(id)?.json })))
}

pub async fn schema_text(Path(id): Path<i64>) -> Result<Response, Error> {
    Ok(by_id(id)?.json.as_str().into_response())
}

pub async fn schema_subjects(Path(id): Path<i64>) -> Answer {
    Ok(Json(json!([by_id(id)?.subject])))
}

pub async fn schema_versions(Path(id): Path<i64>) -> Answer {
    let contract = by_id(id)?;
    Ok(Json(json!([{ "subject": contract.subject, "version": contract.version }])))
}

pub async fn level() -> Json<Value> {
    Json(json!({ "compatibilityLevel": LEVEL }))
}

pub async fn level_of(Path(subject): Path<String>) -> Answer {
    answer::versions(&subject).map(|_| Json(json!({ "compatibilityLevel": LEVEL })))
}

pub async fn mode() -> Json<Value> {
    Json(json!({ "mode": "READONLY" }))
}

pub async fn mode_of(Path(subject): Path<String>) -> Answer {
    answer::versions(&subject).map(|_| Json(json!({ "mode": "READONLY" })))
}
