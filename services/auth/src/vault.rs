//! What auth keeps that must not be read by whoever reads its tables: sealed, or as keyed hashes.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::UserId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{hkdf, hmac};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// Two keys from one: to seal with, and to hash with.
pub struct Vault {
    seal: LessSafeKey,
    mac: hmac::Key,
    durable: bool,
}

impl Vault {
    pub fn new(key: Option<&SecretString>) -> anyhow::Result<Self> {
        let secret = match key {
            Some(key) => {
                STANDARD.decode(key.expose_secret().trim()).ok().and_then(|key| <[u8; 32]>::try_from(key).ok())
            }
            None => Some(random()?),
        };
        let secret = secret.context("[auth] sealing_key must be 32 bytes in base64: `openssl rand -base64 32`")?;
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"atelier auth").extract(&secret);
        let [seal, mac] = [b"seal", b"hash"].map(|purpose| expand(&derived, purpose));
        let seal = UnboundKey::new(&AES_256_GCM, &seal?).map_err(|_| anyhow::anyhow!("a key has 32 bytes"))?;
        Ok(Self { seal: LessSafeKey::new(seal), mac: hmac::Key::new(hmac::HMAC_SHA256, &mac?), durable: key.is_some() })
    }

    /// Whether what is sealed now can be opened after a restart.
    pub const fn is_durable(&self) -> bool {
        self.durable
    }

    /// Nonce, ciphertext and tag; nobody else's secret opens as this user's.
    pub fn seal(&self, user: UserId, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.seal_as(user.as_uuid().as_bytes(), plain)
    }

    pub fn open(&self, user: UserId, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.open_as(user.as_uuid().as_bytes(), sealed)
    }

    /// The same for whatever has an id.
    pub fn seal_for(&self, whose: Uuid, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.seal_as(whose.as_bytes(), plain)
    }

    pub fn open_for(&self, whose: Uuid, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.open_as(whose.as_bytes(), sealed)
    }

    /// Likewise, for something that is of no user: it opens under this name only.
    pub fn seal_as(&self, name: &[u8], plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = plain.to_vec();
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut sealed)
            .map_err(|_| anyhow::anyhow!("too long to seal"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub fn open_as(&self, name: &[u8], sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let altered = || anyhow::anyhow!("a sealed secret does not open: is [auth] sealing_key another one?");
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(altered)?;
        let mut bytes = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.seal.open_in_place(nonce, Aad::from(name), &mut bytes).map_err(|_| altered())?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// A keyed hash: worth nothing to who has the tables and not the key.
    pub fn hash(&self, purpose: &str, of: &str) -> [u8; 32] {
        let tag = hmac::sign(&self.mac, format!("{purpose}\0{of}").as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        hash
    }

    /// In the same time whatever is wrong with it.
    pub fn is_hash(&self, purpose: &str, of: &str, stored: &[u8]) -> bool {
        hmac::verify(&self.mac, format!("{purpose}\0{of}").as_bytes(), stored).is_ok()
    }
}

fn expand(derived: &hkdf::Prk, purpose: &[u8]) -> anyhow::Result<[u8; 32]> {
    let mut key = [0; 32];
    let filled = derived.expand(&[purpose], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut key));
    filled.map_err(|_| anyhow::anyhow!("a key has 32 bytes"))?;
    Ok(key)
}

pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("no randomness available"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_user_and_with_its_key_only() {
        let key = SecretString::from(STANDARD.encode([7; 32]));
        let (vault, user) = (Vault::new(Some(&key)).unwrap(), UserId::generate());
        let sealed = vault.seal(user, b"a secret").unwrap();
        assert!(!sealed.windows(8).any(|part| part == b"a secret"));
        assert_eq!(Vault::new(Some(&key)).unwrap().open(user, &sealed).unwrap(), b"a secret");
        vault.open(UserId::generate(), &sealed).unwrap_err();
        Vault::new(None).unwrap().open(user, &sealed).unwrap_err();
        let mut altered = sealed;
        altered[15] ^= 1;
        vault.open(user, &altered).unwrap_err();
    }

    #[test]
    fn a_hash_is_of_one_purpose_and_one_key() {
        let vault = Vault::new(None).unwrap();
        let hash = vault.hash("code", "123456");
        assert!(vault.is_hash("code", "123456", &hash));
        assert!(!vault.is_hash("recovery", "123456", &hash) && !vault.is_hash("code", "123457", &hash));
        assert!(!Vault::new(None).unwrap().is_hash("code", "123456", &hash));
    }

    #[test]
    fn a_key_that_is_none_is_refused_with_the_remedy() {
        let Err(error) = Vault::new(Some(&"short".into())) else { panic!("it was accepted") };
        assert!(error.to_string().contains("openssl rand"));
    }
}
