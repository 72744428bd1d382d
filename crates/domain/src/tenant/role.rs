//! What somebody is in a tenant, and what a key may do there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a member may do. One each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and alone may make and unmake owners.
    Owner,
    /// Works, and manages members, invites and API keys.
    Admin,
    /// Works.
    Member,
    /// Reads.
    Viewer,
    /// Reads the audit log.
    Auditor,
    /// Reads usage and invoices.
    Billing,
}

impl Role {
    pub const ALL: [Self; 6] = [Self::Owner, Self::Admin, Self::Member, Self::Viewer, Self::Auditor, Self::Billing];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Billing => "billing",
        }
    }

    /// Whether it may change who belongs to the tenant, and what they may do.
    pub const fn manages(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// What an API key may be used for; never more than the role of whoever made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Projects, sessions, files, members.
    Read,
    /// Changing projects and sessions, asking for answers.
    Write,
    /// Members and invites.
    Manage,
    /// Usage and invoices.
    Usage,
    /// The audit log.
    Audit,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Manage, Self::Usage, Self::Audit];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
            Self::Usage => "usage",
            Self::Audit => "audit",
        }
    }
}

/// How a provider speaks that people sign in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// OpenID Connect, found by discovery.
    Oidc,
    /// GitHub's own OAuth 2.
    Github,
}

impl ProviderKind {
    pub const ALL: [Self; 2] = [Self::Oidc, Self::Github];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Github => "github",
        }
    }
}

/// The text names no role, or no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {0}")]
pub struct UnknownName(String);

impl UnknownName {
    /// These would have been known.
    pub(crate) fn of(known: &[&str]) -> Self {
        Self(known.join(", "))
    }
}

macro_rules! named {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
                known.ok_or_else(|| UnknownName::of(&Self::ALL.map(Self::as_str)))
            }
        }
    };
}

named!(Role);
named!(Scope);
named!(ProviderKind);
