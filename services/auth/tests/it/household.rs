//! One Postgres and one Redis for all tests, and an auth of its own for each.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use auth::{Auth, Config, Parts, Revocations};
use devstack::{Options, Stack};
use mail::{Mailer, Outbox, Stored};
use redis::aio::ConnectionManager;
use rpc::auth::v1::*;
use rpc::identity::{Clock, Learning, Verifier};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::directory::Directory;

/// Lives as long as the process; its servers end with it.
static STACK: LazyLock<(tokio::runtime::Runtime, Stack)> = LazyLock::new(|| std::thread::spawn(begin).join().unwrap());

fn begin() -> (tokio::runtime::Runtime, Stack) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let stack = runtime.block_on(async {
        let stack = Stack::start(Options::test(), |_| {}).await.unwrap();
        let template = database(&stack, TEMPLATE, "template0").await;
        runtime::postgres::migrate(&template, "auth", &auth::MIGRATIONS).await.unwrap();
        stack
    });
    (runtime, stack)
}

/// Each household has a copy of it.
const TEMPLATE: &str = "household";
/// 32 bytes, in base64: what every household seals with, unless it says otherwise.
pub const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A new database; its URL.
async fn database(stack: &Stack, name: &str, template: &str) -> String {
    let mut postgres = PgConnection::connect(stack.postgres.as_str()).await.unwrap();
    let create = format!("create database {name} template {template}");
    postgres.execute(create.as_str()).await.unwrap();
    let mut url = url::Url::parse(stack.postgres.as_str()).unwrap();
    url.set_path(name);
    url.to_string()
}

pub const PASSWORD: &str = "a quiet green lantern";

/// What is not as usual in a household.
#[derive(Default)]
struct Plan<'a> {
    redis: Option<ConnectionManager>,
    mail: mail::Config,
    clock: Clock,
    keyless: bool,
    asleep: bool,
    beside: Option<&'a Household>,
}

async fn new_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    database(&STACK.1, &format!("household_{}", NEXT.fetch_add(1, Ordering::Relaxed)), TEMPLATE).await
}

pub struct Household {
    pub auth: rpc::Auth,
    pub service: Auth,
    pub directory: Directory,
    pub verifier: Verifier,
    pub revocations: Revocations,
    pub pool: PgPool,
    pub outbox: Outbox,
    database: String,
    /// Ends the process, and with it whatever it still runs.
    ends: CancellationToken,
    folder: Arc<TempDir>,
}

impl Drop for Household {
    fn drop(&mut self) {
        self.ends.cancel();
    }
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

    pub async fn with_mail(mail: mail::Config) -> Self {
        Self::of(Config::default(), Plan { mail, ..Plan::default() }).await
    }

    /// Whose clock is wrong by so many seconds.
    pub async fn ahead(seconds: i64) -> Self {
        Self::of(Config::default(), Plan { clock: Clock::ahead(seconds), ..Plan::default() }).await
    }

    /// Without anything to seal with.
    pub async fn keyless() -> Self {
        Self::of(Config::default(), Plan { keyless: true, ..Plan::default() }).await
    }

    /// It answers, and does nothing later: as if it died with each answer.
    pub async fn asleep(config: Config) -> Self {
        Self::of(config, Plan { asleep: true, ..Plan::default() }).await
    }

    /// Another process of the same installation.
    pub async fn beside(other: &Self, config: Config) -> Self {
        Self::of(config, Plan { beside: Some(other), ..Plan::default() }).await
    }

    async fn in_a_process(config: Config, redis: Option<ConnectionManager>) -> Self {
        Self::of(config, Plan { redis, ..Plan::default() }).await
    }

    async fn of(config: Config, plan: Plan<'_>) -> Self {
        let Plan { redis, mail, clock, keyless, asleep, beside } = plan;
        let sealing_key = config.sealing_key.clone().or_else(|| Some(KEY.into())).filter(|_| !keyless);
        let config = Config { sealing_key, ..config };
        let database = match beside {
            Some(other) => other.database.clone(),
            None => new_database().await,
        };
        let verifier =
            Verifier::new(Learning { pause: Duration::from_millis(20), ..Learning::default() }, Clock::default());
        let directory = beside.map(|other| other.directory.clone());
        let directory = directory.unwrap_or_else(|| Directory::new(verifier.clone()));
        let limits = runtime::postgres::Limits { connections: 4, wait: Duration::from_secs(10) };
        let pool = runtime::postgres::pool(&database, "auth", limits).unwrap();
        let revocations = Revocations::in_process();
        let command = rpc::Command::local(directory.clone());
        let folder = beside.map_or_else(|| Arc::new(tempfile::tempdir().unwrap()), |other| Arc::clone(&other.folder));
        let mailer = Mailer::new(mail::Config { outbox: folder.path().to_owned(), ..mail }).unwrap();
        let outbox = Outbox::new(folder.path().to_owned());
        let site = "https://atelier.example".parse().unwrap();
        let revoked = revocations.clone();
        let parts = Parts { pool: pool.clone(), command, redis, revocations: revoked, mailer, site, clock };
        let on_the_wire = config.listen.is_some();
        let service = Auth::new(config, parts).unwrap();
        verifier.learns_from(service.token_keys());
        let auth = rpc::Auth::local(service.clone());
        let (ends, served) = (CancellationToken::new(), service.clone());
        // A test that wants it on the wire serves it by itself.
        if !on_the_wire && !asleep {
            tokio::spawn(served.serve(ends.clone()));
        }
        Self { auth, service, directory, verifier, revocations, pool, outbox, database, ends, folder }
    }

    /// The newest mail to this address with these words in its subject, once it is there.
    pub async fn mail(&self, to: &str, subject: &str) -> Stored {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let mails = self.outbox.list(100).await.unwrap();
            if let Some(mail) = mails.into_iter().find(|mail| mail.to == to && mail.subject.contains(subject)) {
                return mail;
            }
            assert!(Instant::now() < end, "no mail \"{subject}\" came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The secret in the link of such a mail.
    pub async fn link(&self, to: &str, subject: &str) -> String {
        let text = self.mail(to, subject).await.text;
        let after = text.split_once('#').expect("a link with a fragment").1;
        after.split_whitespace().next().unwrap().to_owned()
    }

    pub async fn internal(&self, signed_in: &SignedIn) -> String {
        self.exchanges(&signed_in.access_token).await.unwrap().internal_token
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
        self.signs_in_on(email, password, "a test").await
    }

    pub async fn signs_in_on(&self, email: &str, password: &str, device: &str) -> Result<SignedIn, Status> {
        let (email, password, device) = (email.into(), password.into(), device.into());
        self.auth.sign_in(SignInRequest { email, password, device, origin: String::new() }, "").await
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
