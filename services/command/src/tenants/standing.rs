//! What somebody may do, as the log has it now: what auth asks before it signs a token.

use chrono::Utc;
use domain::user::{Standing, SystemRole};
use domain::{ApiKeyId, Role, Scope, Tenant, TenantId, User, UserId};
use rpc::command::v1::{DescribeStandingRequest, DescribeStandingResponse};
use rpc::identity::Claims;
use tonic::Status;

use crate::Commands;
use crate::error::{parse, status};

pub async fn describe(
    commands: &Commands,
    claims: &Claims,
    request: DescribeStandingRequest,
) -> Result<DescribeStandingResponse, Status> {
    claims.require_service()?;
    let user: UserId = parse(&request.user_id)?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let home: TenantId = parse(&request.home_tenant_id)?;
    let (user_id, tenant_id) = (user.to_string(), tenant.to_string());
    let account = commands.store.load::<User>(home, &user_id);
    let (account, belongs) =
        tokio::try_join!(account, commands.store.load::<Tenant>(tenant, &tenant_id)).map_err(status)?;
    let User::Registered { standing, .. } = account.state else { return Ok(DescribeStandingResponse::default()) };
    // An account from before tenants had events owns the one it came with.
    let role = if belongs.version == 0 && home == tenant { Some(Role::Owner) } else { belongs.state.role_of(user) };
    let said = said(standing, role);
    match request.api_key_id.as_str() {
        "" => Ok(said),
        key => Ok(limited(&belongs.state, parse(key)?, user, said)),
    }
}

fn said(standing: Standing, role: Option<Role>) -> DescribeStandingResponse {
    DescribeStandingResponse {
        role: role.map(|role| role.to_string()).unwrap_or_default(),
        tier: standing.tier.as_str().to_owned(),
        administrator: standing.role == SystemRole::Administrator,
        ..DescribeStandingResponse::default()
    }
}

/// A key does what its maker may do, within its scopes, and administers nothing.
fn limited(tenant: &Tenant, key: ApiKeyId, user: UserId, said: DescribeStandingResponse) -> DescribeStandingResponse {
    let Some(key) = tenant.api_key(key, Utc::now()).filter(|key| key.created_by == user) else {
        return DescribeStandingResponse::default();
    };
    DescribeStandingResponse {
        scopes: key.scopes.iter().copied().map(Scope::as_str).map(str::to_owned).collect(),
        expires_at: key.expires_at.map(|end| end.timestamp()).unwrap_or_default(),
        administrator: false,
        ..said
    }
}
