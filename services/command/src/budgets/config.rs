//! How many tokens a day has.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use serde::Deserialize;
use store::DailyLimits;

/// How many tokens people and organisations may use in a day, which begins at midnight UTC. Nothing is counted until a
/// number is given here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What one person may use in a day, prompts included. Leave it out for no bound.
    pub person_tokens_per_day: Option<NonZeroU64>,

    /// What all people of one organisation may use in a day together. Leave it out for no bound.
    pub tenant_tokens_per_day: Option<NonZeroU64>,

    /// The most that one answer may use, its prompt included; it is kept free until the answer is over, so this many
    /// fewer tokens are left for others while it runs. Where a model does not count, four characters are a token.
    pub answer_tokens: NonZeroU32,

    /// How often tokens are looked for that were kept free for an answer of whose end nobody told.
    #[serde(with = "humantime_serde")]
    pub look_every: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            person_tokens_per_day: None,
            tenant_tokens_per_day: None,
            answer_tokens: NonZeroU32::new(32_000).unwrap_or(NonZeroU32::MIN),
            look_every: Duration::from_secs(60),
        }
    }
}

impl Config {
    /// What is kept free for each answer, and the bounds; `None` where there are none.
    pub(super) fn daily(&self) -> Option<(i64, DailyLimits)> {
        let tokens = |limit: Option<NonZeroU64>| limit.map(|tokens| i64::try_from(tokens.get()).unwrap_or(i64::MAX));
        let (tenant, person) = (tokens(self.tenant_tokens_per_day), tokens(self.person_tokens_per_day));
        let bounded = tenant.is_some() || person.is_some();
        bounded.then(|| (self.answer_tokens.get().into(), DailyLimits { tenant, person }))
    }

    /// The most that one answer may use; 0: as many as the model gives.
    pub(crate) fn per_answer(&self) -> u32 {
        if self.daily().is_some() { self.answer_tokens.get() } else { 0 }
    }

    /// A day in which nobody could ask anything is a mistake.
    pub fn check(&self) -> Result<(), String> {
        let needed = u64::from(self.answer_tokens.get());
        let days = [
            ("person_tokens_per_day", self.person_tokens_per_day),
            ("tenant_tokens_per_day", self.tenant_tokens_per_day),
        ];
        for (name, limit) in days {
            if limit.is_some_and(|limit| limit.get() < needed) {
                return Err(format!(
                    "[budgets] {name} is less than answer_tokens ({needed}): nobody could ask anything"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Config {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn nothing_is_counted_until_a_number_is_given() {
        assert!(parsed("").daily().is_none());
        assert_eq!(parsed("").per_answer(), 0);
        let config = parsed("person_tokens_per_day = 100000\nanswer_tokens = 5000");
        let (tokens, limits) = config.daily().unwrap();
        assert_eq!((tokens, limits.person, limits.tenant), (5000, Some(100_000), None));
        assert_eq!(config.per_answer(), 5000);
    }

    #[test]
    fn a_day_in_which_nobody_could_ask_is_refused_with_the_reason() {
        assert_eq!(parsed("tenant_tokens_per_day = 32000").check(), Ok(()));
        let error = parsed("person_tokens_per_day = 31999").check().unwrap_err();
        assert!(error.contains("person_tokens_per_day") && error.contains("32000"), "{error}");
    }
}
