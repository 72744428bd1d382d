//! Organisations: begun, renamed; who belongs to them and which keys they have is in the files below.

pub mod api_keys;
mod invite_token;
pub mod invites;
pub mod login;
pub mod members;
pub mod standing;

use domain::tenant::Command;
use domain::{Tenant, TenantId, UserId};
use rpc::command::v1::{Accepted, CreateTenantRequest, CreateTenantResponse, RenameTenantRequest};
use rpc::identity::Claims;
use serde_json::json;
use store::Call;
use tonic::Status;

use crate::error::status;
use crate::service::{answered, number};
use crate::{Commands, call};

pub async fn create(
    commands: &Commands,
    claims: &Claims,
    mut request: CreateTenantRequest,
) -> Result<CreateTenantResponse, Status> {
    let (owner, _) = claims.require_person()?;
    let tenant_id = TenantId::generate();
    // Its own stream, but a repeat is recognised where the caller is now.
    let call = call::by_person(claims, request.write.take(), "tenants.create", &request)?;
    let command = Command::Create { tenant_id, owner, home: false, name: Some(request.name) };
    let done = commands.begin_tenant(call, tenant_id, command).await?;
    Ok(CreateTenantResponse { tenant_id: answered(&done, "tenant_id")?, version: number(&done, "version")? })
}

pub async fn rename(
    commands: &Commands,
    claims: &Claims,
    mut request: RenameTenantRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.rename", &request)?;
    let tenant = commands.tenant_of(claims, &call).await?;
    commands.accepted::<Tenant>(&call, &tenant.to_string(), Command::Rename { by, name: request.name }).await
}

impl Commands {
    /// The caller's tenant, with a first event: an account from before tenants had events owns one without.
    pub(crate) async fn tenant_of(&self, claims: &Claims, call: &Call) -> Result<TenantId, Status> {
        let (owner, tenant) = claims.require_person()?;
        if claims.home() == Some(tenant) {
            let stored = self.store.load::<Tenant>(tenant, &tenant.to_string()).await.map_err(status)?;
            if stored.version == 0 {
                self.begin_home(call, tenant, owner).await?;
            }
        }
        Ok(tenant)
    }

    /// The tenant that comes with an account. Again changes nothing.
    pub(crate) async fn begin_home(&self, call: &Call, tenant_id: TenantId, owner: UserId) -> Result<(), Status> {
        let command = Command::Create { tenant_id, owner, home: true, name: None };
        let call = Call { tenant: tenant_id, idempotency: None, expected_version: None, ..call.clone() };
        self.begin_tenant(call, tenant_id, command).await.map(drop)
    }

    async fn begin_tenant(&self, call: Call, id: TenantId, command: Command) -> Result<serde_json::Value, Status> {
        let call = Call { tenant: id, ..call };
        let answer = |done: &store::Executed<Tenant>| json!({ "tenant_id": id, "version": done.version });
        let done = self.store.execute::<Tenant>(&call, &id.to_string(), command, answer).await.map_err(status)?;
        Ok(done.answer)
    }
}
