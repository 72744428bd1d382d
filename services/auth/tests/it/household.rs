//! One Postgres and one Redis for all tests, and an auth of its own for each.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use auth::{Auth, Config, Parts, Revocations};
use devstack::{Options, Stack};
use redis::aio::ConnectionManager;
use rpc::auth::v1::*;
use rpc::identity::{Signer, Verifier};
use sqlx::PgPool;
use tonic::Status;

use crate::directory::Directory;

/// Lives as long as the process; its servers end with it.
static STACK: LazyLock<(tokio::runtime::Runtime, Stack)> = LazyLock::new(|| std::thread::spawn(begin).join().unwrap());

fn begin() -> (tokio::runtime::Runtime, Stack) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let stack = runtime.block_on(async {
        let stack = Stack::start(Options::test(), |_| {}).await.unwrap();
        runtime::postgres::migrate(stack.postgres.as_str(), "auth", &auth::MIGRATIONS).await.unwrap();
        stack
    });
    (runtime, stack)
}

pub const PASSWORD: &str = "a quiet green lantern";

pub struct Household {
    pub auth: rpc::Auth,
    pub service: Auth,
    pub directory: Directory,
    pub verifier: Verifier,
    pub revocations: Revocations,
    pub pool: PgPool,
}

impl Household {
    pub async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        Self::in_a_process(config, None).await
    }

    pub async fn with_redis(config: Config) -> Self {
        let connection = ConnectionManager::new(redis_client()).await.unwrap();
        Self::in_a_process(config, Some(connection)).await
    }

    async fn in_a_process(config: Config, redis: Option<ConnectionManager>) -> Self {
        let signer = Signer::new(&Signer::generate_seed().unwrap().into()).unwrap();
        let verifier = Verifier::new([signer.public_key().as_str()]).unwrap();
        let directory = Directory::new(verifier.clone());
        let limits = runtime::postgres::Limits { connections: 4, wait: Duration::from_secs(10) };
        let pool = runtime::postgres::pool(STACK.1.postgres.as_str(), "auth", limits).unwrap();
        let revocations = Revocations::in_process();
        let command = rpc::Command::local(directory.clone());
        let parts = Parts { pool: pool.clone(), command, redis, signer, revocations: revocations.clone() };
        let service = Auth::new(config, parts).unwrap();
        let auth = rpc::Auth::local(service.clone());
        Self { auth, service, directory, verifier, revocations, pool }
    }

    pub async fn signs_up(&self, email: &str) -> SignedIn {
        self.tries_to_sign_up(email, PASSWORD).await.unwrap()
    }

    pub async fn tries_to_sign_up(&self, email: &str, password: &str) -> Result<SignedIn, Status> {
        let request = SignUpRequest {
            email: email.into(),
            password: password.into(),
            name: "Alice".into(),
            device: "a test".into(),
            origin: String::new(),
            invite: String::new(),
        };
        self.auth.sign_up(request, "").await
    }

    pub async fn signs_in(&self, email: &str, password: &str) -> Result<SignedIn, Status> {
        let request = SignInRequest { email: email.into(), password: password.into(), device: "a test".into() };
        self.auth.sign_in(request, "").await
    }

    pub async fn refreshes(&self, token: &str) -> Result<SignedIn, Status> {
        self.auth.refresh(RefreshRequest { refresh_token: token.into() }, "").await
    }

    pub async fn revokes(&self, token: &str) {
        self.auth.revoke(RevokeRequest { token: token.into() }, "").await.unwrap();
    }

    pub async fn exchanges(&self, token: &str) -> Result<ExchangeResponse, Status> {
        self.auth.exchange(ExchangeRequest { access_token: token.into() }, "").await
    }
}

pub fn redis_client() -> redis::Client {
    redis::Client::open(STACK.1.redis.as_str()).unwrap()
}

/// An address nobody has used before.
pub fn address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("person{}-{}@example.test", NEXT.fetch_add(1, Ordering::Relaxed), std::process::id())
}

pub fn code<T: std::fmt::Debug>(answer: &Result<T, Status>) -> &str {
    rpc::stable_code(answer.as_ref().unwrap_err())
}
