//! Invites, mailed to whom they are for. The link is shown to who invites as well, so a mail that does not leave is
//! no failure of theirs.

use std::fmt;

use mail::{Letter, Mail};
use rpc::auth::v1::MailInviteRequest;
use rpc::identity::Claims;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::errands::Errand;
use crate::once::Person;
use crate::service::Inner;
use crate::throttle::Account;

/// What an organisation is called that nobody named.
const UNNAMED: &str = "their organisation";

/// An invite on its way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    by: Person,
    email: String,
    organisation: String,
    link: String,
}

/// Neither the address nor the link is anybody's to read.
impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation").field("by", &self.by).finish_non_exhaustive()
    }
}

impl Inner {
    /// Whether a mail will leave. One address gets only so many, and so does one organisation send.
    pub async fn mail_invite(&self, claims: &Claims, request: MailInviteRequest) -> Result<bool, Error> {
        let (user, tenant) = claims.require_person().map_err(Error::Command)?;
        let MailInviteRequest { email, organisation, token } = request;
        let sender = Account::guessing("invites of", &tenant.to_string());
        let admitted =
            self.invites.admit(&sender).await.is_ok() && self.mails.admit(&Account::of(&email)).await.is_ok();
        if !admitted {
            tracing::info!(tenant.id = %tenant, "an invite of {tenant} is not mailed: there were too many");
            return Ok(false);
        }
        let by = (user, claims.home().unwrap_or(tenant));
        let invitation = Invitation { by, email, organisation, link: self.join_page(&token) };
        Ok(self.ask_for(Errand::Invite(invitation)).await.is_ok())
    }

    /// `None`: who invited was erased meanwhile.
    pub async fn write_invite(&self, invitation: &Invitation) -> Result<Option<Mail>, Error> {
        let Some(by) = self.who_is(invitation.by).await? else { return Ok(None) };
        let named = Some(invitation.organisation.as_str()).filter(|name| !name.is_empty());
        let organisation = named.unwrap_or(UNNAMED);
        let letter = Letter::Invite { organisation, by: &by.name, link: &invitation.link };
        Ok(Some(letter.to(&invitation.email)))
    }

    /// The secret is in the fragment, which browsers keep to themselves.
    fn join_page(&self, token: &str) -> String {
        let mut link = self.site.clone();
        link.set_path("join/");
        link.set_fragment(Some(token));
        link.into()
    }
}
