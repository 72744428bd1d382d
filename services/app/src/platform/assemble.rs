//! One role, put together from what the process has.

use std::sync::Arc;

use anyhow::Context;
use bus::{Partition, Reader};
use tokio_util::sync::CancellationToken;

use super::{Platform, connect, reached};
use crate::assets;
use crate::roles::{Role, Serving};

impl Platform {
    /// One role; what it lacks is told when it is run.
    pub fn serve(&self, role: Role, shutdown: CancellationToken) -> Serving {
        let assembled = match role {
            Role::Gateway => self.gateway(shutdown),
            Role::Auth => self.auth(shutdown),
            Role::Command => self.command(shutdown),
            Role::Relay => self.relay(shutdown),
            Role::Generation => self.generation(shutdown),
            Role::Projector => self.projector(shutdown),
            Role::Edge => self.edge(shutdown),
            Role::Registry => Ok(self.registry(shutdown)),
        };
        assembled.unwrap_or_else(|error| Box::pin(async move { Err(error) }))
    }

    fn gateway(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let health = self.health.role(Role::Gateway.name());
        let parts = self.door(gateway::Serves::Everything)?;
        let reached = reached::database(parts.read_pool.clone(), health, shutdown.clone());
        let serving = gateway::serve(self.shared.config.gateway.clone(), parts, shutdown);
        Ok(Box::pin(async move { tokio::join!(serving, reached).0 }))
    }

    /// What stands between people and the roles of this process.
    fn door(&self, serves: gateway::Serves) -> anyhow::Result<gateway::Parts> {
        let config = &self.shared.config;
        Ok(gateway::Parts {
            serves,
            command: self.command.clone(),
            auth: self.auth.clone(),
            edge: self.local.edge.clone(),
            read_pool: connect::pool(config, "gateway", config.database.read_connections)?,
            progress: self.progress.clone(),
            models: self.models(),
            access_log: Some(config.kafka.clone()),
            tls: self.shared.public.clone(),
            redis: self.shared.redis.clone(),
            revocations: self.shared.revocations.clone(),
            verifier: self.shared.verifier.clone(),
            assets: assets::web_ui(),
        })
    }

    /// As the model server last said.
    fn models(&self) -> gateway::Models {
        let provider = self.provider.clone();
        Arc::new(move || provider.models().into_iter().enumerate().map(model).collect())
    }

    fn auth(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let auth = self.local.auth.clone().context("auth was not made")?;
        let health = self.health.role(Role::Auth.name());
        let reached = reached::database(self.shared.pool("auth")?, health, shutdown.clone());
        let serving = auth.serve_with(self.shared.internal.clone(), shutdown);
        Ok(Box::pin(async move { tokio::join!(serving, reached).0 }))
    }

    /// It is called. Beside that it says whether its store answers, erases whom it must, settles what was kept free in
    /// vain, and ends the answers that nobody writes.
    fn command(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let (pool, _) = self.local.store.clone().context("the store was not made")?;
        let watching = runtime::postgres::watch(pool, self.health.role(Role::Command.name()), shutdown.clone());
        let commands = self.commands()?;
        let (eraser, keeper, closer) =
            (self.eraser()?, commands.keeper(), commands.closer(self.shared.config.answers.clone()));
        Ok(Box::pin(async move {
            let keeping = async { tokio::join!(keeper.run(shutdown.clone()), closer.run(shutdown.clone())) };
            tokio::join!(watching, eraser.run(shutdown.clone()), keeping).0
        }))
    }

    /// It passes sealed events on, and needs no key; without command nobody here wakes it.
    fn relay(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let (pool, wake) = match &self.local.store {
            Some((pool, store)) => (pool.clone(), store.subscribe_appends()),
            None => (self.shared.pool("store")?, tokio::sync::watch::channel(()).1),
        };
        let (kafka, health) = (self.shared.config.kafka.clone(), self.health.role(Role::Relay.name()));
        let parts = relay::Parts { pool, kafka, wake, health };
        Ok(Box::pin(relay::serve(self.shared.config.relay.clone(), parts, shutdown)))
    }

    fn generation(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let config = &self.shared.config;
        let parts = generation::Parts {
            bus: config.kafka.clone(),
            keys: self.shared.keys()?,
            command: self.command.clone(),
            token: self.shared.token(&self.auth, "generation")?,
            provider: self.provider.clone(),
            context_chars: config.llm.context_chars,
            health: self.health.role(Role::Generation.name()),
            hints: self.local.take_hints(),
        };
        Ok(Box::pin(generation::serve(config.generation.clone(), parts, shutdown)))
    }

    fn projector(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let parts = projector::Parts {
            pool: self.shared.pool("read")?,
            bus: self.shared.config.kafka.clone(),
            keys: self.shared.keys()?,
            progress: self.progress.clone(),
            health: self.health.role(Role::Projector.name()),
        };
        Ok(Box::pin(projector::serve(self.shared.config.projector.clone(), parts, shutdown)))
    }

    /// Through the gateway's door, or through one of its own where no gateway plays here.
    fn edge(&self, shutdown: CancellationToken) -> anyhow::Result<Serving> {
        let edge = self.local.edge.clone().context("the edge was not made")?;
        let (kafka, health) = (&self.shared.config.kafka, self.health.role(Role::Edge.name()));
        let stream = Partition::new(kafka.topics().session_stream(), 0);
        let reached = reached::kafka(Reader::new(kafka)?, stream, health, shutdown.clone());
        let door = self.alone.then(|| self.door(gateway::Serves::Streams)).transpose()?;
        let config = self.shared.config.gateway.clone();
        Ok(Box::pin(async move {
            let streaming = async { tokio::join!(edge.serve(shutdown.clone()), reached).0 };
            match door {
                None => streaming.await,
                Some(parts) => tokio::try_join!(gateway::serve(config, parts, shutdown.clone()), streaming).map(drop),
            }
        }))
    }

    fn registry(&self, shutdown: CancellationToken) -> Serving {
        let health = self.health.role(Role::Registry.name());
        Box::pin(registry::serve(self.shared.config.registry.clone(), health, shutdown))
    }
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
