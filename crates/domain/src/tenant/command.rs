use chrono::{DateTime, Utc};

use super::{ProviderKind, Role, Scope};
use crate::{ApiKeyId, InviteId, LoginProviderId, TenantId, UserId};

/// What can be asked of a tenant. `by` is who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `home`: it comes with the owner's account.
    Create {
        tenant_id: TenantId,
        owner: UserId,
        home: bool,
        name: Option<String>,
    },
    Rename {
        by: UserId,
        name: String,
    },
    Invite {
        by: UserId,
        invite_id: InviteId,
        email: String,
        role: Role,
        token_hash: String,
        expires_at: DateTime<Utc>,
    },
    /// A new link for an invite that is still open; the one before is worth nothing any more.
    RenewInvite {
        by: UserId,
        invite_id: InviteId,
        token_hash: String,
        expires_at: DateTime<Utc>,
    },
    RevokeInvite {
        by: UserId,
        invite_id: InviteId,
    },
    /// Whoever has the secret of the link may join.
    AcceptInvite {
        user: UserId,
        invite_id: InviteId,
        token_hash: String,
    },
    ChangeRole {
        by: UserId,
        user: UserId,
        role: Role,
    },
    /// Oneself: to leave.
    RemoveMember {
        by: UserId,
        user: UserId,
    },
    CreateApiKey {
        by: UserId,
        key_id: ApiKeyId,
        name: String,
        scopes: Vec<Scope>,
        expires_at: Option<DateTime<Utc>>,
    },
    RevokeApiKey {
        by: UserId,
        key_id: ApiKeyId,
    },
    /// Its people may sign in by a provider of theirs; or what is known of it has changed. Whether the provider is
    /// there, the caller has found out. `joins`: what somebody becomes whom it vouches for without an invite.
    SetLoginProvider {
        by: UserId,
        provider_id: LoginProviderId,
        kind: ProviderKind,
        label: String,
        issuer: Option<String>,
        client_id: String,
        joins: Option<Role>,
    },
    RemoveLoginProvider {
        by: UserId,
        provider_id: LoginProviderId,
    },
    /// Somebody whom a provider of the tenant vouches for, perhaps with the invite to their address.
    Admit {
        user: UserId,
        provider_id: LoginProviderId,
        invite_id: Option<InviteId>,
    },
    /// A person was erased: they are no member any more, and if they were the last owner somebody else is.
    EraseMember {
        user: UserId,
    },
}
