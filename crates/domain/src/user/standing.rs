//! What somebody is in the whole system, whichever tenant they work in.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::UserId;

/// What somebody pays for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    #[default]
    Free,
    Premium,
}

/// Whether somebody administers the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemRole {
    #[default]
    User,
    Administrator,
}

impl Tier {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Premium => "premium",
        }
    }
}

impl SystemRole {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Administrator => "administrator",
        }
    }
}

/// Both of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub tier: Tier,
    pub role: SystemRole,
}

/// Somebody pays for more, or for less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChanged {
    pub user_id: UserId,
    pub old: Tier,
    pub tier: Tier,
    pub by: UserId,
}

/// Somebody administers the system now, or does so no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChanged {
    pub user_id: UserId,
    pub old: SystemRole,
    pub role: SystemRole,
    pub by: UserId,
}

/// An administrator ended every sign-in of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInsEnded {
    pub user_id: UserId,
    pub by: UserId,
}

impl Standing {
    /// What changes, where something is wished for.
    pub(super) fn change(
        self,
        user_id: UserId,
        by: UserId,
        tier: Option<Tier>,
        role: Option<SystemRole>,
    ) -> Vec<Event> {
        let tier = tier.filter(|tier| *tier != self.tier);
        let tier = tier.map(|tier| TierChanged { user_id, old: self.tier, tier, by }.into());
        let role = role.filter(|role| *role != self.role);
        let role = role.map(|role| RoleChanged { user_id, old: self.role, role, by }.into());
        tier.into_iter().chain(role).collect()
    }
}
