//! Opening an account: credentials first, then the user, then the tokens.
//!
//! A crash in between leaves either credentials nobody can reach, or a user whose sign-up is finished by the
//! next sign-up or sign-in with the same address and password. No crash leaves an address that nobody can use.

use domain::{TenantId, UserId};
use rpc::auth::v1::{SignUpRequest, SignedIn};
use rpc::command::v1::{FindUserByEmailRequest, RegisterUserRequest, Write};
use secrecy::SecretString;
use tonic::Code;

use crate::errands::Errand;
use crate::families::Owner;
use crate::service::Inner;
use crate::throttle::Account;
use crate::{Error, FamilyId, credentials, password};

/// The longest name, in characters; as the domain has it.
const MAX_NAME: usize = 200;
/// The longest e-mail address (RFC 5321).
const MAX_EMAIL: usize = 254;

impl Inner {
    pub async fn sign_up(&self, request: SignUpRequest) -> Result<SignedIn, Error> {
        let SignUpRequest { email, password, name, device, origin, invite } = request;
        check(&email, &password, &name)?;
        self.check_invite(&invite).await?;
        let password = SecretString::from(password);
        let hash = self.hasher.hash(&password).await?;

        let person = (UserId::generate(), TenantId::generate());
        credentials::prepare(&self.pool, person.0, person.1, Some(&hash)).await?;
        let person = match self.register(person, &email, &name, origin).await {
            Ok(()) => person,
            Err(error) => {
                self.discard_unless_unknown(person.0, &error).await?;
                match error.code() {
                    Code::AlreadyExists => self.finish_earlier(&email, &password, &hash).await?,
                    _ => return Err(Error::Command(error)),
                }
            }
        };
        let tenant = self.begins_in(person, invite).await?;
        let owner = Owner { family: FamilyId::generate(), user: person.0, tenant, home: person.1 };
        let signed_in = self.open(owner, &device, None).await?.0;
        // The device they begin with is none to be warned of.
        self.is_new_device(person.0, &device).await?;
        self.run_later(Errand::Welcome { person: person.into() }).await;
        Ok(signed_in)
    }

    pub async fn register(
        &self,
        (user, tenant): (UserId, TenantId),
        email: &str,
        name: &str,
        origin: String,
    ) -> Result<(), tonic::Status> {
        let token = self.service_token().await?;
        let request = RegisterUserRequest {
            write: Some(Write { origin, ..Write::default() }),
            user_id: user.to_string(),
            tenant_id: tenant.to_string(),
            email: domain::user::normalise_email(email),
            name: name.trim().to_owned(),
        };
        self.command.register_user(request, &token).await?;
        self.administrators.forget().await;
        Ok(())
    }

    /// A clear no means the user does not exist. After anything else they may, and need what we prepared.
    async fn discard_unless_unknown(&self, user: UserId, error: &tonic::Status) -> sqlx::Result<()> {
        match error.code() {
            Code::AlreadyExists | Code::InvalidArgument | Code::FailedPrecondition => {
                credentials::discard(&self.pool, user).await
            }
            _ => Ok(()),
        }
    }

    /// The address is taken: perhaps by an earlier try of the same person that was cut off.
    async fn finish_earlier(
        &self,
        email: &str,
        password: &SecretString,
        hash: &str,
    ) -> Result<(UserId, TenantId), Error> {
        self.throttle.admit(&Account::of(email)).await?;
        let person = self.find(email).await?.ok_or(Error::EmailTaken)?;
        match credentials::find(&self.pool, person.0).await? {
            Some(known) if known.activated => Err(Error::EmailTaken),
            Some(known) if self.hasher.verify(password, known.password_hash.clone()).await? => Ok(person),
            Some(_) => Err(Error::EmailTaken),
            // What was prepared has been tidied away since: the address belongs to whoever takes it up now.
            None if credentials::prepare(&self.pool, person.0, person.1, Some(hash)).await? => Ok(person),
            None => Err(Error::EmailTaken),
        }
    }

    /// Who claimed an address, if anyone did.
    pub async fn find(&self, email: &str) -> Result<Option<(UserId, TenantId)>, Error> {
        let token = self.service_token().await?;
        let request = FindUserByEmailRequest { email: domain::user::normalise_email(email) };
        let found = self.command.find_user_by_email(request, &token).await.map_err(Error::Command)?;
        Ok(found.user_id.parse().ok().zip(found.tenant_id.parse().ok()))
    }
}

fn check(email: &str, password: &str, name: &str) -> Result<(), Error> {
    complaints(email, password, name).into_iter().next().map_or(Ok(()), Err)
}

/// Everything that is wrong with a sign-up's fields, so that a form can say it all at once.
pub fn complaints(email: &str, password: &str, name: &str) -> Vec<Error> {
    let email = (!is_address(email.trim())).then_some(Error::InvalidEmail);
    let name = (!(1..=MAX_NAME).contains(&name.trim().chars().count())).then_some(Error::InvalidName);
    email.into_iter().chain(password::accept(password).err()).chain(name).collect()
}

/// Something, `@`, something; whether it exists only a mail can tell.
fn is_address(email: &str) -> bool {
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = email.split_once('@');
    let whole = parts.is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
    });
    plain && whole && email.len() <= MAX_EMAIL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_two_sides() {
        for good in ["a@b.c", "alice+test@example.test", "ü@müller.example", "root@localhost"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "@", "a@", "@b.c", "a b@c.d", "a@b@c", "a@.b", "a@b.", "a\n@b.c", &"a".repeat(300)] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn every_field_is_checked() {
        assert!(matches!(check("x", "long enough then", "A"), Err(Error::InvalidEmail)));
        assert!(matches!(check("a@b.c", "short", "A"), Err(Error::PasswordTooShort(_))));
        assert!(matches!(check("a@b.c", "long enough then", "  "), Err(Error::InvalidName)));
        check(" a@b.c ", "long enough then", "A").unwrap();
    }
}
