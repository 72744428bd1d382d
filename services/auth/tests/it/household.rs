//! One Postgres and one Redis for all tests, and an auth of its own for each.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use auth::{Auth, Config, Parts, Revocations};
use devstack::{Options, Stack};
use mail::{Mailer, Outbox, Stored};
use redis::aio::ConnectionManager;
use rpc::auth::v1::*;
use rpc::identity::{Signer, Verifier};
use sqlx::PgPool;
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
    pub outbox: Outbox,
    pub signer: Signer,
    /// Ends the process, and with it whatever it still runs.
    ends: CancellationToken,
    _folder: TempDir,
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
        let signer = Signer::new(&Signer::generate_seed().unwrap().into()).unwrap();
        Self::of(Config::default(), None, signer, None, mail)
    }

    /// Another process of the same installation.
    pub fn beside(other: &Self, config: Config) -> Self {
        Self::of(config, None, other.signer.clone(), Some(other.directory.clone()), mail::Config::default())
    }

    async fn in_a_process(config: Config, redis: Option<ConnectionManager>) -> Self {
        let signer = Signer::new(&Signer::generate_seed().unwrap().into()).unwrap();
        Self::of(config, redis, signer, None, mail::Config::default())
    }

    fn of(
        config: Config,
        redis: Option<ConnectionManager>,
        signer: Signer,
        directory: Option<Directory>,
        mail: mail::Config,
    ) -> Self {
        let verifier = Verifier::new([signer.public_key().as_str()]).unwrap();
        let directory = directory.unwrap_or_else(|| Directory::new(verifier.clone()));
        let limits = runtime::postgres::Limits { connections: 4, wait: Duration::from_secs(10) };
        let pool = runtime::postgres::pool(STACK.1.postgres.as_str(), "auth", limits).unwrap();
        let revocations = Revocations::in_process();
        let command = rpc::Command::local(directory.clone());
        let folder = tempfile::tempdir().unwrap();
        let mailer = Mailer::new(mail::Config { outbox: folder.path().to_owned(), ..mail }).unwrap();
        let outbox = Outbox::new(folder.path().to_owned());
        let site = "https://atelier.example".parse().unwrap();
        let revoked = revocations.clone();
        let parts =
            Parts { pool: pool.clone(), command, redis, signer: signer.clone(), revocations: revoked, mailer, site };
        let on_the_wire = config.listen.is_some();
        let service = Auth::new(config, parts).unwrap();
        let auth = rpc::Auth::local(service.clone());
        let (ends, served) = (CancellationToken::new(), service.clone());
        // A test that wants it on the wire serves it by itself.
        if !on_the_wire {
            tokio::spawn(served.serve(ends.clone()));
        }
        Self { auth, service, directory, verifier, revocations, pool, outbox, signer, ends, _folder: folder }
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
