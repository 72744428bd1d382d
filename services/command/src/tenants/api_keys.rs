//! Keys for scripts: that they exist, and for what. Their secrets are auth's.

use chrono::DateTime;
use domain::tenant::Command;
use domain::{ApiKeyId, Scope, Tenant};
use rpc::command::v1::{Accepted, CreateApiKeyRequest, CreateApiKeyResponse, RevokeApiKeyRequest};
use rpc::identity::Claims;
use serde_json::json;
use tonic::Status;

use crate::error::{named, parse, status};
use crate::service::{answered, number};
use crate::{Commands, call};

pub async fn create(
    commands: &Commands,
    claims: &Claims,
    mut request: CreateApiKeyRequest,
) -> Result<CreateApiKeyResponse, Status> {
    let (by, _) = claims.require_person()?;
    // The id is made anew for each try, so it is no part of what a repeat must say again.
    let key_id: ApiKeyId = parse(&std::mem::take(&mut request.api_key_id))?;
    let call = call::by_person(claims, request.write.take(), "tenants.create_api_key", &request)?;
    let scopes = request.scopes.iter().map(|scope| named::<Scope>(scope, "scope")).collect::<Result<_, _>>()?;
    let expires_at = DateTime::from_timestamp(request.expires_at, 0).filter(|_| request.expires_at != 0);
    let tenant = commands.tenant_of(claims, &call).await?;
    let command = Command::CreateApiKey { by, key_id, name: request.name, scopes, expires_at };
    let done = commands
        .store
        .execute::<Tenant>(
            &call,
            &tenant.to_string(),
            command,
            |done| json!({ "api_key_id": key_id, "version": done.version, "at": done.occurred_at.timestamp_micros() }),
        )
        .await
        .map_err(status)?;
    Ok(CreateApiKeyResponse {
        api_key_id: answered(&done.answer, "api_key_id")?,
        version: number(&done.answer, "version")?,
        created_at_micros: number(&done.answer, "at")?,
    })
}

pub async fn revoke(
    commands: &Commands,
    claims: &Claims,
    mut request: RevokeApiKeyRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.revoke_api_key", &request)?;
    let key_id: ApiKeyId = parse(&request.api_key_id)?;
    let tenant = commands.tenant_of(claims, &call).await?;
    commands.accepted::<Tenant>(&call, &tenant.to_string(), Command::RevokeApiKey { by, key_id }).await
}
