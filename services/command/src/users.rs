//! Accounts. Only auth calls these, except for a person changing their own name.

use std::time::Duration;

use domain::user::{Command, Profile, normalise_email};
use domain::{TenantId, User, UserId};
use rpc::command::v1::{
    Accepted, ChangeProfileRequest, EraseMeRequest, EraseMeResponse, FindUserByEmailRequest, FindUserByEmailResponse,
    RegisterUserRequest, RegisterUserResponse,
};
use rpc::identity::Claims;
use serde_json::json;
use store::Call;
use tonic::Status;

use crate::erasure::{Receipt, decide};
use crate::error::{parse, status};
use crate::{Commands, call};

/// How long a person who erases themselves is kept waiting for the receipt, and how often we look for it.
const RECEIPT: (Duration, Duration) = (Duration::from_secs(3), Duration::from_millis(40));

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
    // Whoever needs it creates it, if this does not: the account is there.
    if let Err(error) = commands.begin_home(&call, home_tenant_id, user_id).await {
        tracing::warn!(tenant.id = %home_tenant_id, "{home_tenant_id} has no event yet: {}", error.message());
    }
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
    let call = at_home(claims, call::by_person(claims, request.write.take(), "users.change_profile", &request)?);
    let command = Command::ChangeName { name: request.name };
    commands.accepted::<User>(&call, &user.to_string(), command).await
}

/// The decision is stored when this answers; the receipt comes along if the rest is quick.
pub async fn erase_me(
    commands: &Commands,
    claims: &Claims,
    mut request: EraseMeRequest,
) -> Result<EraseMeResponse, Status> {
    let (user, _) = claims.require_person()?;
    let call = at_home(claims, call::by_person(claims, request.write.take(), "users.erase_me", &request)?);
    let transfer_to = request.transfer_to.as_deref().map(parse::<UserId>).transpose()?;
    erase(commands, &call, user, transfer_to).await
}

/// An account is in the tenant that came with it, whichever its person works in.
fn at_home(claims: &Claims, call: Call) -> Call {
    let tenant = claims.home().unwrap_or(call.tenant);
    Call { tenant, ..call }
}

pub async fn erase(
    commands: &Commands,
    call: &Call,
    user: UserId,
    transfer_to: Option<UserId>,
) -> Result<EraseMeResponse, Status> {
    let version = decide(&commands.store, call, user, transfer_to).await.map_err(status)?;
    commands.erasures.notify_one();
    let receipt = tokio::time::timeout(RECEIPT.0, commands.receipt(user)).await;
    Ok(EraseMeResponse { version, receipt: receipt.unwrap_or_default() })
}

impl Commands {
    /// Once there is one.
    async fn receipt(&self, user: UserId) -> String {
        loop {
            let erasure = self.store.erasure(user).await.ok().flatten();
            if let Some(receipt) = erasure.as_ref().and_then(Receipt::of) {
                return serde_json::to_string(&receipt).unwrap_or_default();
            }
            tokio::time::sleep(RECEIPT.1).await;
        }
    }
}
