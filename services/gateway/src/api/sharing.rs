//! `projects/{id}/members`: who else may read a project, or work on it.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{ProjectId, UserId};
use http::StatusCode;
use projections::{Freshness, projects};
use rpc::command::v1::{ShareProjectRequest, UnshareProjectRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::ask::{Asked, AtLeast, Id, Ids};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// Somebody who sees a project.
#[derive(Serialize, ToSchema)]
pub struct ProjectMember {
    #[schema(example = "usr_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    email: String,
    name: String,
    /// owner, editor (works in it) or viewer (reads, and watches answers as they come).
    #[schema(example = "viewer")]
    role: String,
    since: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct ProjectMembers {
    /// The owner first.
    items: Vec<ProjectMember>,
    /// Always null: there are at most a few hundred.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareProject {
    /// editor or viewer.
    #[schema(example = "viewer")]
    role: String,
}

/// Who sees a project: its owner, and those with whom it is shared.
#[utoipa::path(get, path = "/projects/{id}/members", tag = "projects", operation_id = "project_members",
    params(("id" = String, Path, description = "The project"), AtLeast),
    responses(
        (status = 200, body = ProjectMembers),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Asked(at_least): Asked<AtLeast>,
) -> Result<Shown<ProjectMembers>, Error> {
    let (_, freshness) = gateway.project(&caller, id, at_least.min_version).await?;
    let items = gateway.project_members(&caller, id).await?;
    Ok(Shown::list(ProjectMembers { items, next_cursor: None }, freshness))
}

/// Shares a project with a member of the organisation; again: as something else. Only its owner does.
#[utoipa::path(put, path = "/projects/{id}/members/{user}", tag = "projects", operation_id = "share_project",
    request_body = ShareProject,
    params(("id" = String, Path, description = "The project"), ("user" = String, Path, description = "With whom"),
        ("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 200, body = ProjectMember),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn share(
    State(gateway): State<Gateway>,
    caller: Caller,
    Ids(id, user): Ids<ProjectId, UserId>,
    write: Write,
    Json(form): Json<ShareProject>,
) -> Result<Shown<ProjectMember>, Error> {
    let (project_id, user_id, role) = (id.to_string(), user.to_string(), form.role.clone());
    let request = ShareProjectRequest { write: Some(write.to_rpc()), project_id, user_id, role };
    let version = gateway.command.share_project(request, caller.internal_token()).await?.version;
    let freshness = gateway.wait_for_project(&caller, id, version).await?;
    let known = gateway.project_members(&caller, id).await?;
    let known = known.into_iter().find(|member| member.id == user.to_string());
    let member = known.ok_or_else(|| missing(freshness))?;
    Ok(Shown::one(ProjectMember { role: form.role, ..member }, version, freshness))
}

/// Takes somebody out of a project, or oneself: to leave. What they watch of it closes within seconds.
#[utoipa::path(delete, path = "/projects/{id}/members/{user}", tag = "projects", operation_id = "unshare_project",
    params(("id" = String, Path, description = "The project"), ("user" = String, Path, description = "Whom"),
        ("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 204, description = "it is not shared with them"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn unshare(
    State(gateway): State<Gateway>,
    caller: Caller,
    Ids(id, user): Ids<ProjectId, UserId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let (project_id, user_id) = (id.to_string(), user.to_string());
    let request = UnshareProjectRequest { write: Some(write.to_rpc()), project_id, user_id };
    gateway.command.unshare_project(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Gateway {
    async fn wait_for_project(&self, caller: &Caller, id: ProjectId, version: i64) -> Result<Freshness, Error> {
        Ok(projects::wait_for(&self.wait(caller), id, version).await?)
    }

    async fn project_members(&self, caller: &Caller, id: ProjectId) -> Result<Vec<ProjectMember>, Error> {
        let mut reader = self.reader(caller).await?;
        Ok(projects::members(&mut reader, id).await?.into_iter().map(ProjectMember::from).collect())
    }
}

impl From<projects::Member> for ProjectMember {
    fn from(row: projects::Member) -> Self {
        Self { id: row.user_id, email: row.email, name: row.name, role: row.role, since: row.since }
    }
}
