//! Accounts. Only auth calls these, except for a person changing their own name.

use domain::user::{Command, Profile, normalise_email};
use domain::{TenantId, User, UserId};
use rpc::command::v1::{
    Accepted, ChangeProfileRequest, FindUserByEmailRequest, FindUserByEmailResponse, RegisterUserRequest,
    RegisterUserResponse,
};
use rpc::identity::Claims;
use serde_json::json;
use tonic::Status;

use crate::error::{parse, status};
use crate::{Commands, call};

pub async fn register(
    commands: &Commands,
    claims: &Claims,
    mut request: RegisterUserRequest,
) -> Result<RegisterUserResponse, Status> {
    claims.require_service()?;
    let user_id: UserId = parse(&request.user_id)?;
    let home_tenant_id: TenantId = parse(&request.tenant_id)?;
    let write = request.write.take();
    let call = call::with_write(home_tenant_id, user_id.to_string(), write, "users.register", &request);

    let profile = Profile { email: request.email.trim().to_owned(), name: request.name };
    let command = Command::Register { user_id, home_tenant_id, profile };
    let done = commands
        .store
        .execute::<User>(&call, &request.user_id, command, |done| json!({ "version": done.version }))
        .await
        .map_err(status)?;
    Ok(RegisterUserResponse { user_id: request.user_id, tenant_id: request.tenant_id, version: done.version })
}

pub async fn find_by_email(
    commands: &Commands,
    claims: &Claims,
    request: FindUserByEmailRequest,
) -> Result<FindUserByEmailResponse, Status> {
    claims.require_service()?;
    let email = normalise_email(&request.email);
    let found = commands.store.claimed("email", &email).await.map_err(status)?;
    Ok(found.map_or_else(FindUserByEmailResponse::default, |(tenant, user_id)| FindUserByEmailResponse {
        user_id,
        tenant_id: tenant.to_string(),
    }))
}

pub async fn change_profile(
    commands: &Commands,
    claims: &Claims,
    mut request: ChangeProfileRequest,
) -> Result<Accepted, Status> {
    let (user, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "users.change_profile", &request)?;
    let command = Command::ChangeName { name: request.name };
    commands.accepted::<User>(&call, &user.to_string(), command).await
}
