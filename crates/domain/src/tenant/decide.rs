//! The table of what is asked, one function per command.

mod api_keys;
mod invites;
mod login;
mod members;

use chrono::{DateTime, Utc};

use super::{Command, Event, NameChange, Tenant, TenantCreated, TenantRenamed};
use crate::{Rejection, Role, TenantId, UserId};

/// What somebody may ask for.
pub type Decision = Result<Vec<Event>, Rejection>;

/// The longest name, in characters.
const MAX_NAME: usize = 120;

pub fn decide(tenant: &Tenant, command: Command, now: DateTime<Utc>) -> Decision {
    match (tenant.tenant_id, command) {
        (_, Command::Create { tenant_id, owner, home, name }) => create(tenant, tenant_id, owner, home, name),
        (None, _) => Err(Rejection::NotFound("organisation")),
        (Some(_), Command::EraseMember { .. }) if tenant.erased => Ok(vec![]),
        (Some(_), _) if tenant.erased => Err(Rejection::NotFound("organisation")),
        (Some(id), Command::Rename { by, name }) => rename(tenant, id, by, name),
        (Some(id), Command::Invite { by, invite_id, email, role, token_hash, expires_at }) => {
            invites::invite(tenant, id, by, now, (invite_id, email, role, token_hash, expires_at))
        }
        (Some(id), Command::RenewInvite { by, invite_id, token_hash, expires_at }) => {
            invites::renew(tenant, id, by, invite_id, (token_hash, expires_at))
        }
        (Some(id), Command::RevokeInvite { by, invite_id }) => invites::revoke(tenant, id, by, invite_id),
        (Some(id), Command::AcceptInvite { user, invite_id, token_hash }) => {
            invites::accept(tenant, id, user, now, invite_id, &token_hash)
        }
        (Some(id), Command::ChangeRole { by, user, role }) => members::change_role(tenant, id, by, user, role),
        (Some(id), Command::RemoveMember { by, user }) => members::remove(tenant, id, by, user),
        (Some(id), Command::EraseMember { user }) => Ok(members::erase(tenant, id, user)),
        (Some(id), Command::SetLoginProvider { by, provider_id, kind, label, issuer, client_id, joins }) => {
            login::set(tenant, id, by, (provider_id, kind, label, issuer, client_id, joins))
        }
        (Some(id), Command::RemoveLoginProvider { by, provider_id }) => login::remove(tenant, id, by, provider_id),
        (Some(id), Command::Admit { user, provider_id, invite_id }) => {
            login::admit(tenant, id, user, now, provider_id, invite_id)
        }
        (Some(id), Command::CreateApiKey { by, key_id, name, scopes, expires_at }) => {
            api_keys::create(tenant, id, by, now, (key_id, name, scopes, expires_at))
        }
        (Some(id), Command::RevokeApiKey { by, key_id }) => api_keys::revoke(tenant, id, by, key_id),
    }
}

fn create(tenant: &Tenant, tenant_id: TenantId, owner: UserId, home: bool, name: Option<String>) -> Decision {
    if tenant.tenant_id.is_some() {
        let again = tenant.members.contains_key(&owner);
        return if again { Ok(vec![]) } else { Err(Rejection::AlreadyExists) };
    }
    let created = TenantCreated { tenant_id, owner, home }.into();
    let named = name.map(checked).transpose()?.map(|new| {
        let change = NameChange { old: None, new };
        TenantRenamed { tenant_id, private: Some(change) }.into()
    });
    Ok(std::iter::once(created).chain(named).collect())
}

fn rename(tenant: &Tenant, tenant_id: TenantId, by: UserId, name: String) -> Decision {
    require_manager(tenant, by)?;
    let new = checked(name)?;
    if tenant.name.as_ref() == Some(&new) {
        return Ok(vec![]);
    }
    let change = NameChange { old: tenant.name.clone(), new };
    Ok(vec![TenantRenamed { tenant_id, private: Some(change) }.into()])
}

/// Owners and admins; a stranger hears what they hear of a tenant that is not there.
fn require_manager(tenant: &Tenant, by: UserId) -> Result<Role, Rejection> {
    match tenant.role_of(by) {
        None => Err(Rejection::NotYours),
        Some(role) if role.manages() => Ok(role),
        Some(_) => Err(Rejection::NotAllowed("it takes an owner or an admin of the organisation")),
    }
}

/// Only owners decide about owners.
fn require_owner_for(role: Role, by: Role) -> Result<(), Rejection> {
    if role == Role::Owner && by != Role::Owner {
        return Err(Rejection::NotAllowed("it takes an owner of the organisation to decide about owners"));
    }
    Ok(())
}

fn checked(name: String) -> Result<String, Rejection> {
    let name = name.trim().to_owned();
    match name.chars().count() {
        0 => Err(Rejection::Required("name")),
        length if length > MAX_NAME => Err(Rejection::TooLong { length, limit: MAX_NAME }),
        _ => Ok(name),
    }
}
