//! Who belongs to a tenant, and as what.

use domain::tenant::Command;
use domain::{Role, Tenant, UserId};
use rpc::command::v1::{Accepted, ChangeMemberRoleRequest, RemoveMemberRequest};
use rpc::identity::Claims;
use tonic::Status;

use crate::error::{named, parse};
use crate::{Commands, call};

pub async fn change_role(
    commands: &Commands,
    claims: &Claims,
    mut request: ChangeMemberRoleRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.change_role", &request)?;
    let user: UserId = parse(&request.user_id)?;
    let role: Role = named(&request.role, "role")?;
    let tenant = commands.tenant_of(claims, &call).await?;
    commands.accepted::<Tenant>(&call, &tenant.to_string(), Command::ChangeRole { by, user, role }).await
}

/// Oneself: to leave. What was shared with them in the tenant is not any more.
pub async fn remove(
    commands: &Commands,
    claims: &Claims,
    mut request: RemoveMemberRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.remove_member", &request)?;
    let user: UserId = parse(&request.user_id)?;
    let tenant = commands.tenant_of(claims, &call).await?;
    let command = Command::RemoveMember { by, user };
    let accepted = commands.accepted::<Tenant>(&call, &tenant.to_string(), command).await?;
    // Also when somebody removes them again after a crash in between.
    commands.unshare_all(&call, tenant, user).await?;
    Ok(accepted)
}
