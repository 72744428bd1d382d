//! A new password: with a mail, or with the one before it.

use domain::{TenantId, UserId};
use rpc::auth::v1::{ChangePasswordRequest, ResetPasswordRequest};
use rpc::command::v1::note_account_request::Change;
use secrecy::SecretString;
use sqlx::PgConnection;

use crate::devices::Which;
use crate::errands::Errand;
use crate::once::{self, Person};
use crate::service::Inner;
use crate::throttle::Account;
use crate::token::Kind;
use crate::{Error, FamilyId, credentials, password};

impl Inner {
    /// The same for every address. One that gets too many mails gets no more, and is not told either.
    pub async fn forgot_password(&self, email: String) -> Result<(), Error> {
        match self.mails.admit(&Account::of(&email)).await {
            Ok(()) => self.ask_for(Errand::Reset { email }).await,
            Err(_) => Ok(()),
        }
    }

    /// The mail also shows that the address is theirs. Who has a second factor still needs it to sign in, unless it
    /// was added before anybody had shown that.
    pub async fn reset_password(&self, request: ResetPasswordRequest) -> Result<(), Error> {
        let ResetPasswordRequest { token, password, origin } = request;
        password::accept(&password)?; // before the token is used up
        let hash = self.hasher.hash(&SecretString::from(password)).await?;
        let mut tx = self.pool.begin().await?;
        let person = once::take(&mut *tx, Kind::Reset, &token).await?.person.ok_or(Error::InvalidLink)?;
        self.note(person, Change::PasswordChanged("reset".to_owned()), &origin).await?;
        let known = credentials::find(&mut *tx, person.0).await?;
        if !credentials::set_password(&mut *tx, person.0, &hash).await? {
            return Err(Error::InvalidLink); // erased since
        }
        if !known.is_some_and(|known| known.verified) {
            self.drop_what_a_stranger_added(&mut tx, person, &origin).await?;
        }
        once::void(&mut *tx, Kind::Reset, person.0).await?;
        once::void(&mut *tx, Kind::Ticket, person.0).await?;
        once::void(&mut *tx, Kind::Flow, person.0).await?;
        tx.commit().await?;
        self.end_devices(person, Which::All, "password_changed", &origin).await?;
        self.verified(person, &origin).await
    }

    /// Until this mail nobody had shown that the address is theirs: somebody may have opened the account to wait in
    /// it for its owner, and what they added would keep them in, or its owner out.
    async fn drop_what_a_stranger_added(
        &self,
        db: &mut PgConnection,
        person: Person,
        origin: &str,
    ) -> Result<(), Error> {
        self.note(person, Change::FactorRemoved("totp".to_owned()), origin).await?;
        for table in ["factors", "recovery_codes"] {
            let delete = format!("delete from auth.{table} where user_id = $1");
            sqlx::query(&delete).bind(person.0.as_uuid()).execute(&mut *db).await?;
        }
        let unlink = "delete from auth.identities where user_id = $1 returning provider";
        let unlinked: Vec<String> = sqlx::query_scalar(unlink).bind(person.0.as_uuid()).fetch_all(db).await?;
        for provider in unlinked {
            self.note(person, Change::IdentityUnlinked(provider), origin).await?;
        }
        Ok(())
    }

    /// Ends the other sign-ins.
    pub async fn change_password(
        &self,
        person: (UserId, TenantId),
        this: Option<FamilyId>,
        request: ChangePasswordRequest,
    ) -> Result<(), Error> {
        let ChangePasswordRequest { current, new, origin } = request;
        password::accept(&new)?;
        self.confirm_password(person.0, current).await?;
        let hash = self.hasher.hash(&SecretString::from(new)).await?;
        self.note(person, Change::PasswordChanged("known".to_owned()), &origin).await?;
        if !credentials::set_password(&self.pool, person.0, &hash).await? {
            return Err(Error::InvalidToken); // erased since
        }
        once::void(&self.pool, Kind::Reset, person.0).await?;
        let which = this.map_or(Which::All, Which::AllBut);
        self.end_devices(person, which, "password_changed", &origin).await.map(drop)
    }

    /// With the token from a mail.
    pub async fn verify_email(&self, token: &str, origin: &str) -> Result<(), Error> {
        let person = once::take(&self.pool, Kind::Verify, token).await?.person.ok_or(Error::InvalidLink)?;
        self.verified(person, origin).await
    }

    /// Limited like what strangers ask for.
    pub async fn resend_verification(&self, person: Person) -> Result<(), Error> {
        self.mails.admit(&Account::guessing("verify", &person.0.to_string())).await?;
        self.ask_for(Errand::Verify { person: person.into() }).await
    }

    /// Once is enough.
    pub async fn verified(&self, person: Person, origin: &str) -> Result<(), Error> {
        let known = credentials::find(&self.pool, person.0).await?;
        if known.is_none_or(|known| known.verified) {
            return Ok(());
        }
        self.note(person, Change::VerifyEmail(rpc::command::v1::VerifyEmail {}), origin).await?;
        credentials::set_verified(&self.pool, person.0).await?;
        self.may_administer_now(person.0).await;
        Ok(())
    }
}
