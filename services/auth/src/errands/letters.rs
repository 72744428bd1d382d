//! What a mail says, and to whom it goes.

use std::time::Duration;

use mail::{Letter, Mail};
use url::Url;

use super::{Errand, Whom};
use crate::once::{self, Person};
use crate::service::Inner;
use crate::token::Kind;
use crate::{Error, credentials};

/// How long a link in a mail works.
pub const RESET: Duration = Duration::from_mins(30);
const VERIFY: Duration = Duration::from_hours(72);

impl Inner {
    /// `None`: there is nobody to write to.
    pub(super) async fn write(&self, errand: &Errand) -> Result<Option<Mail>, Error> {
        match errand {
            Errand::Welcome { person } => self.with_link(*person, |name, link| Letter::Welcome { name, link }).await,
            Errand::Verify { person } => self.with_link(*person, |name, link| Letter::Verify { name, link }).await,
            Errand::Reset { email } => self.write_reset(email).await,
            Errand::Code { email } => self.write_code(email).await,
            Errand::Invite(invitation) => self.write_invite(invitation).await,
            Errand::NewDevice { person, device, at } => {
                let at = at.format("%d %B %Y, %H:%M UTC").to_string();
                self.write_new_device((*person).into(), device, &at).await
            }
            Errand::SignIn { .. } => Ok(None),
        }
    }

    async fn with_link(
        &self,
        person: Whom,
        letter: impl for<'a> FnOnce(&'a str, &'a str) -> Letter<'a>,
    ) -> Result<Option<Mail>, Error> {
        let person = Person::from(person);
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

    async fn write_new_device(&self, person: Person, device: &str, at: &str) -> Result<Option<Mail>, Error> {
        let Some(who) = self.who_is(person).await? else { return Ok(None) };
        let link = self.page("profile", "devices");
        let letter = Letter::NewDevice { name: &who.name, device, at, link: link.as_str() };
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
