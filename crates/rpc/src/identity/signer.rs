use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::{Claims, Jwk, TYPE};

/// The key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a signing key has 32 bytes")]
    Form,
    #[error("no randomness available")]
    Random,
}

/// Signs internal tokens. Only auth holds one.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    kid: String,
    public: Vec<u8>,
}

impl Signer {
    /// From its 32 secret bytes.
    pub fn new(seed: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Form)?;
        let public = pair.public_key().as_ref().to_vec();
        let kid = Jwk::ed25519(&public, None).kid;
        Ok(Self { key: EncodingKey::from_ed_der(&pkcs8(seed)), kid, public })
    }

    /// The secret bytes of a new key.
    pub fn generate_seed() -> Result<[u8; 32], KeyError> {
        let mut seed = [0_u8; 32];
        SystemRandom::new().fill(&mut seed).map_err(|_| KeyError::Random)?;
        Ok(seed)
    }

    /// The name of the key; each token says it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half, 32 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    pub fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        let (typ, kid) = (Some(TYPE.to_owned()), Some(self.kid.clone()));
        self.sign_as(&Header { typ, kid, ..Header::new(Algorithm::EdDSA) }, claims)
    }

    pub(super) fn sign_as(&self, header: &Header, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(header, claims, &self.key)
    }
}

/// The fixed head of a PKCS#8 v1 Ed25519 private key (RFC 8410), then the seed.
fn pkcs8(seed: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 16] =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [HEAD.as_slice(), seed].concat()
}
