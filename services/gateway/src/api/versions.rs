//! `sessions/{id}/versions`: every state the files ever had, and two ways to make a new one by hand.

use axum::Json as Answer;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::SessionId;
use http::StatusCode;
use projections::{Freshness, sessions};
use rpc::command::v1::{self as command, ImportFilesRequest, RestoreVersionRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::files::File;
use crate::Error;
use crate::ask::{Asked, AtLeastOrAsOf, Id, Ids, SessionListQuery};
use crate::body::{Json, LargeJson};
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// One state of the files, without them.
#[derive(Serialize, ToSchema)]
pub struct VersionSummary {
    number: i32,
    /// model or user.
    author: String,
    /// The version it changed; 0: it is the first.
    base: i32,
    /// The answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation_id: Option<String>,
    /// The version whose files it brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored_from: Option<i32>,
    /// The paths that differ from the version before.
    changes: Vec<Change>,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct Change {
    path: String,
    /// create, patch, rename or delete.
    op: String,
}

/// One state of the files.
#[derive(Serialize, ToSchema)]
pub struct Version {
    #[serde(flatten)]
    summary: VersionSummary,
    files: Vec<File>,
}

#[derive(Serialize, ToSchema)]
pub struct Versions {
    items: Vec<VersionSummary>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The version these files were made from; 0: none. Refused (409) if the files are at another one by now.
    base_version: u32,
    #[schema(min_items = 1, max_items = 200)]
    files: Vec<File>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The number of the version to bring back, as a new one.
    #[schema(minimum = 1)]
    version: u32,
}

#[derive(Serialize, ToSchema)]
pub struct NewVersion {
    /// The session's, with this in it.
    version: i64,
    /// The number of the new version of the files.
    number: u32,
}

/// The versions, newest first.
#[utoipa::path(get, path = "/sessions/{id}/versions", tag = "sessions", operation_id = "list_versions",
    params(("id" = String, Path, description = "The session"), SessionListQuery),
    responses(
        (status = 200, body = Versions),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Asked(query): Asked<SessionListQuery>,
) -> Result<Shown<Versions>, Error> {
    let (min_version, moment) = (query.min_version, query.as_of()?);
    let page = query.page()?;
    let (found, freshness) = match moment {
        Some(moment) => (gateway.past_versions(&caller, id, moment, page).await?, Freshness::Fresh),
        None => {
            let freshness = gateway.wait_for_session(&caller, id, min_version).await?;
            let mut reader = gateway.reader(&caller).await?;
            let found = sessions::versions(&mut reader, id, &page).await?;
            (found.ok_or_else(|| missing(freshness))?, freshness)
        }
    };
    let items = found.items.into_iter().map(VersionSummary::from).collect();
    Ok(Shown::list(Versions { items, next_cursor: found.next_cursor }, freshness))
}

/// One version with all its files.
#[utoipa::path(get, path = "/sessions/{id}/versions/{number}", tag = "sessions", operation_id = "version",
    params(("id" = String, Path, description = "The session"), ("number" = i32, Path, description = "1, 2, 3 …"), AtLeastOrAsOf),
    responses(
        (status = 200, body = Version),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Ids(id, number): Ids<SessionId, i32>,
    Asked(query): Asked<AtLeastOrAsOf>,
) -> Result<Shown<Version>, Error> {
    let (found, freshness) = match query.as_of()? {
        Some(moment) => (gateway.past_version(&caller, id, moment, number).await?, Freshness::Fresh),
        None => {
            let freshness = gateway.wait_for_session(&caller, id, query.min_version).await?;
            let mut reader = gateway.reader(&caller).await?;
            let found = sessions::version(&mut reader, id, number).await?;
            (found.ok_or_else(|| missing(freshness))?, freshness)
        }
    };
    let files = found.files.into_iter().map(File::from).collect();
    Ok(Shown::list(Version { summary: found.version.into(), files }, freshness))
}

/// Files that were changed by hand come back in, as a new version.
#[utoipa::path(post, path = "/sessions/{id}/imports", tag = "sessions", operation_id = "import_files",
    request_body = Import,
    params(("id" = String, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 202, body = NewVersion),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn import(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    write: Write,
    LargeJson(form): LargeJson<Import>,
) -> Result<(StatusCode, Answer<NewVersion>), Error> {
    let files = form.files.into_iter().map(|file| command::File { path: file.path, content: file.content });
    let request = ImportFilesRequest {
        write: Some(write.to_rpc()),
        session_id: id.to_string(),
        base_version: form.base_version,
        files: files.collect(),
    };
    let made = gateway.command.import_files(request, caller.internal_token()).await?;
    Ok((StatusCode::ACCEPTED, Answer(made.into())))
}

/// Brings a version back, as a new one; nothing is lost.
#[utoipa::path(post, path = "/sessions/{id}/restore", tag = "sessions", operation_id = "restore_version",
    request_body = Restore,
    params(("id" = String, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 202, body = NewVersion),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn restore(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    write: Write,
    Json(form): Json<Restore>,
) -> Result<(StatusCode, Answer<NewVersion>), Error> {
    let request =
        RestoreVersionRequest { write: Some(write.to_rpc()), session_id: id.to_string(), version: form.version };
    let made = gateway.command.restore_version(request, caller.internal_token()).await?;
    Ok((StatusCode::ACCEPTED, Answer(made.into())))
}

impl From<command::NewVersion> for NewVersion {
    fn from(made: command::NewVersion) -> Self {
        Self { version: made.version, number: made.number }
    }
}

impl From<sessions::Version> for VersionSummary {
    fn from(row: sessions::Version) -> Self {
        let changes = row.changes.0.into_iter().map(|change| Change { path: change.path, op: change.op });
        Self {
            number: row.number,
            author: row.author,
            base: row.base,
            generation_id: row.generation_id,
            restored_from: row.restored_from,
            changes: changes.collect(),
            created_at: row.created_at,
        }
    }
}
