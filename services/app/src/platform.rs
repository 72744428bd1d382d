//! What the roles of one process share, and how each is put together from it.

mod assemble;
mod connect;
mod local;
mod reached;
mod shared;

use std::sync::Arc;

use anyhow::Context;
use futures::future::OptionFuture;
use llm::Provider;
use projections::Progress;
use rpc::command::v1::command_service_server::CommandServiceServer;
use rpc::{Auth, Command};
use runtime::Health;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::roles::{Role, Serving};
use local::Local;
use shared::Shared;

pub use connect::{event_store, pool, vault};

/// The parts of one process.
pub struct Platform {
    pub health: Health,
    shared: Shared,
    local: Local,
    command: Command,
    auth: Auth,
    provider: Arc<dyn Provider>,
    progress: Progress,
    /// An edge whose gateway plays in other processes.
    alone: bool,
    checks_tokens: bool,
    names_models: bool,
}

/// The largest gRPC message: a session with all its files.
const MESSAGE: usize = 64 << 20;

impl Platform {
    /// Connects nothing yet: every part connects when it is first used, and waits for what is still starting.
    pub fn new(config: Config, roles: &[Role]) -> anyhow::Result<Self> {
        let (shared, mut local) = (Shared::new(config, roles)?, Local::default());
        let command = local.command(&shared, roles)?;
        let auth = local.auth(&shared, roles, &command)?;
        if roles.contains(&Role::Edge) {
            local.edge(&shared, &command, &auth)?;
        }
        let provider = llm::provider(shared.config.llm.clone())?;
        let plays = |any: &[Role]| any.iter().any(|role| roles.contains(role));
        let alone = plays(&[Role::Edge]) && !plays(&[Role::Gateway]);
        let checks_tokens = plays(&[Role::Gateway, Role::Edge, Role::Command]);
        let names_models = plays(&[Role::Gateway, Role::Edge, Role::Generation]);
        let (health, progress) = (Health::default(), Progress::default());
        // All of them before the first one starts, so that no role alone makes the process look ready.
        roles.iter().for_each(|role| drop(health.role(role.name())));
        Ok(Self { health, shared, local, command, auth, provider, progress, alone, checks_tokens, names_models })
    }

    /// Carries out what was decided about people; where this process plays the command role.
    pub fn eraser(&self) -> anyhow::Result<command::erasure::Eraser> {
        Ok(self.commands()?.eraser(self.auth.clone(), self.shared.token(&self.auth, "command")?))
    }

    /// The write side; where this process plays the command role.
    pub fn commands(&self) -> anyhow::Result<&command::Commands> {
        self.local.commands.as_ref().context("the command role was not made")
    }

    /// The event store, where this process has it.
    pub fn store(&self) -> anyhow::Result<&store::Store> {
        self.local.store.as_ref().map(|(_, store)| store).context("the store was not made")
    }

    /// The public keys of internal tokens, where this process has them first-hand.
    pub fn token_keys(&self) -> Option<auth::TokenKeys> {
        self.local.auth.as_ref().map(auth::Auth::token_keys)
    }

    /// Forgets the keys of whoever is erased by other processes, until `shutdown`.
    pub fn follow_erasures(&self, shutdown: CancellationToken) -> Serving {
        let keys = self.shared.known_keys().cloned();
        Box::pin(async move {
            match keys {
                Some(keys) => keys.follow_erasures(&shutdown).await,
                None => shutdown.cancelled().await,
            }
            Ok(())
        })
    }

    /// Learns which models there are, until `shutdown`; where this process names any.
    pub fn follow_models(&self, shutdown: CancellationToken) -> Option<Serving> {
        let (provider, every) = (self.provider.clone(), self.shared.config.llm.models_every);
        self.names_models.then(|| -> Serving {
            Box::pin(async move {
                shutdown.run_until_cancelled(llm::learn_models(provider, every)).await;
                Ok(())
            })
        })
    }

    /// Learns the keys of internal tokens, until `shutdown`; where this process checks any.
    pub fn follow_token_keys(&self, shutdown: CancellationToken) -> Option<Serving> {
        let (verifier, checks) = (self.shared.verifier.clone(), self.checks_tokens);
        checks.then(|| -> Serving {
            Box::pin(async move {
                verifier.follow(&shutdown).await;
                Ok(())
            })
        })
    }

    /// Takes over certificates that have changed, until `shutdown`.
    pub fn follow_certificates(&self, shutdown: CancellationToken) -> Serving {
        let (public, internal) = (self.shared.public.clone(), self.shared.internal.clone());
        Box::pin(async move {
            let public = OptionFuture::from(public.as_ref().map(|tls| tls.follow(&shutdown)));
            let internal = OptionFuture::from(internal.as_ref().map(|tls| tls.follow(&shutdown)));
            tokio::join!(public, internal, shutdown.cancelled());
            Ok(())
        })
    }

    /// gRPC for other processes, where an address is configured.
    pub fn serve_rpc(&self, shutdown: CancellationToken) -> Option<Serving> {
        let (address, commands) = (self.shared.config.rpc.command_listen?, self.local.commands.clone()?);
        let tls = self.shared.internal.clone();
        Some(Box::pin(async move {
            let unserved = || format!("gRPC cannot be served on {address}");
            let service = CommandServiceServer::new(commands).max_decoding_message_size(MESSAGE);
            let callers = rpc::listen(address, tls).await.with_context(unserved)?;
            let server = tonic::transport::Server::builder().add_service(service);
            server.serve_with_incoming_shutdown(callers, shutdown.cancelled_owned()).await.with_context(unserved)
        }))
    }
}
