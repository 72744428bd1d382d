//! What can happen to a tenant. What somebody is called or how they are reached is sealed: an invited address
//! with a key of that invite alone, names with the tenant's.

use chrono::serde::{ts_microseconds, ts_microseconds_option};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ProviderKind, Role, Scope};
use crate::aggregate::events;
use crate::{ApiKeyId, InviteId, LoginProviderId, TenantId, UserId};

/// What a key is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub name: String,
}

/// A name, with the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameChange {
    pub old: Option<String>,
    pub new: String,
}

/// Whom an invite was sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub email: String,
}

/// A tenant began, with one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantCreated {
    pub tenant_id: TenantId,
    pub owner: UserId,
    /// It came with the owner's account.
    pub home: bool,
}

/// A tenant is called differently now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantRenamed {
    pub tenant_id: TenantId,
    pub private: Option<NameChange>,
}

/// Somebody may join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberInvited {
    pub tenant_id: TenantId,
    pub invite_id: InviteId,
    pub role: Role,
    pub invited_by: UserId,
    /// SHA-256 of the secret in the link, in hex.
    pub token_hash: String,
    #[serde(with = "ts_microseconds")]
    pub expires_at: DateTime<Utc>,
    /// `None`: the address is gone with the invite's key.
    pub private: Option<Invited>,
}

/// An open invite has a new link and a new end; the link before is worth nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteRenewed {
    pub tenant_id: TenantId,
    pub invite_id: InviteId,
    pub by: UserId,
    /// SHA-256 of the secret in the new link, in hex.
    pub token_hash: String,
    #[serde(with = "ts_microseconds")]
    pub expires_at: DateTime<Utc>,
}

/// An invite is worth nothing any more, and its address is forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteRevoked {
    pub tenant_id: TenantId,
    pub invite_id: InviteId,
    pub by: UserId,
}

/// The address of an invite is forgotten: whoever followed it was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteForgotten {
    pub tenant_id: TenantId,
    pub invite_id: InviteId,
}

/// Somebody followed an invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberJoined {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub role: Role,
    pub invite_id: InviteId,
}

/// A member may do other things now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRoleChanged {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub old: Role,
    pub role: Role,
    pub by: UserId,
}

/// Somebody left (`by` is themselves) or was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRemoved {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub role: Role,
    pub by: UserId,
}

/// There is a key for scripts; it acts for whoever made it, within its scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCreated {
    pub tenant_id: TenantId,
    pub api_key_id: ApiKeyId,
    pub created_by: UserId,
    pub scopes: Vec<Scope>,
    /// `None`: it is good until it is revoked.
    #[serde(with = "ts_microseconds_option")]
    pub expires_at: Option<DateTime<Utc>>,
    pub private: Option<Name>,
}

/// A key is worth nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRevoked {
    pub tenant_id: TenantId,
    pub api_key_id: ApiKeyId,
    pub by: UserId,
}

/// Its people may sign in by a provider of theirs; or what is known of it has changed. The client's secret is no
/// part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProviderSet {
    pub tenant_id: TenantId,
    pub provider_id: LoginProviderId,
    pub kind: ProviderKind,
    /// What people read on the button.
    pub label: String,
    pub issuer: Option<String>,
    pub client_id: String,
    /// What somebody becomes whom it vouches for without an invite; `None`: only who was invited comes in.
    pub joins: Option<Role>,
    pub by: UserId,
}

/// Nobody signs in by a provider any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProviderRemoved {
    pub tenant_id: TenantId,
    pub provider_id: LoginProviderId,
    pub by: UserId,
}

/// Somebody joined because a provider of the tenant vouches for them, and its rule says that this is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberAdmitted {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub role: Role,
    pub provider_id: LoginProviderId,
}

/// Its last member was erased; nobody comes back to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantErased {
    pub tenant_id: TenantId,
}

events! {
    /// What can happen to a tenant.
    pub enum Event {
        TenantCreated, TenantRenamed,
        MemberInvited, InviteRenewed, InviteRevoked, InviteForgotten, MemberJoined, MemberRoleChanged, MemberRemoved,
        ApiKeyCreated, ApiKeyRevoked,
        LoginProviderSet, LoginProviderRemoved, MemberAdmitted,
        TenantErased,
    }
}
