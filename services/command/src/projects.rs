//! Projects: created, renamed, put away.

pub mod sharing;

use domain::project::{Command, Label};
use domain::{Project, ProjectId};
use rpc::command::v1::{
    Accepted, CreateProjectRequest, CreateProjectResponse, DeleteProjectRequest, RenameProjectRequest,
};
use rpc::identity::Claims;
use serde_json::json;
use tonic::Status;

use crate::error::{parse, status};
use crate::service::{answered, number};
use crate::{Commands, call};

pub async fn create(
    commands: &Commands,
    claims: &Claims,
    mut request: CreateProjectRequest,
) -> Result<CreateProjectResponse, Status> {
    let (owner, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "projects.create", &request)?;
    let project_id = ProjectId::generate();
    let label = Label { name: request.name, description: request.description };
    let command = Command::Create { project_id, owner, label };

    let done = commands
        .store
        .create::<Project>(&call, &project_id.to_string(), command, |done| {
            json!({ "project_id": project_id, "version": done.version, "at": done.occurred_at.timestamp_micros() })
        })
        .await
        .map_err(status)?;
    Ok(CreateProjectResponse {
        project_id: answered(&done.answer, "project_id")?,
        version: number(&done.answer, "version")?,
        created_at_micros: number(&done.answer, "at")?,
    })
}

pub async fn rename(
    commands: &Commands,
    claims: &Claims,
    mut request: RenameProjectRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "projects.rename", &request)?;
    let id: ProjectId = parse(&request.project_id)?;
    let command = Command::Rename { by, name: request.name, description: request.description };
    commands.accepted::<Project>(&call, &id.to_string(), command).await
}

pub async fn delete(
    commands: &Commands,
    claims: &Claims,
    mut request: DeleteProjectRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "projects.delete", &request)?;
    let id: ProjectId = parse(&request.project_id)?;
    commands.accepted::<Project>(&call, &id.to_string(), Command::Delete { by }).await
}
