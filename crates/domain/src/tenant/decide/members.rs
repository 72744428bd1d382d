use super::{Decision, require_manager, require_owner_for};
use crate::tenant::{ApiKeyRevoked, Event, InviteForgotten, MemberRemoved, MemberRoleChanged, Tenant, TenantErased};
use crate::{Rejection, Role, TenantId, UserId};

pub fn change_role(tenant: &Tenant, tenant_id: TenantId, by: UserId, user: UserId, role: Role) -> Decision {
    let mine = require_manager(tenant, by)?;
    let old = tenant.role_of(user).ok_or(Rejection::NotFound("member"))?;
    require_owner_for(old, mine)?;
    require_owner_for(role, mine)?;
    if old == role {
        return Ok(vec![]);
    }
    if tenant.is_last_owner(user) {
        return Err(Rejection::LastOwner);
    }
    let changed = MemberRoleChanged { tenant_id, user_id: user, old, role, by };
    let revoked = if role.manages() { Vec::new() } else { keys_of(tenant, tenant_id, user, by) };
    Ok(std::iter::once(changed.into()).chain(revoked).collect())
}

/// Everybody may leave; the last owner may not, since nobody else could ever manage what stays.
pub fn remove(tenant: &Tenant, tenant_id: TenantId, by: UserId, user: UserId) -> Decision {
    if by != user {
        let mine = require_manager(tenant, by)?;
        tenant.role_of(user).map_or(Ok(()), |role| require_owner_for(role, mine))?;
    }
    match tenant.role_of(user) {
        None if tenant.former.contains(&user) => Ok(vec![]),
        None if by == user => Err(Rejection::NotYours),
        None => Err(Rejection::NotFound("member")),
        Some(_) if tenant.is_last_owner(user) => Err(Rejection::LastOwner),
        Some(role) => Ok(removed(tenant, tenant_id, user, role, by)),
    }
}

/// Cannot be refused: it has been decided elsewhere. The eldest of the highest role inherits.
pub fn erase(tenant: &Tenant, tenant_id: TenantId, user: UserId) -> Vec<Event> {
    let Some(member) = tenant.members.get(&user) else { return Vec::new() };
    let others = || tenant.members.iter().filter(|(id, _)| **id != user);
    let heir = others().min_by_key(|(id, other)| (other.role, **id)).filter(|_| tenant.is_last_owner(user));
    let crowned = heir.map(|(id, other)| {
        MemberRoleChanged { tenant_id, user_id: *id, old: other.role, role: Role::Owner, by: user }.into()
    });
    let forgotten = member.invite.map(|invite_id| InviteForgotten { tenant_id, invite_id }.into());
    let gone = others().next().is_none().then(|| TenantErased { tenant_id }.into());
    let removed = removed(tenant, tenant_id, user, member.role, user);
    crowned.into_iter().chain(removed).chain(forgotten).chain(gone).collect()
}

/// Their keys go with them.
fn removed(tenant: &Tenant, tenant_id: TenantId, user: UserId, role: Role, by: UserId) -> Vec<Event> {
    let removed = MemberRemoved { tenant_id, user_id: user, role, by };
    std::iter::once(removed.into()).chain(keys_of(tenant, tenant_id, user, by)).collect()
}

fn keys_of(tenant: &Tenant, tenant_id: TenantId, user: UserId, by: UserId) -> Vec<Event> {
    let theirs = tenant.api_keys.iter().filter(|(_, key)| key.created_by == user);
    theirs.map(|(key_id, _)| ApiKeyRevoked { tenant_id, api_key_id: *key_id, by }.into()).collect()
}
