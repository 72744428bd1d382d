use chrono::{DateTime, Utc};

use super::{Decision, require_manager, require_owner_for};
use crate::tenant::{InviteRenewed, InviteRevoked, Invited, MemberInvited, MemberJoined, Tenant};
use crate::{InviteId, Rejection, Role, TenantId, UserId};

/// Invites that may be open at once, and members at once.
const MAX_OPEN: usize = 200;
pub const MAX_MEMBERS: usize = 1_000;
/// The longest e-mail address (RFC 5321).
const MAX_EMAIL: usize = 254;

type NewInvite = (InviteId, String, Role, String, DateTime<Utc>);

pub fn invite(tenant: &Tenant, tenant_id: TenantId, by: UserId, now: DateTime<Utc>, new: NewInvite) -> Decision {
    let (invite_id, email, role, token_hash, expires_at) = new;
    require_owner_for(role, require_manager(tenant, by)?)?;
    if tenant.invites.contains_key(&invite_id) {
        return Ok(vec![]);
    }
    let email = address(&email)?;
    if tenant.invites.values().filter(|invite| now < invite.expires_at).count() >= MAX_OPEN {
        return Err(Rejection::TooMany { what: "open invites", limit: MAX_OPEN });
    }
    let private = Some(Invited { email });
    Ok(vec![MemberInvited { tenant_id, invite_id, role, invited_by: by, token_hash, expires_at, private }.into()])
}

/// Also one that has expired: whoever asks for a new link wants the same person to come.
pub fn renew(
    tenant: &Tenant,
    tenant_id: TenantId,
    by: UserId,
    invite_id: InviteId,
    (token_hash, expires_at): (String, DateTime<Utc>),
) -> Decision {
    let role = require_manager(tenant, by)?;
    match tenant.invites.get(&invite_id) {
        Some(invite) => {
            require_owner_for(invite.role, role)?;
            Ok(vec![InviteRenewed { tenant_id, invite_id, by, token_hash, expires_at }.into()])
        }
        None if tenant.closed_invites.contains_key(&invite_id) => Err(Rejection::InviteOver),
        None => Err(Rejection::NotFound("invite")),
    }
}

pub fn revoke(tenant: &Tenant, tenant_id: TenantId, by: UserId, invite_id: InviteId) -> Decision {
    let role = require_manager(tenant, by)?;
    match (tenant.invites.get(&invite_id), tenant.closed_invites.get(&invite_id)) {
        (Some(invite), _) => {
            require_owner_for(invite.role, role)?;
            Ok(vec![InviteRevoked { tenant_id, invite_id, by }.into()])
        }
        (None, Some(None)) => Ok(vec![]),
        (None, Some(Some(_))) => Err(Rejection::InviteOver),
        (None, None) => Err(Rejection::NotFound("invite")),
    }
}

/// Who is a member already keeps their role, and leaves the invite to whom it was meant for.
pub fn accept(
    tenant: &Tenant,
    tenant_id: TenantId,
    user: UserId,
    now: DateTime<Utc>,
    invite_id: InviteId,
    token_hash: &str,
) -> Decision {
    if tenant.closed_invites.get(&invite_id) == Some(&Some(user)) && tenant.members.contains_key(&user) {
        return Ok(vec![]);
    }
    if tenant.closed_invites.contains_key(&invite_id) {
        return Err(Rejection::InviteOver);
    }
    let invite = tenant.invites.get(&invite_id).filter(|invite| invite.token_hash == token_hash);
    let invite = invite.ok_or(Rejection::NotFound("invite"))?;
    if now >= invite.expires_at {
        return Err(Rejection::InviteOver);
    }
    if tenant.members.contains_key(&user) {
        return Ok(vec![]);
    }
    if tenant.members.len() >= MAX_MEMBERS {
        return Err(Rejection::TooMany { what: "members", limit: MAX_MEMBERS });
    }
    Ok(vec![MemberJoined { tenant_id, user_id: user, role: invite.role, invite_id }.into()])
}

/// Whether somebody reads mail there only a mail can tell.
fn address(email: &str) -> Result<String, Rejection> {
    let email = crate::user::normalise_email(email);
    let parts = email.split_once('@');
    let whole = parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if whole && plain && email.len() <= MAX_EMAIL {
        Ok(email)
    } else {
        Err(Rejection::Required("valid e-mail address"))
    }
}
