//! `projects`: bodies of code.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::{ProjectId, Tier};
use http::StatusCode;
use http::header::LOCATION;
use projections::{Freshness, projects};
use rpc::command::v1::{CreateProjectRequest, CreateProjectResponse, DeleteProjectRequest, RenameProjectRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::ask::{Asked, AtLeastOrAsOf, Id, ListQuery};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

#[derive(Serialize, ToSchema)]
pub struct Project {
    #[schema(example = "prj_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What the caller may do here: owner, editor or viewer.
    #[schema(example = "owner")]
    role: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct Projects {
    items: Vec<Project>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProject {
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    #[schema(max_length = 2000)]
    description: Option<String>,
}

/// The caller's projects and those that are shared with them, newest first.
#[utoipa::path(get, path = "/projects", tag = "projects", operation_id = "list_projects", params(ListQuery),
    responses(
        (status = 200, body = Projects),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Shown<Projects>, Error> {
    let after = query.after()?;
    let page = query.page()?;
    let freshness = gateway.wait_after(&caller, after).await?;
    let mut reader = gateway.reader(&caller).await?;
    let found = projects::list(&mut reader, &page).await?;
    let items = found.items.into_iter().map(Project::from).collect();
    Ok(Shown::list(Projects { items, next_cursor: found.next_cursor }, freshness))
}

/// Begins a project.
#[utoipa::path(post, path = "/projects", tag = "projects", operation_id = "create_project", request_body = NewProject,
    params(("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 201, body = Project),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<NewProject>,
) -> Result<Response, Error> {
    let NewProject { name, description } = form;
    gateway.admit_project(&caller).await?;
    let request =
        CreateProjectRequest { write: Some(write.to_rpc()), name: name.clone(), description: description.clone() };
    let created = gateway.command.create_project(request, caller.internal_token()).await?;
    let location = format!("{}/projects/{}", super::BASE, created.project_id);
    let project = Project::created(created, name, description)?;
    let shown = Shown { version: Some(project.version), body: project, status: StatusCode::CREATED, stale: false };
    Ok(([(LOCATION, location)], shown).into_response())
}

#[utoipa::path(get, path = "/projects/{id}", tag = "projects", operation_id = "project",
    params(("id" = String, Path, description = "The project"), AtLeastOrAsOf),
    responses(
        (status = 200, body = Project),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Asked(query): Asked<AtLeastOrAsOf>,
) -> Result<Shown<Project>, Error> {
    let (project, freshness) = match query.as_of()? {
        Some(moment) => (gateway.past_project(&caller, id, moment).await?.into(), Freshness::Fresh),
        None => gateway.project(&caller, id, query.min_version).await?,
    };
    let version = project.version;
    Ok(Shown::one(project, version, freshness))
}

/// Renames or describes a project.
#[utoipa::path(patch, path = "/projects/{id}", tag = "projects", operation_id = "change_project",
    request_body = ChangeProject,
    params(("id" = String, Path, description = "The project"),
        ("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 200, body = Project),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    write: Write,
    Json(form): Json<ChangeProject>,
) -> Result<Shown<Project>, Error> {
    let ChangeProject { name, description } = form;
    let request = RenameProjectRequest {
        write: Some(write.to_rpc()),
        project_id: id.to_string(),
        name: name.clone(),
        description: description.clone(),
    };
    let version = gateway.command.rename_project(request, caller.internal_token()).await?.version;
    let (mut project, freshness) = gateway.project(&caller, id, Some(version)).await?;
    if matches!(freshness, Freshness::Stale) {
        project.name = name.unwrap_or(project.name);
        project.description = description.or(project.description);
        project.version = version;
    }
    let version = project.version;
    Ok(Shown::one(project, version, freshness))
}

/// Puts a project away.
#[utoipa::path(delete, path = "/projects/{id}", tag = "projects", operation_id = "delete_project",
    params(("id" = String, Path, description = "The project"),
        ("If-Match" = Option<String>, Header, description = "refuses to delete another version")),
    responses(
        (status = 204, description = "it is put away"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let request = DeleteProjectRequest { write: Some(write.to_rpc()), project_id: id.to_string() };
    gateway.command.delete_project(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Gateway {
    /// Refuses one more to those who have as many as their tier allows.
    pub async fn admit_project(&self, caller: &Caller) -> Result<(), Error> {
        let limit = self.config.free_projects;
        if caller.standing.tier == Tier::Premium {
            return Ok(());
        }
        let mut reader = self.reader(caller).await?;
        if projects::count(&mut reader, limit).await? < i64::from(limit) {
            return Ok(());
        }
        let detail = format!("the free tier has {limit} projects at once: delete one, or ask for the tier premium");
        Err(Error::Denied { code: "premium_required", detail })
    }

    /// One project of the caller's, or 404.
    pub async fn project(
        &self,
        caller: &Caller,
        id: ProjectId,
        version: Option<i64>,
    ) -> Result<(Project, Freshness), Error> {
        let freshness = match version {
            Some(version) => projects::wait_for(&self.wait(caller), id, version).await?,
            None => Freshness::Fresh,
        };
        let mut reader = self.reader(caller).await?;
        let project = projects::by_id(&mut reader, id).await?.ok_or_else(|| missing(freshness))?;
        Ok((project.into(), freshness))
    }
}

impl Project {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From what command answered, without waiting for a read model.
    fn created(created: CreateProjectResponse, name: String, description: Option<String>) -> Result<Self, Error> {
        let at = moment(created.created_at_micros)?;
        let (id, version) = (created.project_id, created.version);
        Ok(Self { id, name, description, role: "owner".to_owned(), version, created_at: at, updated_at: at })
    }
}

/// Command's times are microseconds since 1970.
pub fn moment(micros: i64) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| anyhow::anyhow!("a time out of range").into())
}

impl From<projects::Seen> for Project {
    fn from(projects::Seen { project: row, role }: projects::Seen) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            role,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
