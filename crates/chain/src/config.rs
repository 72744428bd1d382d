use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::{KeyError, Signer, TrustedKeys};

/// The signed roots of the event log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// 32 bytes in base64, for the relay: signs roots. Without it none are made, and a database that was
    /// rewritten as a whole is not noticed. Keep it away from whoever administers the database.
    pub signing_key: Option<SecretString>,

    /// Public keys in base64 that `atelier audit verify` trusts besides the signing key's own: where the
    /// signing key is not at hand, and after it was changed.
    pub public_keys: Vec<String>,

    /// A root is signed after so many events at the latest.
    pub root_every_events: NonZeroU32,

    /// A root is signed after this time at the latest, if there were any events.
    #[serde(with = "humantime_serde")]
    pub root_every: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            signing_key: None,
            public_keys: Vec::new(),
            root_every_events: const { NonZeroU32::new(10_000).unwrap() },
            root_every: Duration::from_secs(60),
        }
    }
}

impl Config {
    /// Who signs, where a key is configured.
    pub fn signer(&self) -> Result<Option<Signer>, KeyError> {
        self.signing_key.as_ref().map(Signer::new).transpose()
    }

    /// Whose signatures count.
    pub fn trusted(&self) -> Result<TrustedKeys, KeyError> {
        let own = self.signer()?.map(|signer| signer.public_key());
        TrustedKeys::new(self.public_keys.iter().chain(&own).map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_complete_configuration_and_a_typo_is_an_error() {
        let config: Config = toml::from_str("root_every = '5s'").unwrap();
        assert_eq!(config.root_every, Duration::from_secs(5));
        assert!(config.signer().unwrap().is_none());
        assert!(toml::from_str::<Config>("root_evry = '5s'").is_err());
        assert!(toml::from_str::<Config>("root_every_events = 0").is_err());
    }

    #[test]
    fn a_key_that_is_none_says_what_to_do() {
        let config = Config { signing_key: Some("short".into()), ..Config::default() };
        assert!(config.signer().err().unwrap().to_string().contains("openssl rand -base64 32"));
        let config = Config { public_keys: vec!["?".to_owned()], ..Config::default() };
        assert!(config.trusted().is_err());
    }
}
