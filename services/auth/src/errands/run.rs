//! Takes errands and does them. A process that dies with one leaves it to the next who looks.

use std::time::Duration;

use rpc::command::v1::note_account_request::Change;
use runtime::crash_point;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use super::table::{self, LEASE, Owed};
use super::{Errand, SignIn};
use crate::Error;
use crate::once::Person;
use crate::service::{Auth, Inner};

/// Between two tries of what needs somebody of ours who is away.
const SOON: Duration = Duration::from_secs(2);

/// Until `shutdown`; what is under way then is done after the next start.
pub async fn run(auth: &Auth, shutdown: &CancellationToken) {
    let (auth, mut running) = (&auth.0, JoinSet::new());
    let mut tick = tokio::time::interval(auth.config.errands_poll);
    while !shutdown.is_cancelled() {
        let room = auth.config.mails_at_once.get().saturating_sub(running.len());
        let taken = if room == 0 { Ok(Vec::new()) } else { table::take(auth, room).await };
        let taken = taken.inspect_err(|error| tracing::warn!(%error, "errands cannot be read: {error}"));
        for owed in taken.unwrap_or_default() {
            let auth = auth.clone();
            running.spawn(async move { auth.settle(owed).await });
        }
        tokio::select! {
            Some(_) = running.join_next() => {}
            () = auth.errands.woken.notified() => {}
            _ = tick.tick() => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// What became of one try.
enum Outcome {
    Done,
    /// It can never be done.
    Hopeless(String),
    /// Where it goes is away.
    Later(String),
    /// Somebody of ours is away.
    NotYet(String),
}

impl Inner {
    /// One try, and what follows from it.
    pub async fn settle(&self, owed: Owed) {
        let Owed { id, attempts, late, errand } = owed;
        let outcome = match errand {
            _ if late => Outcome::Hopeless("it is too late for it".to_owned()),
            Some(errand) => {
                let tried = tokio::time::timeout(LEASE, self.attempt(errand)).await;
                tried.unwrap_or_else(|_| Outcome::Later("it took too long".to_owned()))
            }
            None => Outcome::NotYet("it does not open: is [auth] sealing_key another one?".to_owned()),
        };
        let written = match outcome {
            Outcome::Done => table::done(self, id).await,
            Outcome::Hopeless(why) => {
                tracing::error!("an errand was given up: {why}");
                table::done(self, id).await
            }
            Outcome::NotYet(why) => {
                tracing::warn!("an errand waits: {why}");
                table::again(self, id, SOON, false).await
            }
            Outcome::Later(why) => match self.mailer.again_after(attempts) {
                Some(pause) => {
                    tracing::warn!(attempts, "a mail waits: {why}");
                    table::again(self, id, pause, true).await
                }
                None => {
                    tracing::error!(attempts, "a mail was given up: {why}");
                    table::done(self, id).await
                }
            },
        };
        if let Err(error) = written {
            tracing::warn!(%error, "an errand may be done twice: {error}");
        }
    }

    async fn attempt(&self, errand: Errand) -> Outcome {
        if let Errand::SignIn { person, sign_in, origin } = errand {
            return self.tell_of(person.into(), sign_in, &origin).await;
        }
        let mail = match self.write(&errand).await {
            Ok(Some(mail)) => mail,
            Ok(None) => return Outcome::Done, // there is nobody to write to
            Err(error) => return Outcome::NotYet(error.to_string()),
        };
        crash_point("auth.mail_written");
        match self.mailer.send(&mail).await {
            Ok(()) => Outcome::Done,
            Err(error @ (mail::Error::Away(_) | mail::Error::Outbox(_))) => Outcome::Later(error.to_string()),
            Err(error) => Outcome::Hopeless(error.to_string()),
        }
    }

    /// The log recognises a sign-in that it was told of before.
    async fn tell_of(&self, person: Person, sign_in: SignIn, origin: &str) -> Outcome {
        let once = format!("sign-in {}", sign_in.device_id);
        match self.note_once(person, Change::SignedIn(sign_in.into()), origin, once).await {
            Ok(()) => Outcome::Done,
            Err(Error::Command(no)) if is_final(no.code()) => Outcome::Hopeless(no.message().to_owned()),
            Err(error) => Outcome::NotYet(error.to_string()),
        }
    }
}

/// The write side has heard it, and will say the same again: its person was erased, for one.
const fn is_final(code: Code) -> bool {
    matches!(code, Code::NotFound | Code::InvalidArgument | Code::FailedPrecondition | Code::AlreadyExists)
}
