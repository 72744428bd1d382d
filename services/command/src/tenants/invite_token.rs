//! The secret of a link: which invite it is for, and a random part of which only the hash is stored.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{InviteId, TenantId};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

/// Lets people and secret scanners tell what it is.
const PREFIX: &str = "atl_i_";

/// One invite's secret.
pub struct InviteToken {
    pub tenant: TenantId,
    pub invite: InviteId,
    secret: [u8; 32],
}

/// It has not the form of one.
#[derive(Debug, PartialEq, Eq)]
pub struct NotOne;

impl InviteToken {
    /// `None`: no randomness available.
    pub fn mint(tenant: TenantId, invite: InviteId) -> Option<Self> {
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret).ok()?;
        Some(Self { tenant, invite, secret })
    }

    /// What leaves the house, once.
    pub fn text(&self) -> String {
        let (tenant, invite) = (self.tenant.as_uuid().into_bytes(), self.invite.as_uuid().into_bytes());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([tenant.as_slice(), &invite, &self.secret].concat()))
    }

    /// What is stored of it.
    pub fn hash(&self) -> String {
        hex::encode(digest(&SHA256, &self.secret))
    }
}

impl FromStr for InviteToken {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(NotOne)?;
        let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|b| b.try_into().ok()).ok_or(NotOne)?;
        let (ids, secret) = bytes.split_at(32);
        let id = |part: &[u8]| Uuid::from_slice(part).map_err(|_| NotOne);
        Ok(Self {
            tenant: TenantId::from_uuid(id(&ids[..16])?),
            invite: InviteId::from_uuid(id(&ids[16..])?),
            secret: secret.try_into().map_err(|_| NotOne)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_invite_and_keeps_its_secret() {
        let (tenant, invite) = (TenantId::generate(), InviteId::generate());
        let token = InviteToken::mint(tenant, invite).unwrap();
        let read: InviteToken = token.text().parse().unwrap();
        assert_eq!((read.tenant, read.invite, read.hash()), (tenant, invite, token.hash()));
        assert_ne!(InviteToken::mint(tenant, invite).unwrap().hash(), token.hash());
        assert_eq!(token.hash().len(), 64);
    }

    #[test]
    fn garbage_is_no_token() {
        for text in ["", "atl_i_", "atl_i_AAAA", "atl_a_AAAA", "atl_i_%%%", &"x".repeat(5_000)] {
            assert!(text.parse::<InviteToken>().is_err(), "{text}");
        }
    }
}
