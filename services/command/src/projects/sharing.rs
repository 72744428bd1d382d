//! With whom a project is shared.

use domain::project::Command;
use domain::{Project, ProjectRole, Rejection, Role, Tenant, TenantId, UserId};
use rpc::command::v1::{Accepted, ShareProjectRequest, UnshareProjectRequest};
use rpc::identity::Claims;
use tonic::Status;

use crate::error::{named, parse, status};
use crate::{Commands, call};

/// With a member of the organisation whose role there lets them read projects.
pub async fn share(commands: &Commands, claims: &Claims, mut request: ShareProjectRequest) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "projects.share", &request)?;
    let project: domain::ProjectId = parse(&request.project_id)?;
    let user: UserId = parse(&request.user_id)?;
    let role: ProjectRole = named(&request.role, "role")?;
    let tenant = commands.tenant_of(claims, &call).await?;
    commands.require_reader(tenant, user).await?;
    commands.accepted::<Project>(&call, &project.to_string(), Command::Share { by, user, role }).await
}

/// Oneself: to leave.
pub async fn unshare(
    commands: &Commands,
    claims: &Claims,
    mut request: UnshareProjectRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "projects.unshare", &request)?;
    let project: domain::ProjectId = parse(&request.project_id)?;
    let user: UserId = parse(&request.user_id)?;
    commands.accepted::<Project>(&call, &project.to_string(), Command::Unshare { by, user }).await
}

impl Commands {
    async fn require_reader(&self, tenant: TenantId, user: UserId) -> Result<(), Status> {
        let organisation = self.store.load::<Tenant>(tenant, &tenant.to_string()).await.map_err(status)?.state;
        let refused = match organisation.role_of(user) {
            Some(Role::Owner | Role::Admin | Role::Member | Role::Viewer) => return Ok(()),
            Some(Role::Auditor | Role::Billing) => {
                Rejection::NotAllowed("their role in the organisation does not let them open projects")
            }
            None => Rejection::NotFound("member"),
        };
        Err(status(refused.into()))
    }

    /// Nothing in this tenant is shared with them any more. Again changes nothing.
    pub(crate) async fn unshare_all(&self, call: &store::Call, tenant: TenantId, user: UserId) -> Result<(), Status> {
        let by: UserId = parse(&call.actor)?;
        for (place, project) in self.store.ever_shared_with(user).await.map_err(status)? {
            if place == tenant {
                let call = store::Call { tenant, idempotency: None, expected_version: None, ..call.clone() };
                let command = Command::RemoveMember { by, user };
                let done = self.store.execute::<Project>(&call, &project, command, |_| serde_json::Value::Null).await;
                done.map_err(status)?;
            }
        }
        Ok(())
    }
}
