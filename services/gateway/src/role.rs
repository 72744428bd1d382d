//! What somebody is in their tenant, and what that lets them see.

use crate::Error;
use crate::who::Caller;

/// A role in a tenant.
#[cfg_attr(not(test), expect(dead_code, reason = "all but the owner's are given once people can be invited"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Owner,
    Admin,
    Member,
    Viewer,
    Auditor,
    Billing,
}

impl Role {
    /// Whether it may read what everybody in the tenant did.
    pub const fn may_audit(self) -> bool {
        match self {
            Self::Owner | Self::Admin | Self::Auditor => true,
            Self::Member | Self::Viewer | Self::Billing => false,
        }
    }
}

impl Caller {
    /// Every sign-up gets a tenant of its own and nobody can be invited into it, so whoever signs in is its owner.
    pub const fn role(&self) -> Role {
        Role::Owner
    }

    /// Refuses those who may not read what others did.
    pub const fn require_auditor(&self) -> Result<(), Error> {
        if self.role().may_audit() { Ok(()) } else { Err(Error::Forbidden) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_admins_and_auditors_read_the_audit_log_and_nobody_else() {
        let table = [
            (Role::Owner, true),
            (Role::Admin, true),
            (Role::Auditor, true),
            (Role::Member, false),
            (Role::Viewer, false),
            (Role::Billing, false),
        ];
        for (role, may) in table {
            assert_eq!(role.may_audit(), may, "{role:?}");
        }
    }
}
