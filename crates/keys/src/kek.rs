//! The key that wraps all others.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};

use crate::cipher::Cipher;
use crate::{Config, Error, Result};

/// The key-encryption key: it never leaves the process, and only wrapped keys reach the database.
#[derive(Clone)]
pub struct Kek {
    cipher: Arc<Cipher>,
    fingerprint: String,
}

impl Kek {
    /// From 32 bytes in base64.
    pub fn from_base64(text: &SecretString) -> Result<Self> {
        let bytes = STANDARD.decode(text.expose_secret().trim()).map_err(|_| Error::InvalidKek)?;
        let cipher = Arc::new(Cipher::new(&bytes).ok_or(Error::InvalidKek)?);
        Ok(Self { cipher, fingerprint: fingerprint(&bytes) })
    }

    /// Tells two keys apart without revealing either.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(crate) fn wrap(&self, data_key: &[u8], context: &str) -> Result<Vec<u8>> {
        self.cipher.seal(data_key, context.as_bytes())
    }

    /// `None`: altered, or wrapped by another key.
    pub(crate) fn unwrap(&self, wrapped: &[u8], context: &str) -> Option<Vec<u8>> {
        self.cipher.open(wrapped, context.as_bytes()).ok()
    }
}

/// The key-encryption key that wraps, and others that may still have wrapped something.
#[derive(Clone, Debug)]
pub struct Keks {
    current: Kek,
    others: Vec<Kek>,
}

impl Keks {
    /// As configured. Fails if one of the keys is malformed.
    pub fn of(config: &Config) -> Result<Self> {
        let others = config.previous_keks.iter().map(Kek::from_base64).collect::<Result<_>>()?;
        Ok(Self { current: Kek::from_base64(&config.kek)?, others })
    }

    pub(crate) const fn current(&self) -> &Kek {
        &self.current
    }

    /// The one with this fingerprint, if it is configured.
    pub(crate) fn named(&self, fingerprint: &str) -> Option<&Kek> {
        std::iter::once(&self.current).chain(&self.others).find(|kek| kek.fingerprint == fingerprint)
    }
}

impl From<Kek> for Keks {
    fn from(current: Kek) -> Self {
        Self { current, others: Vec::new() }
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kek({})", self.fingerprint)
    }
}

fn fingerprint(bytes: &[u8]) -> String {
    let labelled = [b"atelier kek fingerprint", bytes].concat();
    hex::encode(&digest(&SHA256, &labelled).as_ref()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_32_bytes_is_refused_with_the_fix() {
        for text in ["", "short", "AAAA", "%%%"] {
            let error = Kek::from_base64(&SecretString::from(text)).unwrap_err();
            assert!(error.to_string().contains("openssl rand -base64 32"));
        }
    }

    #[test]
    fn debug_shows_the_fingerprint_only() {
        let text = STANDARD.encode([7_u8; 32]);
        let kek = Kek::from_base64(&SecretString::from(text.clone())).unwrap();
        let shown = format!("{kek:?}");
        assert!(!shown.contains(&text) && shown.contains(kek.fingerprint()));
    }
}
