//! Every event of a tenant, full and bare.

use domain::tenant::{
    ApiKeyCreated, ApiKeyRevoked, Event, InviteForgotten, InviteRenewed, InviteRevoked, Invited, LoginProviderRemoved,
    LoginProviderSet, MemberAdmitted, MemberInvited, MemberJoined, MemberRemoved, MemberRoleChanged, Name, NameChange,
    ProviderKind, TenantCreated, TenantErased, TenantRenamed,
};
use domain::{Role, Scope};

use crate::samples::{Sample, id, noon};

pub fn all() -> Vec<Sample> {
    [names(), members(), keys(), login()].into_iter().flatten().collect()
}

fn full(event: impl Into<Event>) -> Sample {
    Sample::new::<Event>("tenant", event.into(), false)
}

fn bare(event: impl Into<Event>) -> Sample {
    Sample::new::<Event>("tenant", event.into(), true)
}

fn names() -> Vec<Sample> {
    let tenant_id = id("ten", 2);
    let change = NameChange { old: None, new: "Ünïcode & Söhne".to_owned() };
    let renamed = TenantRenamed { tenant_id, private: Some(change) };
    vec![
        full(TenantCreated { tenant_id, owner: id("usr", 4), home: true }),
        full(renamed.clone()),
        bare(TenantRenamed { private: None, ..renamed }),
        full(TenantErased { tenant_id }),
    ]
}

fn members() -> Vec<Sample> {
    let (tenant_id, invite_id, user_id, by) = (id("ten", 2), id("inv", 5), id("usr", 9), id("usr", 4));
    let invited = MemberInvited {
        tenant_id,
        invite_id,
        role: Role::Viewer,
        invited_by: by,
        token_hash: "00ff".repeat(16),
        expires_at: noon(),
        private: Some(Invited { email: "dora@example.org".to_owned() }),
    };
    vec![
        full(invited.clone()),
        bare(MemberInvited { private: None, ..invited }),
        full(InviteRenewed { tenant_id, invite_id, by, token_hash: "ff00".repeat(16), expires_at: noon() }),
        full(InviteRevoked { tenant_id, invite_id, by }),
        full(InviteForgotten { tenant_id, invite_id }),
        full(MemberJoined { tenant_id, user_id, role: Role::Viewer, invite_id }),
        full(MemberRoleChanged { tenant_id, user_id, old: Role::Viewer, role: Role::Admin, by }),
        full(MemberRemoved { tenant_id, user_id, role: Role::Admin, by }),
    ]
}

fn keys() -> Vec<Sample> {
    let (tenant_id, api_key_id) = (id("ten", 2), id("key", 6));
    let created = ApiKeyCreated {
        tenant_id,
        api_key_id,
        created_by: id("usr", 4),
        scopes: vec![Scope::Read, Scope::Audit],
        expires_at: Some(noon()),
        private: Some(Name { name: "CI".to_owned() }),
    };
    vec![
        full(created.clone()),
        bare(ApiKeyCreated { expires_at: None, private: None, ..created }),
        full(ApiKeyRevoked { tenant_id, api_key_id, by: id("usr", 4) }),
    ]
}

fn login() -> Vec<Sample> {
    let (tenant_id, provider_id, by) = (id("ten", 2), id("idp", 11), id("usr", 4));
    let set = LoginProviderSet {
        tenant_id,
        provider_id,
        kind: ProviderKind::Oidc,
        label: "Ünïcode ID".to_owned(),
        issuer: Some("https://id.example".to_owned()),
        client_id: "atelier".to_owned(),
        joins: Some(Role::Viewer),
        by,
    };
    let least = LoginProviderSet { kind: ProviderKind::Github, issuer: None, joins: None, ..set.clone() };
    vec![
        full(set),
        bare(least),
        full(LoginProviderRemoved { tenant_id, provider_id, by }),
        full(MemberAdmitted { tenant_id, user_id: id("usr", 9), role: Role::Viewer, provider_id }),
    ]
}
