//! Services of this process itself, and the way to those of others.

use std::sync::{Arc, Mutex, PoisonError};

use rpc::{Auth, Command, Hint};
use sqlx::PgPool;
use tokio::sync::mpsc;

use super::connect;
use super::shared::Shared;
use crate::roles::Role;

/// Present where this process plays the role.
#[derive(Default)]
pub struct Local {
    pub store: Option<(PgPool, store::Store)>,
    pub commands: Option<command::Commands>,
    pub auth: Option<auth::Auth>,
    pub edge: Option<edge::Edge>,
    /// From the command role to the worker; taken by the worker when it begins.
    hints: Mutex<Option<mpsc::Receiver<Hint>>>,
}

/// Hints that wait for the worker at most; those beyond reach it by Kafka.
const HINTS: usize = 256;

impl Local {
    /// The write side: here, or in another process.
    pub fn command(&mut self, shared: &Shared, roles: &[Role]) -> anyhow::Result<Command> {
        if !roles.contains(&Role::Command) {
            let url = shared.config.rpc.command_url.as_deref();
            return Ok(Command::remote(shared.channel(url, "command_url", "command")?));
        }
        let (pool, store) = connect::event_store(&shared.config, shared.keys()?)?;
        let commands = command::Commands::new(store.clone(), shared.verifier.clone());
        let commands = commands.with_budgets(shared.config.budgets.clone());
        let commands = if roles.contains(&Role::Generation) { self.hinting(commands) } else { commands };
        (self.store, self.commands) = (Some((pool, store)), Some(commands.clone()));
        Ok(Command::local(commands))
    }

    /// Commands whose requests a worker of this process hears of at once.
    fn hinting(&mut self, commands: command::Commands) -> command::Commands {
        let (tell, hear) = mpsc::channel(HINTS);
        self.hints = Mutex::new(Some(hear));
        commands.with_hints(tell)
    }

    pub fn take_hints(&self) -> Option<mpsc::Receiver<Hint>> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Sign-in and tokens: here, or in another process. Whoever checks tokens learns their keys from there.
    pub fn auth(&mut self, shared: &Shared, roles: &[Role], command: &Command) -> anyhow::Result<Auth> {
        if !roles.contains(&Role::Auth) {
            let url = shared.config.rpc.auth_url.as_deref();
            let auth = Auth::remote(shared.channel(url, "auth_url", "auth")?);
            shared.verifier.learns_from(auth.clone());
            return Ok(auth);
        }
        let parts = auth::Parts {
            pool: shared.pool("auth")?,
            command: command.clone(),
            redis: shared.redis.as_ref().map(connect::redis).transpose()?,
            revocations: shared.revocations.clone(),
            mailer: mail::Mailer::new(shared.config.mail.clone())?,
            site: shared.site()?,
            clock: shared.clock,
        };
        let auth = auth::Auth::new(shared.config.auth.clone(), parts)?;
        shared.verifier.learns_from(auth.token_keys());
        self.auth = Some(auth.clone());
        Ok(Auth::local(auth))
    }

    pub fn edge(&mut self, shared: &Shared, command: &Command, auth: &Auth) -> anyhow::Result<()> {
        let sessions = edge::Commands { command: command.clone(), token: shared.token(auth, "edge")? };
        let (bus, keys) = (shared.config.kafka.clone(), shared.keys()?);
        let parts = edge::Parts { bus, keys, sessions: Arc::new(sessions) };
        self.edge = Some(edge::Edge::new(shared.config.edge.clone(), parts)?);
        Ok(())
    }
}
