//! One conversation, and the conversations of a project.

use chrono::{DateTime, Utc};
use domain::{ProjectId, SessionId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::Sessions;
use crate::{Freshness, Listing, Page, Projection, Wait, read};

/// A conversation, and what runs in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    pub id: String,
    pub tenant_id: String,
    pub project_id: String,
    pub owner: String,
    pub title: String,
    /// The title is gone, and empty.
    pub erased: bool,
    /// The number of the newest version of the files; 0: there are none.
    pub head: i32,
    pub active_generation: Option<ActiveGeneration>,
    /// Answers that wait behind the active one, next first.
    pub queued: Vec<QueuedGeneration>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

/// The answer whose turn it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ActiveGeneration {
    pub id: String,
    /// 0: no worker has taken it yet.
    pub attempt: i32,
    /// requested, started or cancelling.
    pub status: String,
}

/// An answer that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedGeneration {
    pub id: String,
    pub message_id: String,
    pub model: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    tenant_id: String,
    project_id: String,
    owner: String,
    title: String,
    erased: bool,
    head: i32,
    active_generation_id: Option<String>,
    active_attempt: Option<i32>,
    active_status: Option<String>,
    queued: Json<Vec<QueuedGeneration>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

const SELECT: &str = "
    select id, tenant_id, project_id, owner, title, erased, head, active_generation_id, active_attempt, active_status,
        (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'message_id', message_id, 'model', model)
                                   order by position), '[]')
         from read.generations where session_id = sessions.id and status = 'queued') as queued,
        created_at, updated_at, version
    from read.sessions as sessions";

/// What the reader may see of this read model, besides what row-level security allows: their own, and what is in a
/// project that is shared with them.
const SEEN: &str = "deleted_at is null and (owner = current_setting('atelier.person', true)
    or exists (select from read.project_members m where m.project_id = sessions.project_id and m.deleted_at is null
                  and m.user_id = current_setting('atelier.person', true)))";

/// One session that the reader sees.
pub async fn by_id(reader: &mut PgConnection, id: SessionId) -> sqlx::Result<Option<Session>> {
    let row: Option<Row> = sqlx::query_as(&format!("{SELECT} where id = $1 and {SEEN}"))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await?;
    Ok(row.map(Session::from))
}

/// The sessions in a project that the reader sees, newest first; `page.q` searches the title.
pub async fn of_project(
    reader: &mut PgConnection,
    project: ProjectId,
    page: &Page,
) -> Result<Listing<Session>, read::Error> {
    let rows: Vec<Row> = sqlx::query_as(&format!(
        "{SELECT} where project_id = $1 and {SEEN} and ($2::text is null or id < $2)
             and ($3::text is null or title ilike $3)
         order by id desc limit $4"
    ))
    .bind(project.to_string())
    .bind(page.after::<SessionId>()?.map(|id| id.to_string()))
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    let sessions = rows.into_iter().map(Session::from).collect();
    Ok(Listing::cut(sessions, page, |session: &Session| session.id.clone()))
}

/// Until this session's row has reached `version`.
pub async fn wait_for(wait: &Wait<'_>, id: SessionId, version: i64) -> sqlx::Result<Freshness> {
    wait.until(Sessions::NAME, "select version from read.sessions where id = $1", &id.to_string(), version).await
}

/// Whether the session is there for this reader.
pub(super) async fn is_visible(reader: &mut PgConnection, id: SessionId) -> sqlx::Result<bool> {
    sqlx::query_scalar(&format!("select exists (select from read.sessions as sessions where id = $1 and {SEEN})"))
        .bind(id.to_string())
        .fetch_one(reader)
        .await
}

/// The session whose files stand for the project: the last one that was active and has any.
pub(super) async fn most_recent(reader: &mut PgConnection, project: ProjectId) -> sqlx::Result<Option<(String, i32)>> {
    sqlx::query_as(&format!(
        "select id, head from read.sessions as sessions where project_id = $1 and head > 0 and {SEEN}
         order by updated_at desc, id desc limit 1"
    ))
    .bind(project.to_string())
    .fetch_optional(reader)
    .await
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        let active = row.active_generation_id.zip(row.active_attempt).zip(row.active_status);
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            project_id: row.project_id,
            owner: row.owner,
            title: row.title,
            erased: row.erased,
            head: row.head,
            active_generation: active.map(|((id, attempt), status)| ActiveGeneration { id, attempt, status }),
            queued: row.queued.0,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}
