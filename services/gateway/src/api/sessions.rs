//! `sessions`: conversations.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::{ProjectId, SessionId};
use http::StatusCode;
use http::header::LOCATION;
use projections::{Freshness, sessions};
use rpc::command::v1::{DeleteSessionRequest, OpenSessionRequest, RenameSessionRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::projects::moment;
use crate::Error;
use crate::ask::{Asked, AtLeastOrAsOf, Id, ListQuery};
use crate::body::{Json, OptionalJson};
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// What a session is called until somebody names it.
pub const UNTITLED: &str = "New session";

#[derive(Serialize, ToSchema)]
pub struct Session {
    #[schema(example = "ses_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    project_id: String,
    title: String,
    version: i64,
    /// The number of the newest version of the files; 0: there are none yet.
    head: i32,
    /// The answer whose turn it is.
    active_generation: Option<ActiveGeneration>,
    /// Answers that wait behind it, next first.
    queued: Vec<QueuedGeneration>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct ActiveGeneration {
    id: String,
    attempt: i32,
    /// requested, started or cancelling.
    status: String,
    /// Where the session's stream begins with this answer.
    stream_position: String,
}

#[derive(Serialize, ToSchema)]
pub struct QueuedGeneration {
    generation_id: String,
    message_id: String,
    /// 1: it is next.
    place: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Sessions {
    items: Vec<Session>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    #[schema(max_length = 200)]
    title: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSession {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
}

/// The caller's sessions in a project, newest first.
#[utoipa::path(get, path = "/projects/{id}/sessions", tag = "sessions", operation_id = "list_sessions",
    params(("id" = String, Path, description = "The project"), ListQuery),
    responses(
        (status = 200, body = Sessions),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(project): Id<ProjectId>,
    Asked(query): Asked<ListQuery>,
) -> Result<Shown<Sessions>, Error> {
    let after = query.after()?;
    let page = query.page()?;
    let freshness = gateway.wait_after(&caller, after).await?;
    gateway.project(&caller, project, None).await?;
    let mut reader = gateway.reader(&caller).await?;
    let found = sessions::of_project(&mut reader, project, &page).await?;
    let items = found.items.into_iter().map(Session::from).collect();
    Ok(Shown::list(Sessions { items, next_cursor: found.next_cursor }, freshness))
}

/// Begins a conversation.
#[utoipa::path(post, path = "/projects/{id}/sessions", tag = "sessions", operation_id = "open_session",
    request_body = Option<NewSession>,
    params(("id" = String, Path, description = "The project"),
        ("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 201, body = Session),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn open(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(project): Id<ProjectId>,
    write: Write,
    OptionalJson(form): OptionalJson<NewSession>,
) -> Result<Response, Error> {
    let title = form.title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| UNTITLED.to_owned());
    let request =
        OpenSessionRequest { write: Some(write.to_rpc()), project_id: project.to_string(), title: title.clone() };
    let opened = gateway.command.open_session(request, caller.internal_token()).await?;
    let at = moment(opened.created_at_micros)?;
    let location = format!("{}/sessions/{}", super::BASE, opened.session_id);
    let session = Session {
        id: opened.session_id,
        project_id: project.to_string(),
        title,
        version: opened.version,
        head: 0,
        active_generation: None,
        queued: Vec::new(),
        created_at: at,
        updated_at: at,
    };
    let shown = Shown { version: Some(session.version), body: session, status: StatusCode::CREATED, stale: false };
    Ok(([(LOCATION, location)], shown).into_response())
}

#[utoipa::path(get, path = "/sessions/{id}", tag = "sessions", operation_id = "session",
    params(("id" = String, Path, description = "The session"), AtLeastOrAsOf),
    responses(
        (status = 200, body = Session),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Asked(query): Asked<AtLeastOrAsOf>,
) -> Result<Shown<Session>, Error> {
    let (session, freshness) = match query.as_of()? {
        Some(moment) => (gateway.past_session(&caller, id, moment).await?.into(), Freshness::Fresh),
        None => gateway.session(&caller, id, query.min_version).await?,
    };
    let version = session.version;
    Ok(Shown::one(session, version, freshness))
}

/// Renames a conversation.
#[utoipa::path(patch, path = "/sessions/{id}", tag = "sessions", operation_id = "change_session",
    request_body = ChangeSession,
    params(("id" = String, Path, description = "The session"),
        ("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 200, body = Session),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    write: Write,
    Json(form): Json<ChangeSession>,
) -> Result<Shown<Session>, Error> {
    let request =
        RenameSessionRequest { write: Some(write.to_rpc()), session_id: id.to_string(), title: form.title.clone() };
    let version = gateway.command.rename_session(request, caller.internal_token()).await?.version;
    let (mut session, freshness) = gateway.session(&caller, id, Some(version)).await?;
    if matches!(freshness, Freshness::Stale) {
        (session.title, session.version) = (form.title, version);
    }
    let version = session.version;
    Ok(Shown::one(session, version, freshness))
}

/// Deletes a conversation; what runs in it is stopped.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", operation_id = "delete_session",
    params(("id" = String, Path, description = "The session"),
        ("If-Match" = Option<String>, Header, description = "refuses to delete another version")),
    responses(
        (status = 204, description = "it is gone"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let request = DeleteSessionRequest { write: Some(write.to_rpc()), session_id: id.to_string() };
    gateway.command.delete_session(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Gateway {
    /// One session of the caller's, or 404.
    async fn session(
        &self,
        caller: &Caller,
        id: SessionId,
        version: Option<i64>,
    ) -> Result<(Session, Freshness), Error> {
        let freshness = self.wait_for_session(caller, id, version).await?;
        let mut reader = self.reader(caller).await?;
        let session = sessions::by_id(&mut reader, id).await?.ok_or_else(|| missing(freshness))?;
        Ok((session.into(), freshness))
    }

    pub async fn wait_for_session(
        &self,
        caller: &Caller,
        id: SessionId,
        version: Option<i64>,
    ) -> Result<Freshness, Error> {
        match version {
            Some(version) => Ok(sessions::wait_for(&self.wait(caller), id, version).await?),
            None => Ok(Freshness::Fresh),
        }
    }
}

impl From<sessions::Session> for Session {
    fn from(row: sessions::Session) -> Self {
        let active = row.active_generation.map(|active| ActiveGeneration {
            stream_position: stream_position(&active.id),
            id: active.id,
            attempt: active.attempt,
            status: active.status,
        });
        let queued = row.queued.into_iter().zip(1..).map(|(queued, place)| QueuedGeneration {
            generation_id: queued.id,
            message_id: queued.message_id,
            place,
            model: queued.model,
        });
        Self {
            id: row.id,
            project_id: row.project_id,
            title: row.title,
            version: row.version,
            head: row.head,
            active_generation: active,
            queued: queued.collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Where a stream begins with this answer.
pub fn stream_position(generation_id: &str) -> String {
    format!("g:{generation_id}")
}
