//! Keyed hashes: what must be recognised again, but not read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{Context, HMAC_SHA256, Key, sign, verify};
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// The shortest secret, in bytes.
const MIN: usize = 32;

pub struct Pepper(Key);

impl Pepper {
    pub fn from_base64(text: &SecretString) -> Result<Self, Error> {
        let bytes = STANDARD.decode(text.expose_secret().trim()).map_err(|_| Error::InvalidPepper)?;
        if bytes.len() < MIN {
            return Err(Error::InvalidPepper);
        }
        Ok(Self(Key::new(HMAC_SHA256, &bytes)))
    }

    /// The hash of a unique value; the same text of another scope or kind has another one.
    pub fn of_claim(&self, scope: &str, kind: &str, value: &str) -> Vec<u8> {
        let mut context = Context::with_key(&self.0);
        for part in ["claim", scope, kind, value] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }

    pub fn of_body(&self, body: &[u8]) -> Vec<u8> {
        sign(&self.0, &[b"body:", body].concat()).as_ref().to_vec()
    }

    pub fn is_of_body(&self, body: &[u8], hash: &[u8]) -> bool {
        verify(&self.0, &[b"body:", body].concat(), hash).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pepper(fill: u8) -> Pepper {
        Pepper::from_base64(&STANDARD.encode([fill; 32]).into()).unwrap()
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let pepper = pepper(1);
        assert_ne!(pepper.of_claim("a", "bc", "d"), pepper.of_claim("ab", "c", "d"));
    }

    #[test]
    fn another_pepper_gives_another_hash() {
        assert_ne!(pepper(1).of_claim("global", "email", "a@b.c"), pepper(2).of_claim("global", "email", "a@b.c"));
        assert!(!pepper(2).is_of_body(b"x", &pepper(1).of_body(b"x")));
    }

    #[test]
    fn a_short_pepper_is_refused_with_the_fix() {
        let error = Pepper::from_base64(&STANDARD.encode([1; 31]).into()).err().unwrap();
        assert!(error.to_string().contains("openssl rand -base64 32"));
    }
}
