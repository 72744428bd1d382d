//! Mails, written and sent after the answer. Who asks for one learns nothing from how long that took: whether an
//! address is known is looked up here, later.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use mail::{Letter, Mail};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::once::{self, Person};
use crate::service::{Auth, Inner};
use crate::token::Kind;
use crate::{Error, credentials};

/// How long a link in a mail works.
pub const RESET: Duration = Duration::from_mins(30);
const VERIFY: Duration = Duration::from_hours(72);
/// How often an errand is tried whose facts cannot be had, and how long between two tries.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// A mail that somebody asked for, or that is owed to them.
#[derive(Debug, Clone)]
pub enum Errand {
    Welcome { person: Person },
    Verify { person: Person },
    Reset { email: String },
    Code { email: String },
    NewDevice { person: Person, device: String },
    Invite(crate::invites::Invitation),
}

/// The errands that wait.
pub struct Errands {
    sender: Sender<Errand>,
    /// Taken by who runs them.
    receiver: Mutex<Option<Receiver<Errand>>>,
}

impl Errands {
    pub fn new(waiting: usize) -> Self {
        let (sender, receiver) = channel(waiting);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Inner {
    /// Asked for by somebody; they hear if too many wait.
    pub fn ask_for(&self, errand: Errand) -> Result<(), Error> {
        self.errands.sender.try_send(errand).map_err(|_: TrySendError<_>| Error::Busy)
    }

    /// Owed to somebody: what it follows from is done, and does not fail because of it.
    pub fn run_later(&self, errand: Errand) {
        if self.ask_for(errand).is_err() {
            tracing::warn!("a mail is not sent: too many wait");
        }
    }
}

/// Runs errands until `shutdown`, and then no more: a mail that is lost can be asked for again.
pub async fn run(auth: &Auth, shutdown: &CancellationToken) {
    let receiver = auth.0.errands.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut receiver) = receiver else { return };
    let mut running = JoinSet::new();
    loop {
        let has_room = running.len() < auth.0.config.mails_at_once.get();
        tokio::select! {
            Some(errand) = receiver.recv(), if has_room => {
                let auth = auth.clone();
                running.spawn(async move { auth.0.run(errand).await });
            }
            Some(_) = running.join_next() => {}
            () = shutdown.cancelled() => return,
        }
    }
}

impl Inner {
    async fn run(&self, errand: Errand) {
        for _ in 1..TRIES {
            match self.write(&errand).await {
                Ok(mail) => return self.send(mail).await,
                Err(error) => tracing::warn!(%error, "a mail cannot be written yet: {error}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        match self.write(&errand).await {
            Ok(mail) => self.send(mail).await,
            Err(error) => tracing::error!(%error, "a mail was not written: {error}"),
        }
    }

    async fn send(&self, mail: Option<Mail>) {
        let Some(mail) = mail else { return };
        if let Err(error) = self.mailer.send(&mail).await {
            tracing::error!(%error, "a mail was given up: {error}");
        }
    }

    /// `None`: there is nobody to write to.
    async fn write(&self, errand: &Errand) -> Result<Option<Mail>, Error> {
        match errand {
            Errand::Welcome { person } => self.with_link(*person, |name, link| Letter::Welcome { name, link }).await,
            Errand::Verify { person } => self.with_link(*person, |name, link| Letter::Verify { name, link }).await,
            Errand::Reset { email } => self.write_reset(email).await,
            Errand::Code { email } => self.write_code(email).await,
            Errand::Invite(invitation) => self.write_invite(invitation).await,
            Errand::NewDevice { person, device } => self.write_new_device(*person, device).await,
        }
    }

    async fn with_link(
        &self,
        person: Person,
        letter: impl for<'a> FnOnce(&'a str, &'a str) -> Letter<'a>,
    ) -> Result<Option<Mail>, Error> {
        let Some(who) = self.who_is(person).await? else { return Ok(None) };
        let token = once::hand_out(&self.pool, Kind::Verify, Some(person), serde_json::json!({}), VERIFY).await?;
        let link = self.page("verify", &token);
        Ok(Some(letter(&who.name, link.as_str()).to(&who.email)))
    }

    async fn write_reset(&self, email: &str) -> Result<Option<Mail>, Error> {
        let Some(person) = self.known(email).await? else { return Ok(None) };
        let token = once::hand_out(&self.pool, Kind::Reset, Some(person), serde_json::json!({}), RESET).await?;
        Ok(Some(Letter::Reset { link: self.page("reset", &token).as_str() }.to(email)))
    }

    async fn write_code(&self, email: &str) -> Result<Option<Mail>, Error> {
        let Some((user, _)) = self.known(email).await? else { return Ok(None) };
        let code = self.new_code(user).await?;
        Ok(Some(Letter::SignInCode { code: &code }.to(email)))
    }

    async fn write_new_device(&self, person: Person, device: &str) -> Result<Option<Mail>, Error> {
        let Some(who) = self.who_is(person).await? else { return Ok(None) };
        let at = Utc::now().format("%d %B %Y, %H:%M UTC").to_string();
        let link = self.page("profile", "devices");
        let letter = Letter::NewDevice { name: &who.name, device, at: &at, link: link.as_str() };
        Ok(Some(letter.to(&who.email)))
    }

    /// Who has this address, if anyone does who can sign in.
    async fn known(&self, email: &str) -> Result<Option<Person>, Error> {
        let Some(person) = self.find(email).await? else { return Ok(None) };
        Ok(credentials::find(&self.pool, person.0).await?.map(|_| person))
    }

    /// A page of the web UI. The secret is in the fragment, which browsers keep to themselves.
    fn page(&self, page: &str, fragment: &str) -> Url {
        let mut link = self.site.clone();
        link.set_path(page);
        link.set_fragment(Some(fragment));
        link
    }
}
