//! Servers that somebody else runs for us.

use std::env;

use url::Url;

use crate::error::{Error, Result};
use crate::options::Source;

const KAFKA: &str = "KAFKA_BOOTSTRAP";
const POSTGRES: &str = "DATABASE_URL";
const REDIS: &str = "REDIS_URL";

/// The addresses in the environment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    pub kafka: Option<String>,
    pub postgres: Option<Url>,
    pub redis: Option<Url>,
}

impl Given {
    /// What the environment gives, as far as the source lets it.
    pub(crate) fn read(source: Source) -> Result<Self> {
        Self::from(source, |name| env::var(name).ok())
    }

    fn from(source: Source, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        if matches!(source, Source::Native | Source::Containers) {
            return Ok(Self::default());
        }
        let set = |name| variable(name).filter(|value| !value.trim().is_empty());
        let given =
            Self { kafka: set(KAFKA), postgres: address(POSTGRES, set(POSTGRES))?, redis: address(REDIS, set(REDIS))? };
        match given.unset() {
            unset if source == Source::Environment && !unset.is_empty() => Err(Error::Unset(unset)),
            _ => Ok(given),
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.unset().is_empty()
    }

    fn unset(&self) -> Vec<&'static str> {
        let set = [(KAFKA, self.kafka.is_some()), (POSTGRES, self.postgres.is_some()), (REDIS, self.redis.is_some())];
        set.iter().filter(|(_, is_set)| !is_set).map(|(name, _)| *name).collect()
    }
}

fn address(name: &'static str, value: Option<String>) -> Result<Option<Url>> {
    let parsed = value.map(|value| value.parse()).transpose();
    parsed.map_err(|error: url::ParseError| Error::Address { name, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_redis(name: &str) -> Option<String> {
        match name {
            REDIS => Some("redis://cache:6379".to_owned()),
            POSTGRES => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn one_of_three_may_be_given() {
        let given = Given::from(Source::Auto, only_redis).unwrap();

        assert_eq!(given.redis.unwrap().as_str(), "redis://cache:6379");
        assert_eq!((given.kafka, given.postgres), (None, None));
    }

    #[test]
    fn asking_for_the_environment_only_names_what_is_not_in_it() {
        let error = Given::from(Source::Environment, only_redis).unwrap_err();

        assert_eq!(error.to_string(), "not set in the environment: KAFKA_BOOTSTRAP, DATABASE_URL");
    }

    #[test]
    fn native_servers_do_not_look_at_the_environment() {
        assert_eq!(Given::from(Source::Native, only_redis).unwrap(), Given::default());
    }

    #[test]
    fn a_wrong_address_is_told_without_its_value() {
        let error = Given::from(Source::Auto, |_| Some("secret@nowhere".to_owned())).unwrap_err().to_string();

        assert!(error.starts_with("DATABASE_URL is not a usable address"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
