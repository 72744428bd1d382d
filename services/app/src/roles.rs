//! The table of roles. A new role is a line here and one in `platform`.

use std::future::Future;
use std::pin::Pin;

use clap::ValueEnum;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;

/// What a process can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Role {
    /// REST in, web UI out.
    Gateway,
    /// Sign-in and tokens.
    Auth,
    /// Commands in, events stored.
    Command,
    /// The event store to Kafka, in order.
    Relay,
    /// Requests in, model streams out.
    Generation,
    /// Kafka to read models.
    Projector,
    /// Kafka to browsers.
    Edge,
    /// The schemas, for consumers in any language.
    Registry,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Gateway,
        Self::Auth,
        Self::Command,
        Self::Relay,
        Self::Generation,
        Self::Projector,
        Self::Edge,
        Self::Registry,
    ];

    /// Whether it reads or writes what people wrote, and so needs the keys.
    pub const fn opens_texts(self) -> bool {
        matches!(self, Self::Command | Self::Generation | Self::Projector | Self::Edge)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Auth => "auth",
            Self::Command => "command",
            Self::Relay => "relay",
            Self::Generation => "generation",
            Self::Projector => "projector",
            Self::Edge => "edge",
            Self::Registry => "registry",
        }
    }
}

/// A role at work.
pub type Serving = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// Runs every role until the first one ends, then asks the others to finish too.
pub async fn run(roles: Vec<Role>, platform: &Platform, shutdown: &CancellationToken) -> anyhow::Result<()> {
    let mut running = JoinSet::new();
    for role in roles {
        let serving = platform.serve(role, shutdown.clone());
        running.spawn(async move { (role.name(), serving.await) });
    }
    let erasures = platform.follow_erasures(shutdown.clone());
    running.spawn(async move { ("keys", erasures.await) });
    let certificates = platform.follow_certificates(shutdown.clone());
    running.spawn(async move { ("tls", certificates.await) });
    if let Some(token_keys) = platform.follow_token_keys(shutdown.clone()) {
        running.spawn(async move { ("token keys", token_keys.await) });
    }
    if let Some(models) = platform.follow_models(shutdown.clone()) {
        running.spawn(async move { ("models", models.await) });
    }
    if let Some(rpc) = platform.serve_rpc(shutdown.clone()) {
        running.spawn(async move { ("rpc", rpc.await) });
    }
    let mut outcome = Ok(());
    while let Some(ended) = running.join_next().await {
        shutdown.cancel();
        let (role, ended) = ended?;
        outcome = outcome.and(ended.map_err(|error| error.context(format!("the {role} role stopped"))));
    }
    outcome
}
