//! How a person signs in, and that they did. No secret is ever here: auth's tables hold their hashes.

use serde::{Deserialize, Serialize};

use super::{Event, Profile};
use crate::UserId;

/// They have shown that the e-mail address is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailVerified {
    pub user_id: UserId,
}

/// How a password came to be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowChanged {
    /// With the one before it.
    Known,
    /// With a mail.
    Reset,
}

/// There is a new password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChanged {
    pub user_id: UserId,
    pub how: HowChanged,
}

/// What proves who somebody is, beside the first thing they showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A code of the moment (RFC 6238).
    Totp,
    /// One of the codes for the day on which the phone is lost.
    Recovery,
}

/// From now on signing in takes a second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorAdded {
    pub user_id: UserId,
    pub factor: Factor,
}

/// Signing in takes this factor no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorRemoved {
    pub user_id: UserId,
    pub factor: Factor,
}

/// What a device calls itself; sealed with the person's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub name: String,
}

/// They signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user_id: UserId,
    /// `fam_` and a UUIDv7: this sign-in on this device.
    pub device_id: String,
    /// `password`, `code`, or the id of a provider.
    pub method: String,
    /// The second factor, where one was asked for.
    pub factor: Option<Factor>,
    pub private: Option<Device>,
}

/// Why a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Its person ended it, from this device or another.
    ByPerson,
    /// There is a new password.
    PasswordChanged,
}

/// A sign-in is over before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEnded {
    pub user_id: UserId,
    pub device_id: String,
    pub because: Ended,
}

/// Who somebody is at a provider; sealed with the person's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub subject: String,
    pub email: Option<String>,
}

/// They can sign in by a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLinked {
    pub user_id: UserId,
    /// The id of the provider in the settings.
    pub provider: String,
    pub private: Option<Identity>,
}

/// They cannot sign in by that provider any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityUnlinked {
    pub user_id: UserId,
    pub provider: String,
}

/// One step of the life of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    VerifyEmail,
    ChangePassword { how: HowChanged },
    AddFactor { factor: Factor },
    RemoveFactor { factor: Factor },
    SignIn { device_id: String, method: String, factor: Option<Factor>, device: Device },
    EndDevice { device_id: String, because: Ended },
    LinkIdentity { provider: String, identity: Identity },
    UnlinkIdentity { provider: String },
}

/// What of it decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Where mails go. Empty: the person was erased.
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub verified: bool,
    #[serde(default)]
    pub totp: bool,
}

impl Account {
    pub(super) fn of(profile: Option<&Profile>) -> Self {
        let email = profile.map(|profile| profile.email.clone()).unwrap_or_default();
        Self { email, verified: false, totp: false }
    }

    /// What is so already happens no second time.
    pub(super) fn decide(&self, user_id: UserId, change: Change) -> Vec<Event> {
        let event: Event = match change {
            Change::VerifyEmail if self.verified => return Vec::new(),
            Change::VerifyEmail => EmailVerified { user_id }.into(),
            Change::ChangePassword { how } => PasswordChanged { user_id, how }.into(),
            Change::AddFactor { factor: Factor::Totp } if self.totp => return Vec::new(),
            Change::RemoveFactor { factor: Factor::Totp } if !self.totp => return Vec::new(),
            Change::AddFactor { factor } => FactorAdded { user_id, factor }.into(),
            Change::RemoveFactor { factor } => FactorRemoved { user_id, factor }.into(),
            Change::SignIn { device_id, method, factor, device } => {
                SignedIn { user_id, device_id, method, factor, private: Some(device) }.into()
            }
            Change::EndDevice { device_id, because } => DeviceEnded { user_id, device_id, because }.into(),
            Change::LinkIdentity { provider, identity } => {
                IdentityLinked { user_id, provider, private: Some(identity) }.into()
            }
            Change::UnlinkIdentity { provider } => IdentityUnlinked { user_id, provider }.into(),
        };
        vec![event]
    }

    pub(super) fn apply(mut self, event: &Event) -> Self {
        match event {
            Event::EmailVerified(_) => self.verified = true,
            Event::FactorAdded(FactorAdded { factor: Factor::Totp, .. }) => self.totp = true,
            Event::FactorRemoved(FactorRemoved { factor: Factor::Totp, .. }) => self.totp = false,
            _ => {}
        }
        self
    }
}
