//! A person with an account. The password is not here: its hash lives in auth's tables only.

mod account;
mod standing;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Claim, KeyOwners, events};
use crate::{Rejection, TenantId, UserId};

pub use account::{
    Account, Change, Device, DeviceEnded, EmailVerified, Ended, Factor, FactorAdded, FactorRemoved, HowChanged,
    Identity, IdentityLinked, IdentityUnlinked, PasswordChanged, SignedIn,
};
pub use standing::{RoleChanged, SignInsEnded, Standing, SystemRole, Tier, TierChanged};

/// What a person is called and how they are reached; sealed with the person's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub email: String,
    pub name: String,
}

/// Someone opened an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRegistered {
    pub user_id: UserId,
    /// Every sign-up gets a tenant of its own.
    pub home_tenant_id: TenantId,
    /// `None`: the person was erased.
    pub private: Option<Profile>,
}

/// A name change, with what it was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameChange {
    pub old: String,
    pub new: String,
}

/// Someone is called differently now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileChanged {
    pub user_id: UserId,
    pub private: Option<NameChange>,
}

/// Someone was erased: their key is destroyed, the id leads to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserErased {
    pub user_id: UserId,
    /// Who gets the projects; `None`: they are erased too.
    pub transferred_to: Option<UserId>,
}

events! {
    /// What can happen to a user.
    pub enum Event {
        UserRegistered, ProfileChanged, UserErased,
        TierChanged, RoleChanged, SignInsEnded,
        EmailVerified, PasswordChanged, FactorAdded, FactorRemoved, SignedIn, DeviceEnded, IdentityLinked, IdentityUnlinked,
    }
    claims = claims, releases = releases
}

fn claims(event: &Event) -> Vec<Claim> {
    match event {
        Event::UserRegistered(UserRegistered { private: Some(profile), .. }) => {
            vec![Claim { kind: "email", value: normalise_email(&profile.email) }]
        }
        _ => Vec::new(),
    }
}

/// The address of who was erased may be taken again.
const fn releases(event: &Event) -> bool {
    matches!(event, Event::UserErased(_))
}

/// Two spellings of one address are one address: trimmed and in lower case.
pub fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Register {
        user_id: UserId,
        home_tenant_id: TenantId,
        profile: Profile,
    },
    ChangeName {
        name: String,
    },
    /// `transfer_to` gets the projects; `None` erases them too. Whether that person exists is known to the caller.
    Erase {
        transfer_to: Option<UserId>,
    },
    /// By an administrator; `None` leaves it as it is.
    ChangeStanding {
        by: UserId,
        tier: Option<Tier>,
        role: Option<SystemRole>,
    },
    /// By an administrator: whoever is signed in as this user is so no more.
    EndSignIns {
        by: UserId,
    },
    /// How they sign in changed, or they did.
    Account(Change),
}

/// The state that decisions need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum User {
    #[default]
    Unknown,
    Registered {
        user_id: UserId,
        name: String,
        #[serde(default)]
        standing: Standing,
        #[serde(default)]
        account: Account,
    },
    Erased {
        user_id: UserId,
        transferred_to: Option<UserId>,
    },
}

/// The longest name, in characters.
const MAX_NAME: usize = 200;

impl Aggregate for User {
    const TYPE: &'static str = "user";
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: Command, _now: DateTime<Utc>) -> Result<Vec<Event>, Rejection> {
        match (self, command) {
            (Self::Unknown, Command::Register { user_id, home_tenant_id, profile }) => {
                checked(&profile.name)?;
                Ok(vec![UserRegistered { user_id, home_tenant_id, private: Some(profile) }.into()])
            }
            (Self::Registered { user_id, .. }, Command::Register { user_id: again, .. }) if *user_id == again => {
                Ok(vec![])
            }
            (Self::Registered { .. }, Command::Register { .. }) => Err(Rejection::AlreadyExists),
            (Self::Unknown, _) => Err(Rejection::NotFound("user")),
            (Self::Registered { user_id, account, .. }, Command::Account(change)) => {
                Ok(account.decide(*user_id, change))
            }
            (Self::Registered { name: old, .. }, Command::ChangeName { name }) if *old == name => Ok(vec![]),
            (Self::Registered { user_id, name: old, .. }, Command::ChangeName { name }) => {
                checked(&name)?;
                let change = NameChange { old: old.clone(), new: name };
                Ok(vec![ProfileChanged { user_id: *user_id, private: Some(change) }.into()])
            }
            (Self::Registered { user_id, .. }, Command::Erase { transfer_to }) if transfer_to == Some(*user_id) => {
                Err(Rejection::Required("person other than the erased one to transfer to"))
            }
            (Self::Registered { user_id, .. }, Command::Erase { transfer_to }) => {
                Ok(vec![UserErased { user_id: *user_id, transferred_to: transfer_to }.into()])
            }
            (Self::Registered { user_id, standing, .. }, Command::ChangeStanding { by, tier, role }) => {
                Ok(standing.change(*user_id, by, tier, role))
            }
            (Self::Registered { user_id, .. }, Command::EndSignIns { by }) => {
                Ok(vec![SignInsEnded { user_id: *user_id, by }.into()])
            }
            (Self::Erased { .. }, Command::Erase { .. }) => Ok(vec![]),
            (Self::Erased { .. }, _) => Err(Rejection::Erased),
        }
    }

    fn apply(self, event: &Event) -> Self {
        match (self, event) {
            (_, Event::UserRegistered(event)) => Self::Registered {
                user_id: event.user_id,
                name: event.private.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
                standing: Standing::default(),
                account: Account::of(event.private.as_ref()),
            },
            (Self::Registered { user_id, standing, account, .. }, Event::ProfileChanged(event)) => {
                let name = event.private.as_ref().map(|c| c.new.clone()).unwrap_or_default();
                Self::Registered { user_id, name, standing, account }
            }
            (Self::Registered { user_id, name, standing, account }, Event::TierChanged(event)) => {
                Self::Registered { user_id, name, standing: Standing { tier: event.tier, ..standing }, account }
            }
            (Self::Registered { user_id, name, standing, account }, Event::RoleChanged(event)) => {
                Self::Registered { user_id, name, standing: Standing { role: event.role, ..standing }, account }
            }
            (Self::Registered { user_id, name, standing, account }, event)
                if !matches!(event, Event::UserErased(_)) =>
            {
                Self::Registered { user_id, name, standing, account: account.apply(event) }
            }
            (_, Event::UserErased(event)) => {
                Self::Erased { user_id: event.user_id, transferred_to: event.transferred_to }
            }
            (state, _) => state,
        }
    }

    fn owners(&self) -> Option<KeyOwners> {
        match self {
            Self::Unknown => None,
            Self::Registered { user_id, .. } | Self::Erased { user_id, .. } => {
                Some(KeyOwners { texts: (*user_id).into(), project: None })
            }
        }
    }
}

fn checked(name: &str) -> Result<(), Rejection> {
    match name.chars().count() {
        0 => Err(Rejection::Required("name")),
        length if length > MAX_NAME => Err(Rejection::TooLong { length, limit: MAX_NAME }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
