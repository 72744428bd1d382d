//! The second factor: codes of the moment from an authenticator app (RFC 6238), and ten codes for the day the phone
//! is lost.

use domain::{TenantId, UserId};
use qrcodegen::{QrCode, QrCodeEcc};
use rpc::auth::v1::{ConfirmFactorResponse, EnrollFactorResponse};
use rpc::command::v1::note_account_request::Change;
use totp_rs::{Builder, Secret, Totp};

use crate::service::Inner;
use crate::throttle::Account;
use crate::vault::random;
use crate::{Error, FamilyId};

/// What the app shows above the code.
const ISSUER: &str = "Atelier";
const RECOVERY_CODES: usize = 10;
/// Letters and digits that nobody mistakes for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

impl Inner {
    /// Whether signing in takes a second factor.
    pub async fn has_factor(&self, user: UserId) -> Result<bool, Error> {
        let query = "select exists (select 1 from auth.factors where user_id = $1 and confirmed_at is not null)";
        Ok(sqlx::query_scalar(query).bind(user.as_uuid()).fetch_one(&self.pool).await?)
    }

    /// A new secret, which counts from the moment a code of it was shown. Again: another one.
    ///
    /// Whoever finds a device that is signed in must not lock its owner out with it.
    pub async fn enroll_factor(
        &self,
        person: (UserId, TenantId),
        by: Option<FamilyId>,
        password: Option<String>,
    ) -> Result<EnrollFactorResponse, Error> {
        if !self.vault.is_durable() {
            return Err(Error::FactorsUnavailable);
        }
        match password {
            Some(password) => self.confirm_password(person.0, password).await?,
            None if self.is_fresh(by).await? => {}
            None => return Err(Error::ProveAgain),
        }
        let secret = random::<20>()?;
        let sealed = self.vault.seal(person.0, &secret)?;
        let written = sqlx::query(
            "insert into auth.factors (user_id, secret) values ($1, $2)
             on conflict (user_id) do update set secret = excluded.secret, created_at = now(), last_step = 0
                where auth.factors.confirmed_at is null",
        )
        .bind(person.0.as_uuid())
        .bind(sealed)
        .execute(&self.pool)
        .await?;
        if written.rows_affected() == 0 {
            return Err(Error::FactorExists);
        }
        let email = self.who_is(person).await?.map(|who| who.email).unwrap_or_default();
        let totp = totp(&secret, &email)?;
        let url = totp.to_url().map_err(|error| anyhow::anyhow!("an otpauth URL: {error}"))?;
        Ok(EnrollFactorResponse { secret: totp.secret().to_base32(), qr_svg: picture(&url)?, url })
    }

    /// Whether the person of this sign-in proved a moment ago who they are.
    async fn is_fresh(&self, family: Option<FamilyId>) -> Result<bool, Error> {
        let query = "select exists (select 1 from auth.families where family_id = $1 and revoked_at is null
                        and proved_at > now() - make_interval(secs => $2))";
        let family = family.map(|family| family.as_uuid());
        let fresh = sqlx::query_scalar(query).bind(family).bind(self.config.fresh.as_secs_f64());
        Ok(fresh.fetch_one(&self.pool).await?)
    }

    /// A code shows that the app has the secret: from now on it is asked for. The recovery codes are shown once.
    pub async fn confirm_factor(
        &self,
        person: (UserId, TenantId),
        code: &str,
        origin: &str,
    ) -> Result<ConfirmFactorResponse, Error> {
        self.throttle.admit(&Account::guessing("factor", &person.0.to_string())).await?;
        if self.has_factor(person.0).await? {
            return Err(Error::FactorExists);
        }
        if !self.use_totp(person.0, code).await? {
            return Err(Error::InvalidCode);
        }
        self.note(person, Change::FactorAdded("totp".to_owned()), origin).await?;
        let recovery_codes = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<_>, _>>()?;
        let hashes: Vec<_> = recovery_codes.iter().map(|code| self.recovery_hash(person.0, code)).collect();
        let mut tx = self.pool.begin().await?;
        let forget = "delete from auth.recovery_codes where user_id = $1";
        sqlx::query(forget).bind(person.0.as_uuid()).execute(&mut *tx).await?;
        let insert = "insert into auth.recovery_codes (user_id, hash) select $1, * from unnest($2::bytea[])";
        sqlx::query(insert).bind(person.0.as_uuid()).bind(&hashes).execute(&mut *tx).await?;
        let confirm = "update auth.factors set confirmed_at = now() where user_id = $1";
        sqlx::query(confirm).bind(person.0.as_uuid()).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(ConfirmFactorResponse { recovery_codes })
    }

    /// Takes a code of the factor, or a recovery code.
    pub async fn remove_factor(&self, person: (UserId, TenantId), code: &str, origin: &str) -> Result<(), Error> {
        let guessing = Account::guessing("factor", &person.0.to_string());
        self.throttle.admit(&guessing).await?;
        if !self.has_factor(person.0).await? {
            return Ok(());
        }
        self.use_factor(person.0, code).await?.ok_or(Error::InvalidCode)?;
        self.throttle.forgive(&guessing).await;
        self.note(person, Change::FactorRemoved("totp".to_owned()), origin).await?;
        for table in ["factors", "recovery_codes"] {
            let delete = format!("delete from auth.{table} where user_id = $1");
            sqlx::query(&delete).bind(person.0.as_uuid()).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Which factor this code is of; it is used up by that. `None`: of none.
    pub async fn use_factor(&self, user: UserId, code: &str) -> Result<Option<&'static str>, Error> {
        if self.use_totp(user, code).await? {
            return Ok(Some("totp"));
        }
        let mark = "update auth.recovery_codes set used_at = now()
                     where user_id = $1 and hash = $2 and used_at is null";
        let hash = self.recovery_hash(user, code);
        let marked = sqlx::query(mark).bind(user.as_uuid()).bind(hash).execute(&self.pool).await?;
        Ok((marked.rows_affected() == 1).then_some("recovery"))
    }

    /// A code is good once: neither its step nor one before it is taken again.
    async fn use_totp(&self, user: UserId, code: &str) -> Result<bool, Error> {
        let query = "select secret from auth.factors where user_id = $1";
        let sealed: Option<Vec<u8>> = sqlx::query_scalar(query).bind(user.as_uuid()).fetch_optional(&self.pool).await?;
        let Some(sealed) = sealed else { return Ok(false) };
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let totp = totp(&self.vault.open(user, &sealed)?, "")?;
        let Some(step) = totp.check_current(&code) else { return Ok(false) };
        let mark = "update auth.factors set last_step = $2 where user_id = $1 and last_step < $2 and secret = $3";
        let marked = sqlx::query(mark).bind(user.as_uuid()).bind(step as i64).bind(sealed).execute(&self.pool).await?;
        Ok(marked.rows_affected() == 1)
    }

    /// Dashes, spaces and capitals do not matter.
    fn recovery_hash(&self, user: UserId, code: &str) -> Vec<u8> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        self.vault.hash("recovery", &format!("{user} {}", code.to_ascii_lowercase())).to_vec()
    }
}

/// Six digits, 30 seconds, SHA-1: what every app understands. One step of clock skew either way.
fn totp(secret: &[u8], email: &str) -> anyhow::Result<Totp> {
    // A colon would end the issuer in the URL.
    let account = email.replace(':', "");
    let builder = Builder::new().with_secret(Secret::from(secret)).with_issuer(Some(ISSUER)).with_account_name(account);
    builder.build().map_err(|error| anyhow::anyhow!("a TOTP secret: {error}"))
}

/// Ten characters, fifty bits: `abcde-fghij`.
fn recovery_code() -> anyhow::Result<String> {
    let letters = random::<10>()?.map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
    let text: String = letters.iter().collect();
    Ok(format!("{}-{}", &text[..5], &text[5..]))
}

/// One path of dark squares with a quiet zone, for an `img`.
fn picture(url: &str) -> anyhow::Result<String> {
    let code = QrCode::encode_text(url, QrCodeEcc::Medium).map_err(|_| anyhow::anyhow!("too long for a QR code"))?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let squares: String = dark.map(|(x, y)| format!("M{},{}h1v1h-1z", x + 4, y + 4)).collect();
    let edge = size + 8;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {edge} {edge}\" shape-rendering=\"crispEdges\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path d=\"{squares}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = totp(b"12345678901234567890", "ada@example.org").unwrap();
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(totp.generate(time).to_string(), code);
            assert_eq!(totp.check(code, time), Some(time / 30));
            assert_eq!(totp.check(code, time + 30), Some(time / 30), "one step late");
            assert_eq!(totp.check(code, time + 90), None);
        }
    }

    #[test]
    fn a_picture_holds_the_url_and_nothing_that_runs() {
        let url = totp(&[1; 20], "ada@example.org").unwrap().to_url().unwrap();
        assert!(url.starts_with("otpauth://totp/Atelier:ada") && url.contains("issuer=Atelier"), "{url}");
        let svg = picture(&url).unwrap();
        assert!(svg.starts_with("<svg ") && svg.len() < 60_000 && !svg.contains("script"));
    }

    #[test]
    fn recovery_codes_are_long_enough_and_differ() {
        let codes: std::collections::HashSet<_> = (0..50).map(|_| recovery_code().unwrap()).collect();
        assert!(codes.len() == 50 && codes.iter().all(|code| code.len() == 11 && code.as_bytes()[5] == b'-'));
    }
}
