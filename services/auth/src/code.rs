//! Six digits by mail instead of a password.

use domain::UserId;
use rpc::auth::v1::{SignedIn, VerifyCodeRequest};
use uuid::Uuid;

use crate::Error;
use crate::errands::Errand;
use crate::proof::{How, Proof};
use crate::service::Inner;
use crate::throttle::Account;
use crate::vault::random;

/// Seconds for which a code is good, and how often it may be tried.
const TERM: f64 = 600.0;
const TRIES: i32 = 5;

impl Inner {
    /// The same for every address. One that gets too many mails gets no more, and is not told either.
    pub async fn send_code(&self, email: String) -> Result<(), Error> {
        match self.mails.admit(&Account::of(&email)).await {
            Ok(()) => self.ask_for(Errand::Code { email }).await,
            Err(_) => Ok(()),
        }
    }

    /// The one before it is worth nothing any more.
    pub async fn new_code(&self, user: UserId) -> Result<String, Error> {
        let code = digits()?;
        sqlx::query(
            "insert into auth.codes (user_id, hash, expires_at) values ($1, $2, now() + make_interval(secs => $3))
             on conflict (user_id) do update set hash = excluded.hash, tries = 0, expires_at = excluded.expires_at",
        )
        .bind(user.as_uuid())
        .bind(self.vault.hash("code", &of(user, &code)).as_slice())
        .bind(TERM)
        .execute(&self.pool)
        .await?;
        Ok(code)
    }

    /// An unknown address gets the same answer as a wrong code, by the same way.
    pub async fn verify_code(&self, request: VerifyCodeRequest) -> Result<SignedIn, Error> {
        let VerifyCodeRequest { email, code, device, origin } = request;
        let guessing = Account::guessing("code", &domain::user::normalise_email(&email));
        self.throttle.admit(&guessing).await?;
        let person = self.find(&email).await?;
        let user = person.map_or(UserId::from_uuid(Uuid::nil()), |(user, _)| user);
        let right = self.use_code(user, code.trim()).await?;
        let person = person.filter(|_| right).ok_or(Error::InvalidCode)?;

        self.throttle.forgive(&guessing).await;
        self.verified(person, &origin).await?;
        self.accept(Proof { person, how: How { method: "code".to_owned(), device, tenant: None }, origin }).await
    }

    /// A try is counted before it is made; a right code is good once.
    async fn use_code(&self, user: UserId, code: &str) -> Result<bool, Error> {
        let attempt = "update auth.codes set tries = tries + 1
                        where user_id = $1 and tries < $2 and expires_at > now() returning hash";
        let stored: Option<Vec<u8>> =
            sqlx::query_scalar(attempt).bind(user.as_uuid()).bind(TRIES).fetch_optional(&self.pool).await?;
        let stored = stored.unwrap_or_else(|| vec![0; 32]);
        if !self.vault.is_hash("code", &of(user, code), &stored) {
            return Ok(false);
        }
        let take = "delete from auth.codes where user_id = $1 and hash = $2";
        let taken = sqlx::query(take).bind(user.as_uuid()).bind(stored).execute(&self.pool).await?;
        Ok(taken.rows_affected() == 1)
    }
}

fn of(user: UserId, code: &str) -> String {
    format!("{user} {code}")
}

/// Each as likely as any other.
fn digits() -> Result<String, Error> {
    loop {
        let number = u32::from_be_bytes(random()?);
        // The last, incomplete million would make small numbers likelier.
        if number < u32::MAX / 1_000_000 * 1_000_000 {
            return Ok(format!("{:06}", number % 1_000_000));
        }
    }
}
