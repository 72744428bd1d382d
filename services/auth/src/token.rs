//! Opaque tokens: random, worth nothing to whoever reads the database.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// What a token is for. Its prefix lets secret scanners and people tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Access,
    Refresh,
    /// A key for scripts, which somebody made and somebody revokes.
    ApiKey,
    /// In a mail: verifies the address.
    Verify,
    /// In a mail: sets a new password.
    Reset,
    /// Between the first and the second factor.
    Ticket,
    /// The browser's half of a sign-in by a provider.
    Flow,
}

const ALL: [Kind; 7] = [Kind::Access, Kind::Refresh, Kind::ApiKey, Kind::Verify, Kind::Reset, Kind::Ticket, Kind::Flow];

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "atl_a_",
            Self::Refresh => "atl_r_",
            Self::ApiKey => "atl_k_",
            Self::Verify => "atl_v_",
            Self::Reset => "atl_p_",
            Self::Ticket => "atl_t_",
            Self::Flow => "atl_f_",
        }
    }

    /// As in `auth.tokens.kind` and `auth.once.kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::ApiKey => "api_key",
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Ticket => "ticket",
            Self::Flow => "flow",
        }
    }
}

/// SHA-256 of a token: all that is stored of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A new token, in the clear. It leaves the house once.
pub struct Token {
    text: String,
}

impl Token {
    pub fn mint(kind: Kind) -> anyhow::Result<Self> {
        let mut random = [0_u8; 32];
        SystemRandom::new().fill(&mut random).map_err(|_| anyhow::anyhow!("no randomness available"))?;
        Ok(Self { text: format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(random)) })
    }

    pub fn hash(&self) -> Hash {
        hash(&self.text)
    }

    pub fn into_text(self) -> String {
        self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The hash to look a shown token up by; `None` if it has not the form of one, whatever its kind.
pub fn lookup(shown: &str) -> Option<(Kind, Hash)> {
    let kind = ALL.into_iter().find(|kind| shown.starts_with(kind.prefix()))?;
    // 32 bytes are 43 characters of base64url.
    (shown.len() == kind.prefix().len() + 43).then(|| (kind, hash(shown)))
}

fn hash(text: &str) -> Hash {
    let mut bytes = [0_u8; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    Hash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_alone() {
        let token = Token::mint(Kind::Refresh).unwrap();
        let expected = token.hash();
        let text = token.into_text();
        assert!(text.starts_with("atl_r_"));
        assert_eq!(lookup(&text), Some((Kind::Refresh, expected)));
    }

    #[test]
    fn a_token_of_any_kind_is_found_as_that_kind() {
        use Kind::{Access, ApiKey, Flow, Refresh, Reset, Ticket, Verify};
        for kind in [Access, Refresh, ApiKey, Verify, Reset, Ticket, Flow] {
            let token = Token::mint(kind).unwrap();
            let hash = token.hash();
            assert_eq!(lookup(&token.into_text()), Some((kind, hash)));
        }
    }

    #[test]
    fn two_tokens_differ_and_none_shows_itself() {
        let (one, other) = (Token::mint(Kind::Access).unwrap(), Token::mint(Kind::Access).unwrap());
        assert_ne!(one.hash(), other.hash());
        assert_eq!(format!("{one:?}"), "Token(…)");
    }

    #[test]
    fn garbage_is_no_token() {
        for shown in ["", "atl_a_", "atl_x_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Bearer"] {
            assert_eq!(lookup(shown), None);
        }
    }
}
