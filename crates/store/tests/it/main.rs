//! The event store on a real Postgres.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod appending;
mod budgets;
mod claims;
mod database;
mod erasing;
mod framework;
mod hot;
mod idempotency;
mod leases;
mod sealing;
mod snapshots;

use database::{Database, config, race};
use domain::session::Command;
use domain::{GenerationId, MessageId, ProjectId, Session, SessionId, TenantId, UserId};
use serde_json::{Value, json};
use store::{Call, Error, Executed, Idempotency, Store};

/// Somebody with a session.
#[derive(Clone, Copy)]
struct Alice {
    tenant: TenantId,
    id: UserId,
    session: SessionId,
}

impl Alice {
    fn new() -> Self {
        Self { tenant: TenantId::generate(), id: UserId::generate(), session: SessionId::generate() }
    }

    async fn with_a_session(store: &Store) -> Self {
        let alice = Self::new();
        alice.does(store, alice.opens("first")).await.unwrap();
        alice
    }

    fn call(&self) -> Call {
        Call {
            tenant: self.tenant,
            actor: self.id.to_string(),
            correlation_id: "cor_1".to_owned(),
            causation_id: None,
            traceparent: None,
            origin: None,
            expected_version: None,
            idempotency: None,
        }
    }

    fn repeatable(&self, key: &str, body: &str) -> Call {
        let idempotency = Idempotency { operation: "test", key: key.to_owned(), body: body.as_bytes().to_vec() };
        Call { idempotency: Some(idempotency), ..self.call() }
    }

    fn opens(&self, title: &str) -> Command {
        let project_id = ProjectId::generate();
        Command::Open { session_id: self.session, project_id, owner: self.id, title: title.to_owned() }
    }

    fn renames(&self, title: &str) -> Command {
        Command::Rename { by: self.id, title: title.to_owned() }
    }

    fn posts(&self, content: &str) -> Command {
        Command::Post {
            by: self.id,
            message_id: MessageId::generate(),
            generation_id: GenerationId::generate(),
            content: content.to_owned(),
            model: None,
            base_version: None,
        }
    }

    async fn does(&self, store: &Store, command: Command) -> Result<Executed<Session>, Error> {
        self.calls(store, &self.call(), command).await
    }

    async fn calls(&self, store: &Store, call: &Call, command: Command) -> Result<Executed<Session>, Error> {
        store.execute(call, &self.session.to_string(), command, version).await
    }

    async fn sees(&self, store: &Store) -> store::Loaded<Session> {
        store.load(self.tenant, &self.session.to_string()).await.unwrap()
    }
}

fn version<A: domain::Aggregate>(executed: &Executed<A>) -> Value {
    json!({ "version": executed.version })
}
