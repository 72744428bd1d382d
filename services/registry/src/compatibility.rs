//! Whether a posted schema could be the next version.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use events::Contract;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, version, versions};
use crate::lookup::posted;

#[derive(Deserialize)]
pub struct Wanted {
    /// Confluent's clients ask for the reasons by `verbose=true`.
    #[serde(default)]
    verbose: bool,
}

/// Against every version: what backward-transitive compatibility asks for.
pub async fn with_all(
    Path(subject): Path<String>,
    Query(wanted): Query<Wanted>,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    Ok(verdict(&wanted, &posted(body)?, &versions(&subject)?))
}

/// Against one version.
pub async fn with_one(
    Path((subject, number)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    Ok(verdict(&wanted, &posted(body)?, &[version(&subject, &number)?]))
}

fn verdict(wanted: &Wanted, schema: &Value, older: &[&Contract]) -> Json<Value> {
    let messages: Vec<_> = older.iter().flat_map(|older| messages(schema, older)).collect();
    let is_compatible = messages.is_empty();
    Json(if wanted.verbose {
        json!({ "is_compatible": is_compatible, "messages": messages })
    } else {
        json!({ "is_compatible": is_compatible })
    })
}

fn messages(schema: &Value, older: &Contract) -> Vec<String> {
    let found = events::compatibility::find(schema, &older.schema_value());
    let said = |what: &dyn ToString| format!("cannot read version {}: {}", older.version, what.to_string());
    match found {
        Ok(found) => found.iter().map(|problem| said(problem)).collect(),
        Err(malformed) => vec![said(&malformed)],
    }
}
