use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Role, Scope};
use crate::{ApiKeyId, InviteId, KeyHolder, LoginProviderId, TenantId, UserId};

/// The state that decisions need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// `None`: it does not exist, or was created before tenants had events.
    pub tenant_id: Option<TenantId>,
    pub name: Option<String>,
    pub members: BTreeMap<UserId, Member>,
    /// Who was one once.
    pub former: BTreeSet<UserId>,
    /// Those that may still be followed, if they have not expired.
    pub invites: BTreeMap<InviteId, Invite>,
    /// Those that may not, with who followed them.
    pub closed_invites: BTreeMap<InviteId, Option<UserId>>,
    pub api_keys: BTreeMap<ApiKeyId, ApiKey>,
    pub revoked_api_keys: BTreeSet<ApiKeyId>,
    /// By which its people may sign in.
    #[serde(default)]
    pub login_providers: BTreeMap<LoginProviderId, LoginProvider>,
    /// Whose key seals what happened last.
    pub(super) holder: Option<KeyHolder>,
    pub erased: bool,
}

/// Somebody who belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub role: Role,
    /// How they came; `None`: they began it.
    pub invite: Option<InviteId>,
}

/// A way in that was not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    pub role: Role,
    pub token_hash: String,
    pub expires_at: DateTime<Utc>,
}

/// A key that was not revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub created_by: UserId,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A provider that people sign in to the tenant by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProvider {
    /// What somebody becomes whom it vouches for without an invite.
    pub joins: Option<Role>,
}

impl Tenant {
    /// What this person is here; `None`: a stranger.
    pub fn role_of(&self, user: UserId) -> Option<Role> {
        self.members.get(&user).map(|member| member.role)
    }

    /// What a key may be used for now; `None`: nothing.
    pub fn api_key(&self, key: ApiKeyId, now: DateTime<Utc>) -> Option<&ApiKey> {
        self.api_keys.get(&key).filter(|key| key.expires_at.is_none_or(|end| now < end))
    }

    /// Whether nobody else is an owner.
    pub(super) fn is_last_owner(&self, user: UserId) -> bool {
        let mut owners = self.members.iter().filter(|(_, member)| member.role == Role::Owner);
        owners.next().is_some_and(|(owner, _)| *owner == user) && owners.next().is_none()
    }
}
