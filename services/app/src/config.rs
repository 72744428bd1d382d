//! All settings: `atelier.toml` < environment (`ATELIER_SECTION_KEY`) < flags.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use rpc::identity::Learning;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::roles::Role;
use crate::secrets::Secrets;

/// Every section of `atelier.toml`. A key that is not listed here is an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub database: Database,
    pub kafka: bus::Config,
    pub redis: Redis,
    pub identity: Identity,
    pub keys: Option<keys::Config>,
    pub store: Option<store::Config>,
    pub gateway: gateway::Config,
    pub limits: gateway::Limits,
    pub auth: auth::Config,
    pub mail: mail::Config,
    pub rpc: Rpc,
    pub budgets: command::budgets::Config,
    pub answers: command::closer::Config,
    pub tls: tls::Config,
    pub relay: relay::Config,
    pub audit: chain::Config,
    pub generation: generation::Config,
    pub projector: projector::Config,
    pub edge: edge::Config,
    pub registry: registry::Config,
    pub llm: llm::Config,
    pub operations: Operations,
    pub telemetry: runtime::telemetry::Config,
}

/// Where Postgres is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// A user that owns the schemas, or may act as their owners: `postgres://user:password@host/database`.
    pub url: Option<SecretString>,

    /// Connections of one process for commands; each command holds one for about two milliseconds.
    pub command_connections: u32,

    /// Connections of one process for reads of the web API.
    pub read_connections: u32,

    /// Connections of each other part of a process.
    pub other_connections: u32,

    /// How long a request waits for a free connection before it is refused with 503.
    #[serde(with = "humantime_serde")]
    pub wait: Duration,
}

impl Default for Database {
    fn default() -> Self {
        let wait = Duration::from_secs(3);
        Self { url: None, command_connections: 16, read_connections: 16, other_connections: 6, wait }
    }
}

/// Where Redis is. Without it limits hold per process, and are stricter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redis {
    /// `redis://host:port`; leave it out for none.
    pub url: Option<SecretString>,
}

/// How the roles know each other: internal tokens. Their keys are made, kept and exchanged by the auth role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// How long the public keys that auth publishes are used before they are asked for again. A key that was ended
    /// by `atelier keys tokens rotate --now` is refused everywhere after this and `[auth] token_keys_reload`.
    #[serde(with = "humantime_serde")]
    pub keys_age: Duration,

    /// The least time between two questions to auth because of tokens that name a key nobody knows.
    #[serde(with = "humantime_serde")]
    pub keys_pause: Duration,

    /// Shared by all processes of an installation: with it a role gets a token of its own.
    pub internal_secret: Option<SecretString>,
}

impl Default for Identity {
    fn default() -> Self {
        let Learning { age, pause } = Learning::default();
        Self { keys_age: age, keys_pause: pause, internal_secret: None }
    }
}

impl Identity {
    /// How processes learn the keys of internal tokens.
    pub const fn learning(&self) -> Learning {
        Learning { age: self.keys_age, pause: self.keys_pause }
    }
}

/// gRPC between processes. In one process all calls stay in the process.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rpc {
    /// Where the command role is served to other processes, for example `127.0.0.1:7001`. For auth see `[auth] listen`.
    pub command_listen: Option<std::net::SocketAddr>,

    /// Where another process serves the command role, for example `http://127.0.0.1:7001`.
    pub command_url: Option<String>,

    /// Where another process serves the auth role, for example `http://127.0.0.1:7002`.
    pub auth_url: Option<String>,

    /// The longest one internal call may take.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

impl Default for Rpc {
    fn default() -> Self {
        Self { command_listen: None, command_url: None, auth_url: None, timeout: Duration::from_secs(10) }
    }
}

/// Health and metrics, on a port of their own that is not for the public.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Operations {
    /// `/livez`, `/readyz`, `/startupz` and `/metrics` are here.
    pub listen: std::net::SocketAddr,
}

impl Default for Operations {
    fn default() -> Self {
        Self { listen: std::net::SocketAddr::from(([127, 0, 0, 1], 9464)) }
    }
}

/// The sections that environment variables can reach.
pub const SECTIONS: &[&str] = &[
    "database",
    "kafka",
    "redis",
    "identity",
    "keys",
    "store",
    "gateway",
    "limits",
    "auth",
    "mail",
    "rpc",
    "budgets",
    "answers",
    "tls",
    "relay",
    "audit",
    "generation",
    "projector",
    "edge",
    "registry",
    "llm",
    "operations",
    "telemetry",
];

impl Config {
    pub fn load(file: &Path) -> anyhow::Result<Self> {
        Self::extract(&figment(file))
    }

    /// The secrets of this machine's installation fill in what the settings leave open.
    pub fn load_with(file: &Path, secrets: &Secrets) -> anyhow::Result<Self> {
        Self::extract(&figment(file).join(secrets.settings()))
    }

    fn extract(figment: &Figment) -> anyhow::Result<Self> {
        let read: Self =
            figment.extract().map_err(|error| anyhow::anyhow!("{error}")).context("the settings cannot be read")?;
        Ok(read.handed_on())
    }

    /// Sections that a role reads as part of its own.
    fn handed_on(mut self) -> Self {
        self.gateway.limits = self.limits.clone();
        self.relay.audit = self.audit.clone();
        if self.auth.internal_secret.is_none() {
            self.auth.internal_secret.clone_from(&self.identity.internal_secret);
        }
        self
    }

    /// What these roles need in production.
    pub fn check(&self, roles: &[Role]) -> anyhow::Result<()> {
        self.database_url()?;
        if self.auth.sealing_key.is_none() && roles.contains(&Role::Auth) {
            bail!("[auth] sealing_key is missing: `openssl rand -base64 32`, the same for every process of this role");
        }
        if self.identity.internal_secret.is_none() {
            bail!("[identity] internal_secret is missing: the same random text for every process");
        }
        self.budgets.check().map_err(anyhow::Error::msg)?;
        if self.keys.is_none() && roles.iter().any(|role| role.opens_texts()) {
            bail!("[keys] kek is missing: `openssl rand -base64 32`");
        }
        Ok(())
    }

    pub fn database_url(&self) -> anyhow::Result<&str> {
        let url = self.database.url.as_ref().context("[database] url is missing: set ATELIER_DATABASE_URL")?;
        Ok(url.expose_secret())
    }
}

/// Files, then the environment. `ATELIER_LLM_URL` is `[llm] url`.
pub fn figment(file: &Path) -> Figment {
    Figment::new().merge(Toml::file(file)).merge(environment())
}

/// Only names that begin with a section's: `ATELIER_URL` and the like are outputs of `atelier up`, not settings.
fn environment() -> Env {
    Env::prefixed("ATELIER_")
        .filter(|key| {
            let key = key.as_str().to_lowercase();
            let section = key.split_once('_').map(|(section, _)| section);
            section.is_some_and(|section| SECTIONS.contains(&section)) && !key.starts_with("kafka_image")
        })
        .map(|key| key.as_str().to_lowercase().replacen('_', ".", 1).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn an_empty_file_is_a_complete_development_configuration() {
        let config = parsed("").unwrap();
        assert_eq!(config.operations.listen.port(), 9464);
        assert!(config.check(&Role::ALL).is_err(), "production needs a database and keys");
    }

    #[test]
    fn a_typo_is_an_error_that_names_the_key() {
        let error = parsed("[llm]\nulr = 'http://localhost:8000/v1'").unwrap_err().to_string();
        assert!(error.contains("ulr"), "{error}");
        assert!(parsed("[lmm]\nurl = 'x'").is_err());
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = parsed("[database]\nurl = 'postgres://user:hunter2@host/db'").unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
