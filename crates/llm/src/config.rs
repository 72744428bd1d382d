//! The manual of the model side.

use std::{num::NonZeroU32, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::{Price, Prices};

/// How we reach the model, how long we wait for it, and what it costs.
///
/// Everything has a default: an empty section is the built-in `demo`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The OpenAI-compatible endpoint, up to and without `/chat/completions` (`http://localhost:8000/v1`).
    ///
    /// Leave it out for the built-in `demo`, which needs no model.
    pub url: Option<Url>,

    /// Sent as a bearer token. Leave it out for a model server that asks for none.
    pub key: Option<SecretString>,

    /// The model to ask for. Leave it out to use the first one the server names.
    pub model: Option<String>,

    /// How often the server is asked which models it serves; while it does not say, more often.
    #[serde(with = "humantime_serde")]
    pub models_every: Duration,

    /// How many tokens that model takes, prompt and answer together. Shown to users; the server enforces it.
    pub context_length: Option<u64>,

    /// What a million tokens of prompt cost, as a decimal (`"0.15"`). Without it, cost is not recorded.
    pub prompt_price: Option<Price>,

    /// What a million tokens of answer cost, thinking included.
    pub completion_price: Option<Price>,

    /// The currency of both prices, ISO 4217.
    pub currency: String,

    /// The version of the price list. Change it whenever a price changes: it is written into
    /// every event, and invoices are recomputed with it.
    pub price_list: String,

    /// How long a connection to the model server may take.
    #[serde(with = "humantime_serde")]
    pub connect: Duration,

    /// How long the model may think before its first token. Long prompts and full servers need more.
    #[serde(with = "humantime_serde")]
    pub first_token: Duration,

    /// How long the model may stay silent between two tokens before we give up.
    #[serde(with = "humantime_serde")]
    pub silence: Duration,

    /// How often one answer is tried in all, the first time included. Only failures before the
    /// first token are tried again.
    pub attempts: NonZeroU32,

    /// The longest pause after the first failure; it doubles with each further one. The pause is drawn
    /// evenly between zero and that, so that many workers do not come back at once.
    #[serde(with = "humantime_serde")]
    pub backoff: Duration,

    /// Where that doubling ends.
    #[serde(with = "humantime_serde")]
    pub backoff_cap: Duration,

    /// The longest `Retry-After` we wait for. A server that asks for more gets no second request,
    /// and the failure says how long it asked for.
    #[serde(with = "humantime_serde")]
    pub retry_after_cap: Duration,

    /// How many characters one prompt may have, files and history included. The oldest messages are left out first.
    pub context_chars: usize,

    /// How many tokens a second the `demo` speaks; 0 is as fast as it can.
    pub demo_pace: u32,

    /// How long the `demo` thinks before its first token.
    #[serde(with = "humantime_serde")]
    pub demo_first_token: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: None,
            key: None,
            model: None,
            models_every: Duration::from_secs(300),
            context_length: None,
            prompt_price: None,
            completion_price: None,
            currency: "USD".into(),
            price_list: "1".into(),
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(120),
            silence: Duration::from_secs(30),
            attempts: NonZeroU32::new(4).unwrap_or(NonZeroU32::MIN),
            backoff: Duration::from_millis(250),
            backoff_cap: Duration::from_secs(8),
            retry_after_cap: Duration::from_secs(30),
            context_chars: 200_000,
            demo_pace: 60,
            demo_first_token: Duration::from_millis(150),
        }
    }
}

impl Config {
    /// The prices, if any was given; a missing one is zero.
    pub fn prices(&self) -> Option<Prices> {
        (self.prompt_price.is_some() || self.completion_price.is_some()).then(|| Prices {
            prompt: self.prompt_price.unwrap_or_default(),
            completion: self.completion_price.unwrap_or_default(),
            currency: self.currency.clone(),
            price_list: self.price_list.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_are_a_complete_configuration_and_a_typo_is_an_error() {
        let config: Config = toml::from_str("url = 'http://localhost:8000/v1'\nsilence = '5s'").unwrap();
        assert_eq!(config.silence, Duration::from_secs(5));
        assert!(toml::from_str::<Config>("slience = '5s'").is_err());
        assert!(toml::from_str::<Config>("attempts = 0").is_err());
    }

    #[test]
    fn prices_are_strings_and_the_key_is_never_printed() {
        let config: Config = toml::from_str("prompt_price = '0.15'\nkey = 'sk-hidden'").unwrap();
        assert_eq!(config.prices().unwrap().prompt.to_string(), "0.15");
        assert!(!format!("{config:?}").contains("sk-hidden"));
    }
}
