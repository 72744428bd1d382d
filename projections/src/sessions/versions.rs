//! The versions of a session's files, and the files at any of them.

use chrono::{DateTime, Utc};
use domain::{ProjectId, SessionId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::session::{by_id, is_visible, most_recent};
use crate::{Listing, Page, read};

/// The state of all files after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Version {
    /// 1, 2, 3 …
    pub number: i32,
    /// model or user.
    pub author: String,
    /// The version that it changed; 0: it is the first.
    pub base: i32,
    /// The answer that made it.
    pub generation_id: Option<String>,
    /// The version whose files it brought back.
    pub restored_from: Option<i32>,
    /// The files are gone.
    pub erased: bool,
    /// The paths that differ from the version before, sorted.
    pub changes: Json<Vec<Change>>,
    pub created_at: DateTime<Utc>,
}

/// What a version did to one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub path: String,
    /// create, patch, rename (the new path) or delete.
    pub op: String,
}

/// A file as it is at some version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct File {
    pub path: String,
    pub content: String,
    /// In hex, of the content as the answer or import carried it.
    pub sha256: Option<String>,
}

/// A version with all its files, sorted by path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionFiles {
    pub version: Version,
    pub files: Vec<File>,
}

/// The files of a session at one version, sorted by path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    pub session_id: String,
    /// 0: there are no files yet.
    pub number: i32,
    pub files: Vec<File>,
}

const SELECT: &str = "
    select number, author, base, generation_id, restored_from, erased,
        (select coalesce(jsonb_agg(jsonb_build_object('path', path, 'op', op) order by path), '[]')
         from read.files where session_id = versions.session_id and number = versions.number) as changes,
        created_at
    from read.versions as versions";

/// The versions of one of the reader's sessions, newest first; `None`: there is no such session.
pub async fn versions(
    reader: &mut PgConnection,
    session: SessionId,
    page: &Page,
) -> Result<Option<Listing<Version>>, read::Error> {
    let below = page.after::<i32>()?.unwrap_or(i32::MAX);
    if !is_visible(reader, session).await? {
        return Ok(None);
    }
    let rows = sqlx::query_as(&format!("{SELECT} where session_id = $1 and number < $2 order by number desc limit $3"))
        .bind(session.to_string())
        .bind(below)
        .bind(page.fetch())
        .fetch_all(reader)
        .await?;
    Ok(Some(Listing::cut(rows, page, |version: &Version| version.number)))
}

/// One version with its files; `None`: there is no such session or version.
pub async fn version(reader: &mut PgConnection, session: SessionId, number: i32) -> sqlx::Result<Option<VersionFiles>> {
    if !is_visible(reader, session).await? {
        return Ok(None);
    }
    let found = sqlx::query_as(&format!("{SELECT} where session_id = $1 and number = $2"))
        .bind(session.to_string())
        .bind(number)
        .fetch_optional(&mut *reader)
        .await?;
    let Some(version) = found else { return Ok(None) };
    let files = fold(reader, &session.to_string(), number).await?;
    Ok(Some(VersionFiles { version, files }))
}

/// The files at version `number`, sorted by path; 0 has none. `None`: there is no such session or version.
pub async fn files_at(reader: &mut PgConnection, session: SessionId, number: i32) -> sqlx::Result<Option<Snapshot>> {
    let Some(found) = by_id(reader, session).await?.filter(|found| (0..=found.head).contains(&number)) else {
        return Ok(None);
    };
    snapshot(reader, found.id, number).await.map(Some)
}

/// The newest files of one of the reader's sessions; `None`: there is no such session.
pub async fn head_files(reader: &mut PgConnection, session: SessionId) -> sqlx::Result<Option<Snapshot>> {
    let Some(found) = by_id(reader, session).await? else { return Ok(None) };
    snapshot(reader, found.id, found.head).await.map(Some)
}

/// The files of a project: the head of its most recently active session that has files. `None`: there are none.
pub async fn project_files(reader: &mut PgConnection, project: ProjectId) -> sqlx::Result<Option<Snapshot>> {
    let Some((session, head)) = most_recent(reader, project).await? else { return Ok(None) };
    snapshot(reader, session, head).await.map(Some)
}

async fn snapshot(reader: &mut PgConnection, session_id: String, number: i32) -> sqlx::Result<Snapshot> {
    let files = fold(reader, &session_id, number).await?;
    Ok(Snapshot { session_id, number, files })
}

/// Per path the newest row at or below `number`, unless it is a deletion.
async fn fold(reader: &mut PgConnection, session: &str, number: i32) -> sqlx::Result<Vec<File>> {
    sqlx::query_as(
        "select path, content, sha256
         from (select distinct on (path) path, content, sha256 from read.files
               where session_id = $1 and number <= $2 order by path, number desc) as newest
         where content is not null order by path",
    )
    .bind(session)
    .bind(number)
    .fetch_all(reader)
    .await
}
