//! An organisation: who belongs to it, as what, by which invite, and its keys for scripts.
//!
//! Every account comes with a tenant of its own, whose first event says so. Accounts from before tenants had
//! events have none; whoever needs one creates it for them, with its owner.

mod apply;
mod command;
mod decide;
mod event;
mod role;
mod state;

use chrono::{DateTime, Utc};

use crate::Rejection;
use crate::aggregate::{Aggregate, KeyOwners};

pub use command::Command;
pub use event::{
    ApiKeyCreated, ApiKeyRevoked, Event, InviteForgotten, InviteRenewed, InviteRevoked, Invited, LoginProviderRemoved,
    LoginProviderSet, MemberAdmitted, MemberInvited, MemberJoined, MemberRemoved, MemberRoleChanged, Name, NameChange,
    TenantCreated, TenantErased, TenantRenamed,
};
pub use role::{ProviderKind, Role, Scope, UnknownName};
pub use state::{ApiKey, Invite, LoginProvider, Member, Tenant};

impl Aggregate for Tenant {
    const TYPE: &'static str = "tenant";
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: Command, now: DateTime<Utc>) -> Result<Vec<Event>, Rejection> {
        decide::decide(self, command, now)
    }

    fn apply(self, event: &Event) -> Self {
        apply::apply(self, event)
    }

    fn owners(&self) -> Option<KeyOwners> {
        self.holder.map(|holder| KeyOwners { texts: holder, project: None })
    }
}

#[cfg(test)]
mod tests;
