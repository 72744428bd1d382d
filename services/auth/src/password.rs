//! Passwords: which ones we accept, and argon2id in a bounded number of blocking threads.

use std::collections::HashSet;
use std::io::Read;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Config, Error};

/// The shortest password, in characters.
pub const MIN: usize = 10;
/// The longest, in characters: long enough for any sentence, short enough to hash.
pub const MAX: usize = 1_000;

/// What attackers try first: our own list of patterns, and the 20,000 first of the list that zxcvbn ranks by.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let ours = include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with('#'));
    let mut public = String::new();
    let packed = include_bytes!("common_passwords.gz").as_slice();
    // It is part of this binary, and a test counts it.
    let _ = flate2::read::GzDecoder::new(packed).read_to_string(&mut public);
    ours.chain(public.lines()).map(str::to_owned).collect()
});

/// Refuses short, endless and well-known passwords. Any character is welcome.
pub fn accept(password: &str) -> Result<(), Error> {
    match password.chars().count() {
        length if length < MIN => Err(Error::PasswordTooShort(MIN)),
        length if length > MAX => Err(Error::PasswordTooLong(MAX)),
        _ if is_common(password) => Err(Error::PasswordTooCommon),
        _ => Ok(()),
    }
}

/// On the list as it is, or a word from the list with digits and signs around it, or one character repeated.
fn is_common(password: &str) -> bool {
    let lower = password.trim().to_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let first = lower.chars().next();
    COMMON.contains(lower.as_str()) || COMMON.contains(core) || lower.chars().all(|c| Some(c) == first)
}

/// Hashes and checks passwords, a few at a time.
pub struct Hasher {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    wait: Duration,
    /// The hash of nothing anyone can type: what unknown users are checked against.
    nobody: String,
}

impl Hasher {
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let crate::config::Argon2 { memory_kib, iterations, lanes } = config.argon2;
        let params = Params::new(memory_kib, iterations, lanes, None)
            .map_err(|error| anyhow::anyhow!("[auth] argon2: {error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &[0_u8; 32])?;
        let turns = Arc::new(Semaphore::new(config.hashes_at_once.get()));
        Ok(Self { argon2, turns, wait: config.hash_wait, nobody })
    }

    /// The PHC string to store.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Error> {
        let (turn, argon2, password) = (self.turn().await?, self.argon2.clone(), password.clone());
        blocking(move || {
            let _turn = turn;
            hash(&argon2, password.expose_secret().as_bytes())
        })
        .await
    }

    /// Whether `stored` was made with other parameters than a hash of today.
    pub fn is_outdated(&self, stored: &str) -> bool {
        let params = self.argon2.params();
        let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
        !stored.starts_with(&format!("$argon2id$v=19$m={m},t={t},p={p}$"))
    }

    /// Whether the password is the one behind `stored`. Without a `stored` it takes as long, and it is not.
    pub async fn verify(&self, password: &SecretString, stored: Option<String>) -> Result<bool, Error> {
        let (turn, argon2, password) = (self.turn().await?, self.argon2.clone(), password.clone());
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let matches = blocking(move || {
            let _turn = turn;
            verify(&argon2, password.expose_secret().as_bytes(), &stored)
        })
        .await?;
        Ok(matches && known)
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let turn = tokio::time::timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> anyhow::Result<String> {
    let hash = argon2.hash_password(password).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(hash.to_string())
}

fn verify(argon2: &Argon2<'_>, password: &[u8], stored: &str) -> anyhow::Result<bool> {
    use argon2::password_hash::Error;
    match argon2.verify_password(password, stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(anyhow::anyhow!("a stored password hash cannot be read: {error}")),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(anyhow::Error::from)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::new(&Config::default()).unwrap()
    }

    #[tokio::test]
    async fn a_hash_says_argon2id_and_its_parameters() {
        let hash = hasher().hash(&"correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_passes() {
        let hasher = hasher();
        let right = SecretString::from("correct horse battery");
        let stored = hasher.hash(&right).await.unwrap();
        assert!(hasher.verify(&right, Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify(&"correct horse batterx".into(), Some(stored)).await.unwrap());
        assert!(!hasher.verify(&right, None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_outdated() {
        let cheap = crate::config::Argon2 { memory_kib: 12 * 1024, iterations: 3, lanes: 1 };
        let old = Hasher::new(&Config { argon2: cheap, ..Config::default() }).unwrap();
        let hash = old.hash(&"correct horse battery".into()).await.unwrap();
        assert!(!old.is_outdated(&hash) && hasher().is_outdated(&hash));
    }

    #[tokio::test]
    async fn a_full_house_says_so_instead_of_queueing_for_ever() {
        let hasher = Hasher::new(&Config { hash_wait: Duration::ZERO, ..Config::default() }).unwrap();
        let all = Arc::clone(&hasher.turns).acquire_many_owned(2).await.unwrap();
        assert!(matches!(hasher.hash(&"correct horse battery".into()).await, Err(Error::Busy)));
        drop(all);
        assert!(hasher.hash(&"correct horse battery".into()).await.is_ok());
    }

    #[test]
    fn short_endless_and_well_known_passwords_are_refused() {
        assert!(matches!(accept("kurz"), Err(Error::PasswordTooShort(MIN))));
        assert!(matches!(accept(&"ab".repeat(501)), Err(Error::PasswordTooLong(MAX))));
        for common in ["password123", "Password2024!", "1234567890", "qwertyuiop", "zzzzzzzzzzzz", "1q2w3e4r5t"] {
            assert!(matches!(accept(common), Err(Error::PasswordTooCommon)), "{common}");
        }
    }

    #[test]
    fn long_ones_and_every_script_are_welcome() {
        accept(&"a sentence that goes on. ".repeat(8)).unwrap();
        accept(&"x7".repeat(32)).unwrap();
        accept(&"é1".repeat(500)).unwrap();
        accept("пароль-из-слов-🙂").unwrap();
        accept("hunter2hunter3").unwrap();
    }

    #[test]
    fn the_list_is_a_list() {
        assert!(COMMON.len() >= 19_000, "{} entries", COMMON.len());
        assert!(COMMON.iter().all(|entry| *entry == entry.trim().to_lowercase() && !entry.is_empty()));
        for known in ["1234567890", "qwertyuiop", "liverpool1", "iloveyou"] {
            assert!(is_common(known), "{known}");
        }
    }
}
