//! What the roles of one process share, and how each is put together from it.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use futures::future::OptionFuture;
use llm::Provider;
use projections::Progress;
use rpc::command::v1::command_service_server::CommandServiceServer;
use rpc::identity::{Clock, Verifier};
use rpc::{Auth, Command, Hint, ServiceToken};
use runtime::{Health, postgres};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::assets;
use crate::config::Config;
use crate::roles::{Role, Serving};

/// The parts of one process.
pub struct Platform {
    config: Config,
    pub health: Health,
    /// For roles that open or seal texts; the others have no way to.
    keys: Option<keys::Keys>,
    verifier: Verifier,
    checks_tokens: bool,
    command: Command,
    auth: Auth,
    provider: Arc<dyn Provider>,
    progress: Progress,
    revocations: auth::Revocations,
    redis: Option<redis::Client>,
    /// Of the public port, and between processes.
    certificates: (Option<tls::Public>, Option<tls::Internal>),
    /// Present where this process plays the role.
    local: Local,
}

/// Services of this process itself.
#[derive(Default)]
struct Local {
    store: Option<(PgPool, store::Store)>,
    commands: Option<command::Commands>,
    auth: Option<auth::Auth>,
    edge: Option<edge::Edge>,
    /// From the command role to the worker; taken by the worker when it begins.
    hints: Mutex<Option<mpsc::Receiver<Hint>>>,
}

/// Hints that wait for the worker at most; those beyond reach it by Kafka.
const HINTS: usize = 256;

impl Local {
    /// Commands whose requests a worker of this process hears of at once.
    fn hinting(&mut self, commands: command::Commands) -> command::Commands {
        let (tell, hear) = mpsc::channel(HINTS);
        self.hints = Mutex::new(Some(hear));
        commands.with_hints(tell)
    }
}

impl Platform {
    /// Connects nothing yet: every part connects when it is first used, and waits for what is still starting.
    pub fn new(config: Config, roles: &[Role]) -> anyhow::Result<Self> {
        let plays = |role| roles.contains(&role);
        let clock = Clock::ahead(runtime::clock_is_ahead());
        let verifier = Verifier::new(config.identity.learning(), clock);
        let keys = roles.iter().any(|role| role.opens_texts()).then(|| vault(&config)).transpose()?;
        let redis = config.redis.url.as_ref().map(|url| redis::Client::open(url.expose_secret())).transpose()?;
        let revocations = if plays(Role::Auth) { auth::Revocations::in_process() } else { auth::Revocations::remote() };
        let public = plays(Role::Gateway).then(|| config.tls.public()).transpose()?.flatten();
        let certificates = (public, config.tls.internal()?);
        let mut local = Local::default();

        if let (true, Some(keys)) = (plays(Role::Command), &keys) {
            local.store = Some(event_store(&config, keys.clone())?);
        }
        if let (true, Some((_, store))) = (plays(Role::Command), local.store.clone()) {
            let commands = command::Commands::new(store.clone(), verifier.clone());
            local.commands = Some(if plays(Role::Generation) { local.hinting(commands) } else { commands });
        }
        let command = match &local.commands {
            Some(commands) => Command::local(commands.clone()),
            None => Command::remote(channel(
                config
                    .rpc
                    .command_url
                    .as_deref()
                    .context("[rpc] command_url is missing: this process does not play the command role")?,
                &config,
                certificates.1.as_ref(),
            )?),
        };
        if plays(Role::Auth) {
            let parts = auth::Parts {
                pool: pool(&config, "auth", config.database.other_connections)?,
                command: command.clone(),
                redis: redis.as_ref().map(lazily).transpose()?,
                revocations: revocations.clone(),
                mailer: mail::Mailer::new(config.mail.clone())?,
                site: site(&config)?,
                clock,
            };
            local.auth = Some(auth::Auth::new(config.auth.clone(), parts)?);
        }
        let auth = match &local.auth {
            Some(auth) => Auth::local(auth.clone()),
            None => Auth::remote(channel(
                config
                    .rpc
                    .auth_url
                    .as_deref()
                    .context("[rpc] auth_url is missing: this process does not play the auth role")?,
                &config,
                certificates.1.as_ref(),
            )?),
        };
        match &local.auth {
            Some(auth) => verifier.learns_from(auth.token_keys()),
            None => verifier.learns_from(auth.clone()),
        }
        if let (true, Some(keys)) = (plays(Role::Edge), &keys) {
            let secret = config.identity.internal_secret.clone().context("[identity] internal_secret is missing")?;
            let token = ServiceToken::new(auth.clone(), "edge", secret);
            let sessions = edge::Commands { command: command.clone(), token };
            let parts = edge::Parts { bus: config.kafka.clone(), keys: keys.clone(), sessions: Arc::new(sessions) };
            local.edge = Some(edge::Edge::new(config.edge.clone(), parts)?);
        }
        let provider = llm::provider(config.llm.clone())?;
        let (health, progress) = (Health::default(), Progress::default());
        // All of them before the first one starts, so that no role alone makes the process look ready.
        roles.iter().for_each(|role| drop(health.role(role.name())));
        Ok(Self {
            config,
            health,
            keys,
            verifier,
            checks_tokens: plays(Role::Gateway) || plays(Role::Command),
            command,
            auth,
            provider,
            progress,
            revocations,
            redis,
            certificates,
            local,
        })
    }

    /// One role, put together.
    pub fn serve(&self, role: Role, shutdown: CancellationToken) -> Serving {
        match self.assemble(role, shutdown) {
            Ok(serving) => serving,
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }

    fn assemble(&self, role: Role, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let health = self.health.role(role.name());
        Ok(match role {
            Role::Gateway => {
                let serving = gateway::serve(self.config.gateway.clone(), self.gateway()?, shutdown);
                health.ready();
                Box::pin(serving)
            }
            Role::Auth => {
                let auth = self.local.auth.clone().context("auth was not made")?;
                health.ready();
                Box::pin(auth.serve_with(self.certificates.1.clone(), shutdown))
            }
            Role::Command => {
                let (watching, eraser) = (self.watch_store(health, shutdown.clone())?, self.eraser()?);
                Box::pin(async move { tokio::join!(watching, eraser.run(shutdown)).0 })
            }
            Role::Relay => {
                // It passes sealed events on, and needs no key; without command nobody here wakes it.
                let (pool, wake) = match &self.local.store {
                    Some((pool, store)) => (pool.clone(), store.subscribe_appends()),
                    None => {
                        let pool = pool(&self.config, "store", self.config.database.other_connections)?;
                        (pool, tokio::sync::watch::channel(()).1)
                    }
                };
                let parts = relay::Parts { pool, kafka: self.config.kafka.clone(), wake, health };
                Box::pin(relay::serve(self.config.relay.clone(), parts, shutdown))
            }
            Role::Generation => {
                let parts = generation::Parts {
                    bus: self.config.kafka.clone(),
                    keys: self.keys()?,
                    command: self.command.clone(),
                    token: ServiceToken::new(self.auth.clone(), "generation", self.internal_secret()?),
                    provider: self.provider.clone(),
                    context_chars: self.config.llm.context_chars,
                    health,
                    hints: self.local.hints.lock().unwrap_or_else(PoisonError::into_inner).take(),
                };
                Box::pin(generation::serve(self.config.generation.clone(), parts, shutdown))
            }
            Role::Projector => {
                let parts = projector::Parts {
                    pool: pool(&self.config, "read", self.config.database.other_connections)?,
                    bus: self.config.kafka.clone(),
                    keys: self.keys()?,
                    progress: self.progress.clone(),
                    health,
                };
                Box::pin(projector::serve(self.config.projector.clone(), parts, shutdown))
            }
            Role::Edge => {
                let edge = self.local.edge.clone().context("the edge was not made")?;
                health.ready();
                Box::pin(async move { edge.serve(shutdown).await })
            }
            Role::Registry => Box::pin(registry::serve(self.config.registry.clone(), health, shutdown)),
        })
    }

    fn gateway(&self) -> anyhow::Result<gateway::Parts> {
        Ok(gateway::Parts {
            command: self.command.clone(),
            auth: self.auth.clone(),
            edge: self.local.edge.clone(),
            read_pool: pool(&self.config, "gateway", self.config.database.read_connections)?,
            progress: self.progress.clone(),
            models: self.provider.models().into_iter().enumerate().map(model).collect(),
            access_log: Some(self.config.kafka.clone()),
            tls: self.certificates.0.clone(),
            redis: self.redis.clone(),
            revocations: self.revocations.clone(),
            verifier: self.verifier.clone(),
            assets: assets::web_ui(),
        })
    }

    /// Carries out what was decided about people; where this process plays the command role.
    pub fn eraser(&self) -> anyhow::Result<command::erasure::Eraser> {
        let commands = self.local.commands.as_ref().context("the command role was not made")?;
        let token = ServiceToken::new(self.auth.clone(), "command", self.internal_secret()?);
        Ok(commands.eraser(self.auth.clone(), token))
    }

    /// The event store, where this process has it.
    pub fn store(&self) -> anyhow::Result<&store::Store> {
        self.local.store.as_ref().map(|(_, store)| store).context("the store was not made")
    }

    /// Forgets the keys of whoever is erased by other processes, until `shutdown`.
    pub fn follow_erasures(&self, shutdown: CancellationToken) -> Serving {
        let keys = self.keys.clone();
        Box::pin(async move {
            match keys {
                Some(keys) => keys.follow_erasures(&shutdown).await,
                None => shutdown.cancelled().await,
            }
            Ok(())
        })
    }

    /// Learns the keys of internal tokens, until `shutdown`; where this process checks any.
    pub fn follow_token_keys(&self, shutdown: CancellationToken) -> Option<Serving> {
        let (verifier, checks) = (self.verifier.clone(), self.checks_tokens);
        checks.then(|| -> Serving {
            Box::pin(async move {
                verifier.follow(&shutdown).await;
                Ok(())
            })
        })
    }

    /// The public keys of internal tokens, where this process has them first-hand.
    pub fn token_keys(&self) -> Option<auth::TokenKeys> {
        self.local.auth.as_ref().map(auth::Auth::token_keys)
    }

    /// Takes over certificates that have changed, until `shutdown`.
    pub fn follow_certificates(&self, shutdown: CancellationToken) -> Serving {
        let (public, internal) = self.certificates.clone();
        Box::pin(async move {
            let public = OptionFuture::from(public.as_ref().map(|tls| tls.follow(&shutdown)));
            let internal = OptionFuture::from(internal.as_ref().map(|tls| tls.follow(&shutdown)));
            tokio::join!(public, internal, shutdown.cancelled());
            Ok(())
        })
    }

    fn keys(&self) -> anyhow::Result<keys::Keys> {
        self.keys.clone().context("this role has no keys")
    }

    fn internal_secret(&self) -> anyhow::Result<SecretString> {
        self.config.identity.internal_secret.clone().context("[identity] internal_secret is missing")
    }

    /// The command role has no loop of its own: it is called. It says whether its store answers.
    fn watch_store(
        &self,
        health: runtime::RoleHealth,
        shutdown: CancellationToken,
    ) -> anyhow::Result<impl Future<Output = anyhow::Result<()>> + use<>> {
        let (pool, _) = self.local.store.clone().context("the store was not made")?;
        Ok(postgres::watch(pool, health, shutdown))
    }

    /// gRPC for other processes, where an address is configured.
    pub fn serve_rpc(&self, shutdown: CancellationToken) -> Option<Serving> {
        let (address, commands) = (self.config.rpc.command_listen?, self.local.commands.clone()?);
        let tls = self.certificates.1.clone();
        Some(Box::pin(async move {
            let limit = 64 * 1024 * 1024;
            let service = CommandServiceServer::new(commands).max_decoding_message_size(limit);
            let callers =
                rpc::listen(address, tls).await.with_context(|| format!("gRPC cannot be served on {address}"))?;
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming_shutdown(callers, shutdown.cancelled_owned())
                .await
                .with_context(|| format!("gRPC cannot be served on {address}"))
        }))
    }
}

pub fn pool(config: &Config, owner: &'static str, connections: u32) -> anyhow::Result<PgPool> {
    let limits = postgres::Limits { connections, wait: config.database.wait };
    postgres::pool(config.database_url()?, owner, limits).context("[database] url is not a Postgres URL")
}

/// Where the web UI is, for links in mails.
fn site(config: &Config) -> anyhow::Result<url::Url> {
    let listening = || url::Url::parse(&format!("http://{}", config.gateway.listen));
    Ok(config.gateway.public_url.clone().map_or_else(listening, Ok)?)
}

/// To another process: in the clear only where no certificates are configured.
fn channel(url: &str, config: &Config, tls: Option<&tls::Internal>) -> anyhow::Result<Channel> {
    match tls {
        Some(tls) => Ok(rpc::connect_securely(url, config.rpc.timeout, tls.clone())?),
        None if url.starts_with("https:") => {
            bail!("{url} needs certificates: set [tls] internal_certificate and the rest")
        }
        None => Ok(rpc::connect(url, config.rpc.timeout)?),
    }
}

/// The keys that open texts.
pub fn vault(config: &Config) -> anyhow::Result<keys::Keys> {
    let settings = config.keys.as_ref().context("[keys] kek is missing: `openssl rand -base64 32`")?;
    Ok(keys::Keys::connect(pool(config, "keys", config.database.other_connections)?, settings)?)
}

/// The event store, and the pool it works with.
pub fn event_store(config: &Config, keys: keys::Keys) -> anyhow::Result<(PgPool, store::Store)> {
    let settings = config.store.as_ref().context("[store] pepper is missing: `openssl rand -base64 32`")?;
    let pool = pool(config, "store", config.database.command_connections)?;
    let store = store::Store::connect(pool.clone(), settings, keys)?;
    Ok((pool, store))
}

/// A model as the API lists it; the first one answers where none is named.
fn model((place, model): (usize, llm::Model)) -> gateway::ModelInfo {
    gateway::ModelInfo {
        id: model.id,
        provider: model.provider,
        default: place == 0,
        context_length: model.context_length,
        prices: model.prices.map(|prices| gateway::ModelPrices {
            prompt: prices.prompt.to_string(),
            completion: prices.completion.to_string(),
            currency: prices.currency,
        }),
        abilities: vec!["files".to_owned(), "reasoning".to_owned()],
    }
}

/// Connects when it is first used.
fn lazily(client: &redis::Client) -> redis::RedisResult<redis::aio::ConnectionManager> {
    let settings = redis::aio::ConnectionManagerConfig::new().set_number_of_retries(1);
    redis::aio::ConnectionManager::new_lazy_with_config(client.clone(), settings)
}
