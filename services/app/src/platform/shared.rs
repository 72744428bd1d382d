//! What every role of a process may need.

use anyhow::Context;
use rpc::identity::{Clock, Verifier};
use rpc::{Auth, ServiceToken};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use tonic::transport::Channel;

use super::connect;
use crate::config::Config;
use crate::roles::Role;

pub struct Shared {
    pub config: Config,
    /// For roles that open or seal texts; the others have no way to.
    keys: Option<keys::Keys>,
    pub clock: Clock,
    pub verifier: Verifier,
    pub revocations: auth::Revocations,
    pub redis: Option<redis::Client>,
    /// Of the public port.
    pub public: Option<tls::Public>,
    /// Between processes.
    pub internal: Option<tls::Internal>,
}

impl Shared {
    pub fn new(config: Config, roles: &[Role]) -> anyhow::Result<Self> {
        let plays = |role| roles.contains(&role);
        let clock = Clock::ahead(runtime::clock_is_ahead());
        let keys = roles.iter().any(|role| role.opens_texts()).then(|| connect::vault(&config)).transpose()?;
        let redis = config.redis.url.as_ref().map(|url| redis::Client::open(url.expose_secret())).transpose()?;
        let revocations = if plays(Role::Auth) { auth::Revocations::in_process() } else { auth::Revocations::remote() };
        let answers_people = plays(Role::Gateway) || plays(Role::Edge);
        let public = answers_people.then(|| config.tls.public()).transpose()?.flatten();
        let internal = config.tls.internal()?;
        let verifier = Verifier::new(config.identity.learning(), clock);
        Ok(Self { config, keys, clock, verifier, revocations, redis, public, internal })
    }

    pub const fn known_keys(&self) -> Option<&keys::Keys> {
        self.keys.as_ref()
    }

    pub fn keys(&self) -> anyhow::Result<keys::Keys> {
        self.keys.clone().context("this role has no keys")
    }

    /// What a service of ours shows of itself.
    pub fn token(&self, auth: &Auth, service: &'static str) -> anyhow::Result<ServiceToken> {
        let secret = self.config.identity.internal_secret.clone().context("[identity] internal_secret is missing")?;
        Ok(ServiceToken::new(auth.clone(), service, secret))
    }

    /// For roles that are not asked by people.
    pub fn pool(&self, owner: &'static str) -> anyhow::Result<PgPool> {
        connect::pool(&self.config, owner, self.config.database.other_connections)
    }

    /// To the process that plays another role; `setting` names its address.
    pub fn channel(&self, url: Option<&str>, setting: &str, role: &str) -> anyhow::Result<Channel> {
        let missing = || format!("[rpc] {setting} is missing: this process does not play the {role} role");
        connect::channel(url.with_context(missing)?, &self.config, self.internal.as_ref())
    }

    /// Where the web UI is, for links in mails.
    pub fn site(&self) -> anyhow::Result<url::Url> {
        let listening = || url::Url::parse(&format!("http://{}", self.config.gateway.listen));
        Ok(self.config.gateway.public_url.clone().map_or_else(listening, Ok)?)
    }
}
