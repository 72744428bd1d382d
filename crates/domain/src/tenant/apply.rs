use super::{ApiKey, Event, Invite, LoginProvider, Member, Role, Tenant};
use crate::{InviteId, KeyHolder, UserId};

/// Where an event leaves a tenant.
pub fn apply(mut tenant: Tenant, event: &Event) -> Tenant {
    tenant.holder = tenant.tenant_id.map(KeyHolder::Tenant);
    match event {
        Event::TenantCreated(event) => {
            tenant.tenant_id = Some(event.tenant_id);
            tenant.holder = Some(KeyHolder::Tenant(event.tenant_id));
            tenant.members.insert(event.owner, Member { role: Role::Owner, invite: None });
        }
        Event::TenantRenamed(event) => tenant.name = event.private.as_ref().map(|change| change.new.clone()),
        Event::MemberInvited(event) => {
            tenant.holder = Some(KeyHolder::Invite(event.invite_id));
            let (role, token_hash, expires_at) = (event.role, event.token_hash.clone(), event.expires_at);
            tenant.invites.insert(event.invite_id, Invite { role, token_hash, expires_at });
        }
        Event::InviteRenewed(event) => {
            if let Some(invite) = tenant.invites.get_mut(&event.invite_id) {
                invite.token_hash.clone_from(&event.token_hash);
                invite.expires_at = event.expires_at;
            }
        }
        Event::InviteRevoked(event) => tenant.close(event.invite_id, None),
        Event::InviteForgotten(event) => {
            // Who followed it stays known: a crash may have left its key.
            let by = tenant.closed_invites.get(&event.invite_id).copied().flatten();
            tenant.close(event.invite_id, by);
        }
        Event::MemberJoined(event) => {
            tenant.close(event.invite_id, Some(event.user_id));
            tenant.former.remove(&event.user_id);
            let member = Member { role: event.role, invite: Some(event.invite_id) };
            tenant.members.insert(event.user_id, member);
        }
        Event::MemberRoleChanged(event) => {
            if let Some(member) = tenant.members.get_mut(&event.user_id) {
                member.role = event.role;
            }
        }
        Event::MemberRemoved(event) => {
            tenant.members.remove(&event.user_id);
            tenant.former.insert(event.user_id);
        }
        Event::ApiKeyCreated(event) => {
            let (created_by, scopes, expires_at) = (event.created_by, event.scopes.clone(), event.expires_at);
            tenant.api_keys.insert(event.api_key_id, ApiKey { created_by, scopes, expires_at });
        }
        Event::ApiKeyRevoked(event) => {
            tenant.api_keys.remove(&event.api_key_id);
            tenant.revoked_api_keys.insert(event.api_key_id);
        }
        Event::LoginProviderSet(event) => {
            tenant.login_providers.insert(event.provider_id, LoginProvider { joins: event.joins });
        }
        Event::LoginProviderRemoved(event) => drop(tenant.login_providers.remove(&event.provider_id)),
        Event::MemberAdmitted(event) => {
            tenant.former.remove(&event.user_id);
            tenant.members.insert(event.user_id, Member { role: event.role, invite: None });
        }
        Event::TenantErased(_) => tenant.erased = true,
    }
    tenant
}

impl Tenant {
    fn close(&mut self, invite: InviteId, by: Option<UserId>) {
        self.invites.remove(&invite);
        self.closed_invites.insert(invite, by);
    }
}
