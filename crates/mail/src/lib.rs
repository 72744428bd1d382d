//! Mails to people: what they say, and the two ways they leave: by SMTP, or into a folder on this machine.
//!
//! **Invariant:** no text of a mail and no address ever reaches a log line; both may hold a secret.

mod config;
mod letter;
mod outbox;
mod patience;
mod render;
mod smtp;

pub use config::Config;
pub use letter::Letter;
pub use outbox::{Outbox, Stored};
pub use smtp::Smtp;

/// One mail, ready to leave.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Trying again cannot help.
    #[error("the mail cannot be sent as it is: {0}")]
    Refused(String),
    /// The server is away, or asks to come back later.
    #[error("the mail server cannot be reached now: {0}")]
    Away(String),
    #[error("the outbox cannot be written: {0}")]
    Outbox(#[from] std::io::Error),
    #[error("[mail] {0}")]
    Misconfigured(String),
}

/// Sends mails. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
    config: Config,
}

#[derive(Clone)]
enum Way {
    Smtp(Box<Smtp>),
    Outbox(Outbox),
}

impl Mailer {
    /// Connects nothing yet.
    pub fn new(config: Config) -> Result<Self, Error> {
        let way = match &config.url {
            Some(url) => Way::Smtp(Box::new(Smtp::new(url, &config)?)),
            None => Way::Outbox(Outbox::new(config.outbox.clone())),
        };
        Ok(Self { way, config })
    }

    /// The folder, where mails stay on this machine.
    pub fn outbox(&self) -> Option<&Outbox> {
        match &self.way {
            Way::Smtp(_) => None,
            Way::Outbox(outbox) => Some(outbox),
        }
    }

    /// Tries once to send one mail.
    pub async fn send(&self, mail: &Mail) -> Result<(), Error> {
        match &self.way {
            Way::Smtp(smtp) => smtp.send(mail).await,
            Way::Outbox(outbox) => outbox.put(mail).await,
        }
    }

    /// How long to wait after so many attempts that found nobody; `None`: it is given up.
    pub fn again_after(&self, attempts: u32) -> Option<std::time::Duration> {
        patience::after(&self.config, attempts)
    }
}
