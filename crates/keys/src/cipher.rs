//! AES-256-GCM over whole messages: nonce (12 random bytes), ciphertext, tag (16 bytes).

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{Error, Result};

/// A key that seals and opens.
pub struct Cipher(LessSafeKey);

/// The bytes are not what was sealed, or not for this context.
#[derive(Debug)]
pub struct Altered;

impl Cipher {
    /// `key` is 32 bytes long.
    pub fn new(key: &[u8]) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, key).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// `context` is not in the result; opening asks for the same one.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut sealed[NONCE_LEN..],
            )
            .map_err(|_| Error::Malformed("too long to seal"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    pub fn open(&self, sealed: &[u8], context: &[u8]) -> std::result::Result<Vec<u8>, Altered> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Altered)?;
        let mut bytes = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, Aad::from(context), &mut bytes).map_err(|_| Altered)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// Fresh random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(bytes)
}
