//! A topic of one test's own, keys, and edges that read it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Extension;
use chrono::{DateTime, Utc};
use devstack::{Options, Stack};
use domain::session::Event;
use domain::{Event as _, GenerationId, KeyOwners, ProjectId, SessionId, TenantId, UserId};
use edge::{Caller, Config, Edge, Parts, Refusal, Sessions, StallGuard, Standing};
use events::Envelope;
use keys::{Kek, Keys};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use runtime::postgres::{Limits, migrate, pool};
use sqlx::{Connection, Executor, PgConnection};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::author::Author;
use crate::browser::Browser;

static STACK: OnceCell<Arc<Stack>> = OnceCell::const_new();

/// How long a fact may take to show.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct World {
    _stack: Arc<Stack>,
    pub bus: bus::Config,
    pub producer: bus::Producer,
    pub keys: Keys,
    pub sealer: keys::Sealer,
    pub tenant: TenantId,
    pub alice: UserId,
    pub sessions: Arc<Known>,
}

/// The sessions that exist; all are Alice's.
#[derive(Default)]
pub struct Known {
    standings: Mutex<HashMap<SessionId, Standing>>,
    /// With whom a session is shared, and what is heard of it.
    pub guests: Mutex<HashMap<(SessionId, UserId), Result<bool, Refusal>>>,
    /// What was published, and so is stored.
    pub stored: Mutex<Vec<(SessionId, Envelope, Event)>>,
}

#[async_trait]
impl Sessions for Known {
    async fn describe(&self, session: SessionId, token: &str) -> Result<Standing, Refusal> {
        let standings = self.standings.lock().unwrap();
        let standing = standings.get(&session).cloned();
        let standing = standing.map(|standing| Standing { shared: token == "bob", ..standing });
        standing.filter(|_| token == "alice" || token == "bob").ok_or(Refusal::NotFound)
    }

    async fn may_watch(&self, session: SessionId, _: TenantId, user: UserId) -> Result<bool, Refusal> {
        let answer = self.guests.lock().unwrap().get(&(session, user)).copied();
        answer.unwrap_or(Ok(false))
    }

    async fn replay(
        &self,
        session: SessionId,
        generation: GenerationId,
        token: &str,
    ) -> Result<Vec<(Envelope, Event)>, Refusal> {
        assert_eq!(token, "alice");
        let stored = self.stored.lock().unwrap();
        let is_its = |event: &Event| event.payload()["generation_id"] == generation.to_string();
        let its = stored.iter().filter(|(of, _, event)| *of == session && is_its(event));
        Ok(its.map(|(_, envelope, event)| (envelope.clone(), event.clone())).collect())
    }
}

impl Known {
    pub fn set(&self, session: SessionId, standing: Standing) {
        self.standings.lock().unwrap().insert(session, standing);
    }
}

impl World {
    pub async fn new() -> Self {
        let stack =
            STACK.get_or_init(|| async { Arc::new(Stack::start(Options::test(), |_| {}).await.unwrap()) }).await;
        Self::on(stack.clone()).await
    }

    pub async fn on(stack: Arc<Stack>) -> Self {
        let prefix = format!("{}.", SessionId::generate());
        let bus = bus::Config { bootstrap: stack.kafka.clone(), prefix, ..bus::Config::default() };
        let topic = bus.topics().session_stream();
        let admin: AdminClient<DefaultClientContext> = bus::client(&bus).create().unwrap();
        let topics = [NewTopic::new(&topic, 12, TopicReplication::Fixed(1))];
        assert!(admin.create_topics(&topics, &AdminOptions::new()).await.unwrap()[0].is_ok());
        let (keys, tenant, alice) = (keys(&stack).await, TenantId::generate(), UserId::generate());
        let owners = KeyOwners { texts: alice.into(), project: Some(ProjectId::generate()) };
        let sealer = keys.sealer(tenant, owners).await.unwrap();
        let producer = bus::Producer::new(&bus).unwrap();
        Self { _stack: stack, bus, producer, keys, sealer, tenant, alice, sessions: Arc::default() }
    }

    /// A session of Alice's in which nothing has happened.
    pub fn session(&self) -> Author<'_> {
        let session = SessionId::generate();
        self.sessions.set(session, Standing { version: 0, head: 0, active: None, shared: false });
        Author::new(self, session)
    }

    pub fn caller(&self) -> Caller {
        Caller {
            user: self.alice,
            tenant: self.tenant,
            token: "alice".into(),
            expires_at: None,
            revoked: CancellationToken::new(),
            changed: CancellationToken::new(),
        }
    }

    /// With whom a session may be shared.
    pub fn bob(&self) -> Caller {
        Caller { user: UserId::generate(), token: "bob".into(), ..self.caller() }
    }

    pub fn mallory(&self) -> Caller {
        Caller { user: UserId::generate(), token: "mallory".into(), ..self.caller() }
    }

    pub async fn edge(&self) -> Served {
        self.edge_with(Config::default(), self.caller()).await
    }

    pub async fn edge_with(&self, config: Config, caller: Caller) -> Served {
        let edge = self.bare(config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = edge.router().layer(Extension(caller));
        let listener = StallGuard { listener, patience: Duration::from_secs(1) };
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Served { edge, browser: Browser::new(format!("http://{address}")), address, server }
    }

    /// An edge without a socket.
    pub fn bare(&self, config: Config) -> Edge {
        let parts = Parts { bus: self.bus.clone(), keys: self.keys.clone(), sessions: self.sessions.clone() };
        Edge::new(config, parts).unwrap()
    }

    pub fn in_time(&self, millis: i64) -> Option<DateTime<Utc>> {
        Some(Utc::now() + chrono::TimeDelta::milliseconds(millis))
    }
}

/// An edge that answers over HTTP.
pub struct Served {
    pub edge: Edge,
    pub browser: Browser,
    pub address: std::net::SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

impl Served {
    pub async fn stop(self) {
        let shutdown = CancellationToken::new();
        shutdown.cancel();
        self.edge.serve(shutdown).await.unwrap();
        self.server.abort();
    }
}

async fn keys(stack: &Stack) -> Keys {
    let mut admin = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
    let name = SessionId::generate().to_string().replace('-', "");
    admin.execute(format!("create database {name}").as_str()).await.unwrap();
    let mut url = stack.postgres.clone();
    url.set_path(&name);
    migrate(url.as_str(), "keys", &keys::MIGRATIONS).await.unwrap();
    let limits = Limits { connections: 4, wait: Duration::from_secs(10) };
    let kek = Kek::from_base64(&"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".into()).unwrap();
    Keys::new(pool(url.as_str(), "keys", limits).unwrap(), kek)
}
