//! Providers of a tenant's own, and who comes in by them: as invited, or by the provider's rule.

use chrono::{DateTime, Utc};

use super::{Decision, checked, require_manager};
use crate::tenant::{
    Invite, LoginProviderRemoved, LoginProviderSet, MemberAdmitted, MemberJoined, ProviderKind, Tenant,
};
use crate::{InviteId, LoginProviderId, Rejection, Role, TenantId, UserId};

/// Providers that may be there at once.
const MAX_PROVIDERS: usize = 10;
/// The longest issuer or client id.
const MAX_TEXT: usize = 2_000;

type NewProvider = (LoginProviderId, ProviderKind, String, Option<String>, String, Option<Role>);

pub fn set(tenant: &Tenant, tenant_id: TenantId, by: UserId, new: NewProvider) -> Decision {
    let (provider_id, kind, label, issuer, client_id, joins) = new;
    require_manager(tenant, by)?;
    let label = checked(label)?;
    for (text, what) in [(issuer.as_deref(), "issuer"), (Some(client_id.as_str()), "client id")] {
        let length = text.map_or(1, |text| text.chars().count());
        match length {
            0 => return Err(Rejection::Required(what)),
            1..=MAX_TEXT => {}
            length => return Err(Rejection::TooLong { length, limit: MAX_TEXT }),
        }
    }
    require_rule(kind, joins)?;
    if !tenant.login_providers.contains_key(&provider_id) && tenant.login_providers.len() >= MAX_PROVIDERS {
        return Err(Rejection::TooMany { what: "providers", limit: MAX_PROVIDERS });
    }
    Ok(vec![LoginProviderSet { tenant_id, provider_id, kind, label, issuer, client_id, joins, by }.into()])
}

/// Whom an OpenID provider of one's own vouches for is one of one's own; whom GitHub knows is anybody.
fn require_rule(kind: ProviderKind, joins: Option<Role>) -> Result<(), Rejection> {
    match (kind, joins) {
        (_, None) | (ProviderKind::Oidc, Some(Role::Member | Role::Viewer)) => Ok(()),
        (ProviderKind::Oidc, Some(_)) => {
            Err(Rejection::NotAllowed("without an invite somebody becomes member or viewer, and no more"))
        }
        (ProviderKind::Github, Some(_)) => Err(Rejection::NotAllowed("anybody is at GitHub: invite who may come in")),
    }
}

pub fn remove(tenant: &Tenant, tenant_id: TenantId, by: UserId, provider_id: LoginProviderId) -> Decision {
    require_manager(tenant, by)?;
    let known = tenant.login_providers.contains_key(&provider_id);
    Ok(known.then(|| LoginProviderRemoved { tenant_id, provider_id, by }.into()).into_iter().collect())
}

/// Whoever was removed comes back by an invite only.
pub fn admit(
    tenant: &Tenant,
    tenant_id: TenantId,
    user: UserId,
    now: DateTime<Utc>,
    provider_id: LoginProviderId,
    invite_id: Option<InviteId>,
) -> Decision {
    let provider = tenant.login_providers.get(&provider_id).ok_or(Rejection::NotFound("provider"))?;
    if tenant.members.contains_key(&user) {
        return Ok(vec![]);
    }
    if tenant.members.len() >= super::invites::MAX_MEMBERS {
        return Err(Rejection::TooMany { what: "members", limit: super::invites::MAX_MEMBERS });
    }
    // Admins name providers, and only owners decide about owners: such an invite takes its link.
    let open = |invite: &&Invite| now < invite.expires_at && invite.role != Role::Owner;
    let invite = invite_id.and_then(|id| Some((id, tenant.invites.get(&id).filter(open)?)));
    if let Some((invite_id, invite)) = invite {
        return Ok(vec![MemberJoined { tenant_id, user_id: user, role: invite.role, invite_id }.into()]);
    }
    match provider.joins {
        Some(role) if !tenant.former.contains(&user) => {
            Ok(vec![MemberAdmitted { tenant_id, user_id: user, role, provider_id }.into()])
        }
        _ => Err(Rejection::NotAllowed("it takes an invite to come in here")),
    }
}
