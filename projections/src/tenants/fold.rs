use std::collections::BTreeMap;

use domain::tenant::Event;

use super::Tenant;
use super::api_keys::ApiKey;
use super::invites::Invite;
use super::members::Member;
use crate::fact::{Error, Fact, is_next};
use crate::text::storable;

/// What a batch is about, as it stands.
pub struct Rows {
    pub tenants: BTreeMap<String, Tenant>,
    /// By tenant and person.
    pub members: BTreeMap<(String, String), Member>,
    pub invites: BTreeMap<String, Invite>,
    pub api_keys: BTreeMap<String, ApiKey>,
}

impl Rows {
    /// The tenant's own version tells what was folded already.
    pub fn fold(&mut self, fact: &Fact<Event>) -> Result<(), Error> {
        if !is_next(fact, self.tenants.get(&fact.id).map_or(0, |row| row.version))? {
            return Ok(());
        }
        if let Event::TenantCreated(event) = &fact.event {
            self.tenants.insert(fact.id.clone(), Tenant::new(fact, event.home));
        }
        let tenant = self.tenants.get_mut(&fact.id).ok_or_else(|| unknown(fact, "tenant"))?;
        match &fact.event {
            Event::TenantRenamed(event) => {
                tenant.name = event.private.as_ref().map(|change| storable(&change.new)).unwrap_or_default();
            }
            Event::TenantErased(_) => {
                tenant.name.clear();
                tenant.erased = true;
                tenant.deleted_at = Some(fact.at);
            }
            _ => {}
        }
        tenant.updated_at = fact.at;
        tenant.version = fact.sequence;
        self.fold_rest(fact)
    }

    fn fold_rest(&mut self, fact: &Fact<Event>) -> Result<(), Error> {
        match &fact.event {
            Event::TenantCreated(event) => self.join(fact, event.owner.to_string(), domain::Role::Owner),
            Event::TenantRenamed(_) => {}
            Event::MemberInvited(event) => {
                drop(self.invites.insert(event.invite_id.to_string(), Invite::new(fact, event)));
            }
            Event::MemberJoined(event) => {
                self.join(fact, event.user_id.to_string(), event.role);
                self.invite(fact, &event.invite_id.to_string())?.close(fact, Some(event.user_id.to_string()));
            }
            Event::InviteRenewed(event) => {
                self.invite(fact, &event.invite_id.to_string())?.renew(fact, event.expires_at);
            }
            Event::InviteRevoked(event) => {
                let invite = self.invite(fact, &event.invite_id.to_string())?;
                invite.close(fact, None);
                invite.forget(fact);
            }
            Event::InviteForgotten(event) => self.invite(fact, &event.invite_id.to_string())?.forget(fact),
            Event::MemberRoleChanged(event) => {
                self.member(fact, event.user_id.to_string())?.becomes(fact, event.role);
            }
            Event::MemberRemoved(event) => self.member(fact, event.user_id.to_string())?.leaves(fact),
            Event::MemberAdmitted(event) => self.join(fact, event.user_id.to_string(), event.role),
            // Auth knows them, and shows them to who manages.
            Event::LoginProviderSet(_) | Event::LoginProviderRemoved(_) => {}
            Event::ApiKeyCreated(event) => {
                self.api_keys.insert(event.api_key_id.to_string(), ApiKey::new(fact, event));
            }
            Event::ApiKeyRevoked(event) => {
                let key = self.api_keys.get_mut(&event.api_key_id.to_string());
                key.ok_or_else(|| unknown(fact, "API key"))?.revoke(fact);
            }
            Event::TenantErased(_) => self.forget(fact),
        }
        Ok(())
    }

    fn join(&mut self, fact: &Fact<Event>, user: String, role: domain::Role) {
        let member = Member::new(fact, user.clone(), role);
        self.members.insert((fact.id.clone(), user), member);
    }

    fn member(&mut self, fact: &Fact<Event>, user: String) -> Result<&mut Member, Error> {
        self.members.get_mut(&(fact.id.clone(), user)).ok_or_else(|| unknown(fact, "member"))
    }

    fn invite(&mut self, fact: &Fact<Event>, id: &str) -> Result<&mut Invite, Error> {
        self.invites.get_mut(id).ok_or_else(|| unknown(fact, "invite"))
    }

    fn forget(&mut self, fact: &Fact<Event>) {
        let is_its = |tenant: &str| tenant == fact.id;
        self.invites.values_mut().filter(|row| is_its(&row.tenant_id)).for_each(|row| row.forget(fact));
        self.api_keys.values_mut().filter(|row| is_its(&row.tenant_id)).for_each(|row| row.forget(fact));
    }
}

fn unknown(fact: &Fact<Event>, what: &'static str) -> Error {
    Error::Unknown { id: fact.id.clone(), sequence: fact.sequence, what }
}

impl Tenant {
    fn new(fact: &Fact<Event>, home: bool) -> Self {
        Self {
            id: fact.id.clone(),
            tenant_id: fact.tenant.to_string(),
            name: String::new(),
            home,
            erased: false,
            created_at: fact.at,
            updated_at: fact.at,
            deleted_at: None,
            version: 0,
        }
    }
}
