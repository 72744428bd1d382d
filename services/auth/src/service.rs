//! The service: what it stands on, and what it runs.

use std::sync::Arc;

use anyhow::Context;
use rpc::auth::v1::auth_service_server::AuthServiceServer;
use rpc::identity::{Claims, Clock, Learning, Verifier};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::administrators::Administrators;
use crate::errands::{self, Errands};
use crate::password::Hasher;
use crate::providers::Providers;
use crate::remembered::Remembered;
use crate::telling::Untold;
use crate::throttle::Throttle;
use crate::token_keys::TokenKeys;
use crate::vault::Vault;
use crate::{Config, Error, FamilyId, News, Parts, Revocations, housekeeping};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Auth(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub config: Config,
    pub pool: PgPool,
    pub command: rpc::Command,
    pub token_keys: TokenKeys,
    pub clock: Clock,
    /// Checks what this role has signed itself.
    pub verifier: Verifier,
    pub hasher: Hasher,
    pub throttle: Throttle,
    pub revocations: Revocations,
    pub remembered: Remembered,
    /// What other processes have not heard yet.
    pub untold: Untold,
    pub administrators: Administrators,
    /// Counts mails that were asked for.
    pub mails: Throttle,
    /// Counts invites that are mailed.
    pub invites: Throttle,
    pub mailer: mail::Mailer,
    pub site: url::Url,
    pub vault: Arc<Vault>,
    pub errands: Errands,
    pub providers: Providers,
}

impl Auth {
    /// Fails only on a configuration that cannot be used.
    pub fn new(config: Config, parts: Parts) -> anyhow::Result<Self> {
        config.check()?;
        let Parts { pool, command, redis, revocations, mailer, site, clock } = parts;
        let hasher = Hasher::new(&config)?;
        let administrators = Administrators::default();
        let (redis_timeout, remembered) = (config.redis_timeout, Remembered::new(config.standing_grace));
        let throttle = Throttle::of_attempts(&config, redis.clone());
        let mails = Throttle::of_mails(&config, redis.clone());
        let invites = Throttle::of_invites(&config, redis.clone());
        let vault = Arc::new(Vault::new(config.sealing_key.as_ref())?);
        let token_keys = TokenKeys::new(pool.clone(), &config, Arc::clone(&vault))?;
        let verifier = Verifier::new(Learning::default(), clock);
        verifier.learns_from(token_keys.clone());
        let errands = Errands::default();
        let providers = Providers::new(config.providers.clone(), config.private_providers)?;
        Ok(Self(Arc::new(Inner {
            config,
            pool,
            command,
            token_keys,
            clock,
            verifier,
            hasher,
            throttle,
            revocations,
            remembered,
            untold: Untold::new(redis, redis_timeout),
            administrators,
            mails,
            invites,
            mailer,
            site,
            vault,
            errands,
            providers,
        })))
    }

    /// Runs until `shutdown`: see [`crate::serve`].
    pub async fn serve(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        self.serve_with(None, shutdown).await
    }

    /// Likewise; with `tls`, only processes with a certificate of our authority may call.
    pub async fn serve_with(self, tls: Option<tls::Internal>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let (served, (), (), (), (), ()) = tokio::join!(
            self.clone().listen(tls, &shutdown),
            housekeeping::run(&self.0, &shutdown),
            errands::run(&self, &shutdown),
            self.0.token_keys.follow(&shutdown),
            self.0.untold.run(&shutdown),
            self.0.verifier.follow(&shutdown),
        );
        served
    }

    /// The public keys of internal tokens, for whoever checks them in this process.
    pub fn token_keys(&self) -> TokenKeys {
        self.0.token_keys.clone()
    }

    async fn listen(self, tls: Option<tls::Internal>, shutdown: &CancellationToken) -> anyhow::Result<()> {
        let Some(address) = self.0.config.listen else {
            shutdown.cancelled().await;
            return Ok(());
        };
        let callers = rpc::listen(address, tls).await.with_context(|| format!("auth cannot listen on {address}"));
        let callers = callers.inspect_err(|_| shutdown.cancel())?;
        let served = tonic::transport::Server::builder()
            .add_service(AuthServiceServer::new(self))
            .serve_with_incoming_shutdown(callers, shutdown.cancelled())
            .await;
        shutdown.cancel();
        served.with_context(|| format!("auth cannot serve on {address}"))
    }
}

impl Inner {
    /// What auth shows the write side.
    pub async fn service_token(&self) -> Result<String, Error> {
        self.sign(Claims::service("auth", self.internal_end())).await
    }

    /// When an internal token made now ends, Unix seconds.
    pub fn internal_end(&self) -> i64 {
        self.clock.now() + self.config.internal.as_secs() as i64
    }

    pub async fn sign(&self, claims: Claims) -> Result<String, Error> {
        let signer = self.token_keys.signer().await?;
        Ok(signer.sign(&claims.issued_at(self.clock.now())).context("an internal token could not be signed")?)
    }

    /// Everyone who holds something of this family must let go of it.
    pub async fn announce(&self, family: FamilyId) {
        self.tell(News::Over(family)).await;
    }

    /// Everyone who remembers this family hears the news.
    pub async fn tell(&self, news: News) {
        self.revocations.tell(news);
        self.untold.tell(news).await;
    }
}
