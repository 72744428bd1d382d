//! One Postgres and one Redis for all tests, and a gateway of its own for each.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use auth::{Auth, Revocations};
use axum::Router;
use command::Commands;
use devstack::{Options, Stack};
use gateway::{Assets, Config, Limits, ModelInfo, Parts, Serves};
use projections::Progress;
use rpc::identity::{Clock, Learning, Verifier};
use sqlx::PgPool;
use store::Store;

use crate::browser::Browser;

/// Lives as long as the process; its servers end with it.
static STACK: LazyLock<(tokio::runtime::Runtime, Stack)> = LazyLock::new(|| std::thread::spawn(begin).join().unwrap());

/// One for all: whoever has another pepper sees free addresses that are taken.
const PEPPER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn begin() -> (tokio::runtime::Runtime, Stack) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let stack = runtime.block_on(async {
        let stack = Stack::start(Options::test(), |_| {}).await.unwrap();
        let url = stack.postgres.as_str();
        runtime::postgres::migrate(url, "keys", &keys::MIGRATIONS).await.unwrap();
        runtime::postgres::migrate(url, "store", &store::MIGRATIONS).await.unwrap();
        runtime::postgres::migrate(url, "auth", &auth::MIGRATIONS).await.unwrap();
        runtime::postgres::migrate(url, "read", &READ).await.unwrap();
        stack
    });
    (runtime, stack)
}

static READ: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/read");

fn pool(owner: &'static str) -> PgPool {
    let limits = runtime::postgres::Limits { connections: 4, wait: Duration::from_secs(10) };
    runtime::postgres::pool(STACK.1.postgres.as_str(), owner, limits).unwrap()
}

/// A gateway with all its neighbours in the process.
pub struct House {
    pub config: Config,
    pub auth: rpc::Auth,
    parts: Parts,
}

impl House {
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    /// Reads give up at once: there is no projector to wait for.
    pub fn with(config: Config) -> Self {
        let verifier = Verifier::new(Learning::default(), Clock::default());
        let command = rpc::Command::local(Commands::new(event_store(), verifier.clone()));
        let revocations = Revocations::in_process();
        let auth = auth::Parts {
            pool: pool("auth"),
            command: command.clone(),
            redis: None,
            revocations: revocations.clone(),
            mailer: mail::Mailer::new(mail::Config::default()).unwrap(),
            site: "https://atelier.example".parse().unwrap(),
            clock: Clock::default(),
        };
        // Nobody serves it: mails wait, and none is written.
        let sealing_key = Some(PEPPER.into());
        let auth = Auth::new(auth::Config { sealing_key, ..auth::Config::default() }, auth).unwrap();
        verifier.learns_from(auth.token_keys());
        let auth = rpc::Auth::local(auth);
        let parts = Parts {
            serves: Serves::Everything,
            command,
            auth: auth.clone(),
            edge: None,
            read_pool: pool("gateway"),
            progress: Progress::default(),
            models: Arc::new(|| vec![demo()]),
            access_log: None,
            tls: None,
            redis: None,
            revocations,
            verifier,
            assets: Assets::none(),
        };
        Self { config: Config { fresh_wait: Duration::ZERO, ..config }, auth, parts }
    }

    pub fn with_redis(limits: Limits) -> Self {
        let mut house = Self::with(Config { limits, redis_timeout: Duration::from_secs(5), ..Config::default() });
        house.parts.redis = Some(redis_client());
        house
    }

    pub fn app(self) -> Router {
        gateway::router(self.config, self.parts).unwrap()
    }

    pub fn into_parts(self) -> (Config, Parts) {
        (self.config, self.parts)
    }

    pub fn browser(self) -> Browser {
        Browser::new(self.app())
    }
}

pub fn redis_client() -> redis::Client {
    redis::Client::open(STACK.1.redis.as_str()).unwrap()
}

fn event_store() -> Store {
    let kek = keys::Kek::from_base64(&PEPPER.into()).unwrap();
    let keys = keys::Keys::new(pool("keys"), kek);
    Store::connect(pool("store"), &store::Config::new(PEPPER.into()), keys).unwrap()
}

fn demo() -> ModelInfo {
    ModelInfo {
        id: "demo".into(),
        provider: "demo".into(),
        default: true,
        context_length: None,
        prices: None,
        abilities: vec!["files".into()],
    }
}

/// All of them at once.
pub fn limits(per_minute: u32) -> Limits {
    let limit = NonZeroU32::new(per_minute).unwrap();
    Limits {
        anonymous_per_minute: limit,
        signed_in_per_minute: limit,
        device_per_minute: limit,
        tenant_per_minute: limit,
        sign_in_per_minute: limit,
        exports_per_minute: limit,
    }
}

/// An address nobody has used before.
pub fn address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("person{}-{}@example.test", NEXT.fetch_add(1, Ordering::Relaxed), std::process::id())
}

/// Somebody with a token for scripts.
pub async fn somebody(house: House) -> Browser {
    let browser = house.browser();
    browser.becomes_somebody().await
}
