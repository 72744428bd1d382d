//! What is done after the answer: mails, and the event of a sign-in. Each is a row until it is done, so that a crash
//! loses none.
//!
//! Who asks for a mail learns nothing from how long that took: whether an address is known is looked up here, later.

mod letters;
mod run;
mod table;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use rpc::command::v1::NoteSignIn;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::Error;
use crate::invites::Invitation;
use crate::once::Person;
use crate::service::Inner;

use letters::RESET;
pub use run::run;
pub use table::{Owed, owe};

/// Something that somebody asked for, or that is owed to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    Welcome {
        person: Whom,
    },
    Verify {
        person: Whom,
    },
    Reset {
        email: String,
    },
    Code {
        email: String,
    },
    NewDevice {
        person: Whom,
        device: String,
        at: DateTime<Utc>,
    },
    Invite(Invitation),
    /// The log must know of it.
    SignIn {
        person: Whom,
        sign_in: SignIn,
        origin: String,
    },
}

/// A person, as they are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    user: Uuid,
    home: Uuid,
}

impl From<Person> for Whom {
    fn from((user, home): Person) -> Self {
        Self { user: user.as_uuid(), home: home.as_uuid() }
    }
}

impl From<Whom> for Person {
    fn from(whom: Whom) -> Self {
        (UserId::from_uuid(whom.user), TenantId::from_uuid(whom.home))
    }
}

/// A sign-in, as the log is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    pub device_id: String,
    pub method: String,
    pub factor: String,
    pub device: String,
}

impl From<SignIn> for NoteSignIn {
    fn from(SignIn { device_id, method, factor, device }: SignIn) -> Self {
        Self { device_id, method, factor, device }
    }
}

impl Errand {
    fn kind(&self) -> &'static str {
        if matches!(self, Self::SignIn { .. }) { "sign_in" } else { "mail" }
    }

    fn user(&self) -> Option<Uuid> {
        match self {
            Self::Welcome { person } | Self::Verify { person } => Some(person.user),
            Self::NewDevice { person, .. } | Self::SignIn { person, .. } => Some(person.user),
            Self::Reset { .. } | Self::Code { .. } | Self::Invite(_) => None,
        }
    }

    /// After which nobody wants it any more.
    const fn term(&self) -> Duration {
        match self {
            Self::Reset { .. } => RESET,
            Self::Code { .. } => Duration::from_mins(10),
            // As long as the write side recognises that it was told before.
            Self::SignIn { .. } => Duration::from_hours(20),
            Self::Welcome { .. } | Self::Verify { .. } | Self::NewDevice { .. } | Self::Invite(_) => {
                Duration::from_hours(72)
            }
        }
    }
}

/// Wakes who runs errands in this process.
#[derive(Default)]
pub struct Errands {
    woken: Notify,
}

impl Inner {
    /// Asked for by somebody; they hear if too many wait.
    pub async fn ask_for(&self, errand: Errand) -> Result<(), Error> {
        table::put_if_room(self, &errand).await?;
        self.errands.woken.notify_one();
        Ok(())
    }

    /// Owed to somebody: what it follows from is done, and does not fail because of it.
    pub async fn run_later(&self, errand: Errand) {
        if let Err(error) = self.ask_for(errand).await {
            tracing::warn!(%error, "a mail is not sent: {error}");
        }
    }
}
