use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// How mails leave. Without a server they stay on this machine, in a folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The mail server: `smtps://user:password@host`, or `smtp://user:password@host:587?tls=required` for STARTTLS.
    /// Leave it out, and mails are files in `outbox`.
    pub url: Option<SecretString>,

    /// Who mails are from: an address, or `Name <address>`.
    pub from: String,

    /// Where mails are kept while there is no server: one file each, readable by their owner only.
    pub outbox: PathBuf,

    /// How long one attempt to hand a mail to the server may take.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,

    /// How often a mail is tried before it is given up.
    pub attempts: NonZeroU32,

    /// How long to wait after the first failed attempt; each further wait is three times as long.
    #[serde(with = "humantime_serde")]
    pub pause: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: None,
            from: "Atelier <atelier@localhost>".to_owned(),
            outbox: PathBuf::from(".atelier/outbox"),
            timeout: Duration::from_secs(15),
            attempts: NonZeroU32::new(5).unwrap_or(NonZeroU32::MIN),
            pause: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_section_is_complete_a_typo_is_an_error_and_the_password_is_not_printed() {
        let config: Config = toml::from_str("").unwrap();
        assert!(config.url.is_none() && config.attempts.get() == 5);
        assert!(toml::from_str::<Config>("form = 'x'").is_err());
        let config: Config = toml::from_str("url = 'smtps://a:hunter2@mail.example'").unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
