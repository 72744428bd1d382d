//! Providers of a tenant's own. Auth keeps their secrets and asks them; here is who may name them, and who comes in.

use chrono::Utc;
use domain::tenant::{Command, Event, ProviderKind};
use domain::user::normalise_email;
use domain::{InviteId, LoginProviderId, Role, Tenant, TenantId, UserId};
use rpc::command::v1::{
    Accepted, AdmitMemberRequest, AdmitMemberResponse, RemoveLoginProviderRequest, SetLoginProviderRequest,
};
use rpc::identity::Claims;
use tonic::Status;

use crate::error::{named, parse, status};
use crate::{Commands, call};

/// By auth, with the person's token.
pub async fn set(
    commands: &Commands,
    claims: &Claims,
    mut request: SetLoginProviderRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.set_login_provider", &request)?;
    let provider_id: LoginProviderId = parse(&request.provider_id)?;
    let kind: ProviderKind = named(&request.kind, "kind")?;
    let joins = Some(&request.joins).filter(|role| !role.is_empty());
    let joins = joins.map(|role| named::<Role>(role, "joins")).transpose()?;
    let tenant = commands.tenant_of(claims, &call).await?;
    let SetLoginProviderRequest { label, issuer, client_id, .. } = request;
    let command = Command::SetLoginProvider { by, provider_id, kind, label, issuer, client_id, joins };
    commands.accepted::<Tenant>(&call, &tenant.to_string(), command).await
}

/// By auth, with the person's token.
pub async fn remove(
    commands: &Commands,
    claims: &Claims,
    mut request: RemoveLoginProviderRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.remove_login_provider", &request)?;
    let provider_id: LoginProviderId = parse(&request.provider_id)?;
    let tenant = commands.tenant_of(claims, &call).await?;
    let command = Command::RemoveLoginProvider { by, provider_id };
    commands.accepted::<Tenant>(&call, &tenant.to_string(), command).await
}

/// Whom a provider vouches for comes in, by the invite to their address or by the rule. Nobody named: would they?
pub async fn admit(
    commands: &Commands,
    claims: &Claims,
    request: AdmitMemberRequest,
) -> Result<AdmitMemberResponse, Status> {
    claims.require_service()?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let provider_id: LoginProviderId = parse(&request.provider_id)?;
    let invite_id = commands.invite_to(tenant, &request.email).await?;
    let admit = |user| Command::Admit { user, provider_id, invite_id };
    if request.user_id.is_empty() {
        // The nil id is nobody's.
        let nobody = UserId::from_uuid(uuid::Uuid::nil());
        let state = commands.store.load::<Tenant>(tenant, &tenant.to_string()).await.map_err(status)?.state;
        domain::Aggregate::decide(&state, admit(nobody), Utc::now()).map_err(|no| status(no.into()))?;
        return Ok(AdmitMemberResponse::default());
    }
    let user: UserId = parse(&request.user_id)?;
    let call = call::by_service(tenant, &user.to_string(), &request.correlation_id);
    let version = commands.accepted::<Tenant>(&call, &tenant.to_string(), admit(user)).await?.version;
    Ok(AdmitMemberResponse { version })
}

impl Commands {
    /// The newest open invite to an address. Addresses are in the events alone, sealed.
    async fn invite_to(&self, tenant: TenantId, email: &str) -> Result<Option<InviteId>, Status> {
        let id = tenant.to_string();
        let open = self.store.load::<Tenant>(tenant, &id).await.map_err(status)?.state.invites;
        if open.is_empty() || email.is_empty() {
            return Ok(None);
        }
        let (email, now) = (normalise_email(email), Utc::now());
        let history = self.store.history::<Tenant>(tenant, &id).await.map_err(status)?;
        let to_them = history.iter().rev().find_map(|(_, event)| match event {
            Event::MemberInvited(it) if it.private.as_ref().is_some_and(|to| to.email == email) => {
                open.get(&it.invite_id).filter(|invite| now < invite.expires_at).map(|_| it.invite_id)
            }
            _ => None,
        });
        Ok(to_them)
    }
}
