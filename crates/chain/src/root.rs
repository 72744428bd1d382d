//! Signed roots: a chain that was rewritten as a whole does not have them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SubsecRound, Utc};
use events::root::RootPublished;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{FromRow, PgExecutor};

use crate::Link;

/// What is signed begins with this, so that no signature of ours for something else is one of a root.
const DOMAIN: &[u8] = b"atelier audit root v1\0";

/// All events up to a position in one hash, signed.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Root {
    pub position: i64,
    pub chain_hash: Vec<u8>,
    pub at: DateTime<Utc>,
    pub key_id: String,
    pub signature: Vec<u8>,
}

/// The key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("[audit] signing_key must be 32 bytes in base64: `openssl rand -base64 32`")]
    Signing,
    #[error("[audit] public_keys must each be 32 bytes in base64")]
    Public,
}

/// Why a root does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootFault {
    #[error("it is signed with key {0}, which is not trusted here: name its public half in [audit] public_keys")]
    UnknownKey(String),
    #[error("its signature is not valid")]
    Forged,
    #[error("the chain has another hash there")]
    OtherHash,
}

/// Signs roots.
pub struct Signer {
    pair: Ed25519KeyPair,
    key_id: String,
}

impl Signer {
    /// From the 32-byte seed in base64.
    pub fn new(seed: &SecretString) -> Result<Self, KeyError> {
        let seed = STANDARD.decode(seed.expose_secret().trim()).map_err(|_| KeyError::Signing)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Signing)?;
        let key_id = key_id(pair.public_key().as_ref());
        Ok(Self { pair, key_id })
    }

    /// The public half in base64, for `[audit] public_keys`.
    pub fn public_key(&self) -> String {
        STANDARD.encode(self.pair.public_key())
    }

    pub fn sign(&self, link: &Link, at: DateTime<Utc>) -> Root {
        let at = at.trunc_subsecs(6);
        let signature = self.pair.sign(&message(link.position, at, &link.hash)).as_ref().to_vec();
        Root { position: link.position, chain_hash: link.hash.to_vec(), at, key_id: self.key_id.clone(), signature }
    }
}

/// Public keys by their ids.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(HashMap<String, Vec<u8>>);

impl TrustedKeys {
    /// Each in base64.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
        let read = |text: &str| {
            let key = STANDARD.decode(text.trim()).ok().filter(|key| key.len() == 32).ok_or(KeyError::Public)?;
            Ok((key_id(&key), key))
        };
        keys.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of these keys signed exactly this root.
    pub fn check(&self, root: &Root) -> Result<(), RootFault> {
        let key = self.0.get(&root.key_id).ok_or_else(|| RootFault::UnknownKey(root.key_id.clone()))?;
        let message = message(root.position, root.at, &root.chain_hash);
        UnparsedPublicKey::new(&ED25519, key).verify(&message, &root.signature).map_err(|_| RootFault::Forged)
    }
}

impl Root {
    /// All that are stored, in order.
    pub async fn stored(store: impl PgExecutor<'_>) -> sqlx::Result<Vec<Self>> {
        let query = "select position, chain_hash, at, key_id, signature from store.roots order by position";
        sqlx::query_as(query).fetch_all(store).await
    }
}

impl From<RootPublished> for Root {
    fn from(record: RootPublished) -> Self {
        let RootPublished { position, chain_hash, at, key_id, signature } = record;
        Self { position, chain_hash, at, key_id, signature }
    }
}

impl From<Root> for RootPublished {
    fn from(root: Root) -> Self {
        let Root { position, chain_hash, at, key_id, signature } = root;
        Self { position, chain_hash, at, key_id, signature }
    }
}

fn message(position: i64, at: DateTime<Utc>, chain_hash: &[u8]) -> Vec<u8> {
    [DOMAIN, &position.to_be_bytes(), &at.timestamp_micros().to_be_bytes(), chain_hash].concat()
}

fn key_id(public: &[u8]) -> String {
    hex::encode(&digest(&SHA256, public).as_ref()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GENESIS;

    fn signer(fill: u8) -> Signer {
        Signer::new(&STANDARD.encode([fill; 32]).into()).unwrap()
    }

    fn trusting(signer: &Signer) -> TrustedKeys {
        TrustedKeys::new([signer.public_key().as_str()]).unwrap()
    }

    #[test]
    fn every_part_of_a_root_is_signed() {
        let (signer, link) = (signer(1), Link { position: 7, hash: GENESIS });
        let (root, trusted) = (signer.sign(&link, Utc::now()), trusting(&signer));
        assert_eq!(trusted.check(&root), Ok(()));
        let forged = [
            Root { position: 8, ..root.clone() },
            Root { chain_hash: vec![1; 32], ..root.clone() },
            Root { at: root.at + chrono::TimeDelta::microseconds(1), ..root.clone() },
            Root { signature: vec![0; 64], ..root.clone() },
        ];
        assert!(forged.iter().all(|root| trusted.check(root) == Err(RootFault::Forged)));
    }

    #[test]
    fn a_stranger_s_signature_does_not_count() {
        let root = signer(2).sign(&Link { position: 7, hash: GENESIS }, Utc::now());
        assert!(matches!(trusting(&signer(1)).check(&root), Err(RootFault::UnknownKey(_))));
        let as_if = Root { key_id: signer(1).key_id, ..root };
        assert_eq!(trusting(&signer(1)).check(&as_if), Err(RootFault::Forged));
    }
}
