use domain::UserId;
use rpc::auth::v1::{SignInRequest, SignedIn};
use secrecy::SecretString;
use uuid::Uuid;

use crate::proof::{How, Proof};
use crate::service::Inner;
use crate::throttle::Account;
use crate::{Error, credentials, password};

impl Inner {
    /// An unknown address takes as long as a wrong password, and gets the same answer.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn, Error> {
        let SignInRequest { email, password, device, origin } = request;
        let account = Account::of(&email);
        self.throttle.admit(&account).await?;

        let person = self.find(&email).await?;
        // Nobody has the nil id, but looking it up takes the same time.
        let user = person.map_or(UserId::from_uuid(Uuid::nil()), |(user, _)| user);
        let hash = credentials::find(&self.pool, user).await?.and_then(|credentials| credentials.password_hash);
        let password = bounded(password);
        let matches = self.hasher.verify(&password, hash.clone()).await?;
        let person = person.filter(|_| matches).ok_or_else(refused)?;

        self.throttle.forgive(&account).await;
        self.upgrade(user, &password, hash).await;
        self.accept(Proof { person, how: How { method: "password".to_owned(), device, tenant: None }, origin }).await
    }

    /// A password that was hashed with other parameters is hashed anew; who signs in does not fail because of it.
    async fn upgrade(&self, user: UserId, password: &SecretString, hash: Option<String>) {
        let Some(old) = hash.filter(|hash| self.hasher.is_outdated(hash)) else { return };
        let upgraded = async {
            let new = self.hasher.hash(password).await?;
            Ok::<_, Error>(credentials::rehash(&self.pool, user, &old, &new).await?)
        };
        if let Err(error) = upgraded.await {
            tracing::warn!(user.id = %user, %error, "a password keeps its old hash: {error}");
        }
    }

    /// Before what cannot be undone. Guessing is limited like a sign-in.
    pub async fn confirm_password(&self, user: UserId, password: String) -> Result<(), Error> {
        let account = Account::of(&user.to_string());
        self.throttle.admit(&account).await?;
        let hash = credentials::find(&self.pool, user).await?.and_then(|credentials| credentials.password_hash);
        if !self.hasher.verify(&bounded(password), hash).await? {
            return Err(refused());
        }
        self.throttle.forgive(&account).await;
        Ok(())
    }
}

/// What is longer than any password is wrong, and not worth hashing whole.
fn bounded(password: String) -> SecretString {
    if password.chars().count() <= password::MAX { password.into() } else { SecretString::from(String::new()) }
}

fn refused() -> Error {
    tracing::info!("a sign-in was refused");
    Error::InvalidCredentials
}
