//! A tenant with somebody of every role, for the tests beside this file.

use chrono::{DateTime, TimeDelta, Utc};

use crate::given::{Given, noon};
use crate::tenant::{Command, Event, MemberInvited, MemberJoined, NameChange, Tenant, TenantCreated, TenantRenamed};
use crate::{ApiKeyId, InviteId, Role, Scope, TenantId, UserId};

pub struct Story {
    pub tenant_id: TenantId,
    /// The owner.
    pub ada: UserId,
    /// An admin.
    pub bob: UserId,
    /// A member.
    pub cleo: UserId,
    /// Somebody from outside.
    pub mallory: UserId,
    pub invite_id: InviteId,
    pub key_id: ApiKeyId,
    bobs_invite: InviteId,
    cleos_invite: InviteId,
}

pub const SECRET: &str = "5ec7e7";

pub fn tomorrow() -> DateTime<Utc> {
    noon() + TimeDelta::days(1)
}

impl Story {
    pub fn new() -> Self {
        let person = UserId::generate;
        Self {
            tenant_id: TenantId::generate(),
            ada: person(),
            bob: person(),
            cleo: person(),
            mallory: person(),
            invite_id: InviteId::generate(),
            key_id: ApiKeyId::generate(),
            bobs_invite: InviteId::generate(),
            cleos_invite: InviteId::generate(),
        }
    }

    /// Only its owner is there.
    pub fn begun(&self) -> Given<Tenant> {
        Given::events(self.created())
    }

    /// Ada owns, Bob is admin, Cleo is a member.
    pub fn staffed(&self) -> Given<Tenant> {
        self.begun()
            .and(self.inviting(self.ada, self.bobs_invite, Role::Admin))
            .and(self.accepting(self.bob, self.bobs_invite))
            .and(self.inviting(self.ada, self.cleos_invite, Role::Member))
            .and(self.accepting(self.cleo, self.cleos_invite))
    }

    pub fn cleos_invite(&self) -> InviteId {
        self.cleos_invite
    }

    pub fn created(&self) -> [Event; 2] {
        let tenant_id = self.tenant_id;
        let created = TenantCreated { tenant_id, owner: self.ada, home: true };
        let change = NameChange { old: None, new: "Acme".to_owned() };
        [created.into(), TenantRenamed { tenant_id, private: Some(change) }.into()]
    }

    pub fn create(&self, owner: UserId) -> Command {
        Command::Create { tenant_id: self.tenant_id, owner, home: true, name: Some(" Acme ".to_owned()) }
    }

    pub fn inviting(&self, by: UserId, invite_id: InviteId, role: Role) -> Command {
        let (email, token_hash) = (" Dora@Example.org ".to_owned(), SECRET.to_owned());
        Command::Invite { by, invite_id, email, role, token_hash, expires_at: tomorrow() }
    }

    pub fn invite(&self, by: UserId, role: Role) -> Command {
        self.inviting(by, self.invite_id, role)
    }

    pub fn invited(&self, by: UserId, role: Role) -> Event {
        MemberInvited {
            tenant_id: self.tenant_id,
            invite_id: self.invite_id,
            role,
            invited_by: by,
            token_hash: SECRET.to_owned(),
            expires_at: tomorrow(),
            private: Some(crate::tenant::Invited { email: "dora@example.org".to_owned() }),
        }
        .into()
    }

    pub fn accepting(&self, user: UserId, invite_id: InviteId) -> Command {
        Command::AcceptInvite { user, invite_id, token_hash: SECRET.to_owned() }
    }

    pub fn accept(&self, user: UserId) -> Command {
        self.accepting(user, self.invite_id)
    }

    pub fn joined(&self, user_id: UserId, role: Role) -> Event {
        MemberJoined { tenant_id: self.tenant_id, user_id, role, invite_id: self.invite_id }.into()
    }

    pub fn key(&self, by: UserId, scopes: &[Scope]) -> Command {
        let (name, scopes) = ("CI".to_owned(), scopes.to_vec());
        Command::CreateApiKey { by, key_id: self.key_id, name, scopes, expires_at: Some(tomorrow()) }
    }
}
