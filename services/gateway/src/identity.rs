//! Opaque tokens to people: asks auth once, remembers for seconds, and forgets at once what is revoked.
//!
//! First what this process knows, then what another gateway has learned (`shared`), then auth. Refusals are
//! remembered here only: who makes tokens up must not fill Redis.

mod shared;

use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::{FamilyId, News, Revocations};
use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use futures::StreamExt;
use moka::Expiry;
use moka::future::Cache;
use redis::aio::ConnectionManager;
use ring::digest::{SHA256, digest};
use rpc::auth::v1::{ExchangeRequest, ExchangeResponse};
use rpc::identity::{Standing, Verifier};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use crate::Config;
use shared::Shared;

/// Someone with a valid token.
pub struct Identity {
    pub user: UserId,
    pub tenant: TenantId,
    /// What they may do there, and in the system.
    pub standing: Standing,
    /// The sign-in that the token belongs to.
    pub family: FamilyId,
    internal_token: SecretString,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
    /// Cancelled when the sign-in is revoked.
    pub revoked: CancellationToken,
    /// Cancelled when what they may do has changed: whatever goes on for longer must ask anew.
    pub changed: CancellationToken,
    learned: Instant,
    /// What the internal token is signed with.
    kid: String,
}

impl Identity {
    /// Which sign-in, and when it was last looked up: what depends on both is asked anew with either.
    pub const fn term(&self) -> (FamilyId, Instant) {
        (self.family, self.learned)
    }

    /// What command and edge are shown.
    pub fn internal_token(&self) -> &str {
        self.internal_token.expose_secret()
    }
}

/// One sign-in that is known here: how to end what hangs on it, and how to ask whether it still is.
#[derive(Clone)]
struct Family {
    revoked: CancellationToken,
    changed: CancellationToken,
    access_token: Arc<SecretString>,
    standing: Standing,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Identities(Arc<Inner>);

struct Inner {
    auth: rpc::Auth,
    verifier: Verifier,
    revocations: Revocations,
    blind_term: Duration,
    shared: Option<Shared>,
    /// By the hash of the token, so that a copy of this memory is not a bunch of keys to look through.
    known: Cache<[u8; 32], Arc<Identity>>,
    families: moka::sync::Cache<FamilyId, Family>,
    /// Tokens that auth has refused: asking again with one costs us nothing, and tells no more.
    refused: moka::sync::Cache<[u8; 32], ()>,
    /// Families that ended lately: an answer that was on its way meanwhile must not bring them back.
    over: moka::sync::Cache<FamilyId, ()>,
    /// Since when what was learned of a family is not true any more.
    changed: moka::sync::Cache<FamilyId, Instant>,
}

/// Longer than an access token lives, so that a stream that hangs on one hears of its end.
const FAMILY_TERM: Duration = Duration::from_mins(16);
/// Questions to auth at once while revocations are not heard.
const QUESTIONS: usize = 16;

/// How long somebody is remembered: each a little less than the others, so that not all are asked for at once.
struct Term(Duration);

impl Expiry<[u8; 32], Arc<Identity>> for Term {
    fn expire_after_create(&self, _: &[u8; 32], _: &Arc<Identity>, _: Instant) -> Option<Duration> {
        Some(self.0.mul_f64(rand::random_range(0.8..1.0)))
    }
}

impl Identities {
    /// `redis`: where gateways share what they learn.
    pub fn new(
        config: &Config,
        auth: rpc::Auth,
        verifier: Verifier,
        revocations: Revocations,
        redis: Option<ConnectionManager>,
    ) -> Self {
        let known = Cache::builder().max_capacity(config.identities).expire_after(Term(config.identity_cache)).build();
        let refused = moka::sync::Cache::builder().max_capacity(config.identities).time_to_live(config.refusal_cache);
        let family_cache = || moka::sync::Cache::builder().max_capacity(config.identities);
        Self(Arc::new(Inner {
            auth,
            verifier,
            revocations,
            blind_term: config.identity_cache_blind,
            shared: redis.map(|redis| Shared::new(redis, config.redis_timeout, config.identity_cache_shared)),
            known,
            refused: refused.build(),
            families: family_cache().time_to_live(FAMILY_TERM).build(),
            over: moka::sync::Cache::builder().max_capacity(config.identities).time_to_live(FAMILY_TERM).build(),
            changed: moka::sync::Cache::builder().max_capacity(config.identities).time_to_live(FAMILY_TERM).build(),
        }))
    }

    /// Who this token was given to, if that is already known. Asks nobody.
    pub async fn recall(&self, access_token: &str) -> Option<Arc<Identity>> {
        let identity = self.0.known.get(&key(access_token)).await?;
        self.0.is_good(&identity).then_some(identity)
    }

    /// Who this token was given to. Many who ask at once are one question to auth.
    pub async fn resolve(&self, access_token: &str) -> Result<Arc<Identity>, Status> {
        let key = key(access_token);
        if let Some(identity) = self.0.known.get(&key).await {
            if self.0.is_good(&identity) {
                return Ok(identity);
            }
            self.0.known.invalidate(&key).await;
        }
        if self.0.refused.contains_key(&key) {
            return Err(refused());
        }
        let asking = self.0.ask(access_token);
        let answer = self.0.known.try_get_with(key, asking).await;
        answer.map_err(|status: Arc<Status>| {
            if status.code() == Code::Unauthenticated {
                self.0.refused.insert(key, ());
            }
            Status::clone(&status)
        })
    }

    /// This token was revoked just now, by us: what hangs on it ends without waiting for the news.
    pub async fn forget(&self, token: &str) {
        if let Some(identity) = self.0.known.remove(&key(token)).await {
            identity.revoked.cancel();
        }
    }

    /// Hears of revocations until `shutdown`.
    pub async fn watch(&self, shutdown: &CancellationToken) {
        let mut feed = self.0.revocations.subscribe();
        let mut blind = tokio::time::interval(self.0.blind_term);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                news = feed.next() => match news {
                    Some(Ok(News::Over(family))) => self.0.end(family),
                    Some(Ok(News::Changed(family))) => self.0.change(family),
                    Some(Err(auth::Missed)) => self.0.forget_all(),
                    None => return,
                },
                _ = blind.tick() => if !self.0.revocations.complete() { self.0.ask_again().await },
            }
        }
    }
}

impl Inner {
    async fn ask(&self, access_token: &str) -> Result<Arc<Identity>, Status> {
        // Before the question: what changes while it is on its way may not be in the answer.
        let learned = Instant::now();
        // While news do not reach us, others may be as deaf: then only auth knows.
        let shared = self.shared.as_ref().filter(|_| self.revocations.complete());
        if let Some(shared) = shared
            && let Some(answer) = shared.recall(access_token).await
            && let Ok(identity) = self.identify(access_token, &answer, learned).await
        {
            return Ok(identity);
        }
        let request = ExchangeRequest { access_token: access_token.to_owned() };
        let answer = self.auth.exchange(request, "").await?;
        let identity = self.identify(access_token, &answer, learned).await?;
        if let Some(shared) = shared {
            shared.remember(access_token, &answer, learned).await;
        }
        Ok(identity)
    }

    async fn identify(
        &self,
        access_token: &str,
        answer: &ExchangeResponse,
        learned: Instant,
    ) -> Result<Arc<Identity>, Status> {
        // Who it is comes from what is signed, not from what is said beside it.
        let internal_token = answer.internal_token.clone();
        let claims = self.verifier.verify(&internal_token).await.map_err(unverifiable)?;
        let kid = self.verifier.key_of(&internal_token).ok_or_else(refused)?;
        let (user, tenant) = claims.require_person()?;
        let family: FamilyId = claims.family.as_deref().unwrap_or_default().parse().map_err(|_| refused())?;
        let expires_at = DateTime::from_timestamp(answer.access_expires_at, 0).ok_or_else(refused)?;
        let standing = claims.standing;
        let Family { revoked, changed, .. } = self.join(family, access_token, &standing);
        if self.over.contains_key(&family) {
            return Err(refused());
        }
        if self.has_changed_since(family, learned) {
            changed.cancel();
        }
        let internal_token = internal_token.into();
        let identity =
            Identity { user, tenant, standing, family, internal_token, expires_at, revoked, changed, learned, kid };
        Ok(Arc::new(identity))
    }

    /// All tokens of a family end together.
    fn join(&self, family: FamilyId, access_token: &str, standing: &Standing) -> Family {
        let known = self.families.get(&family);
        let (revoked, changed) = known.map(|known| (known.revoked, known.changed)).unwrap_or_default();
        let changed = if changed.is_cancelled() { CancellationToken::new() } else { changed };
        let (access_token, standing) = (Arc::new(SecretString::from(access_token)), standing.clone());
        let joined = Family { revoked, changed, access_token, standing };
        self.families.insert(family, joined.clone());
        joined
    }

    fn has_changed_since(&self, family: FamilyId, learned: Instant) -> bool {
        self.changed.get(&family).is_some_and(|since| learned <= since)
    }

    fn is_good(&self, identity: &Identity) -> bool {
        let blind = !self.revocations.complete() && identity.learned.elapsed() > self.blind_term;
        let changed = self.has_changed_since(identity.family, identity.learned);
        let over = identity.revoked.is_cancelled() || Utc::now() >= identity.expires_at;
        !blind && !changed && !over && self.verifier.trusts(&identity.kid)
    }

    /// What is remembered of them is not true any more, and what goes on for them asks anew.
    fn change(&self, family: FamilyId) {
        self.changed.insert(family, Instant::now());
        if let Some(known) = self.families.get(&family) {
            known.changed.cancel();
        }
    }

    fn end(&self, family: FamilyId) {
        self.over.insert(family, ());
        if let Some(known) = self.families.remove(&family) {
            known.revoked.cancel();
        }
    }

    fn forget_all(&self) {
        let families: Vec<_> = self.families.iter().map(|(family, known)| (*family, known)).collect();
        for (family, known) in families {
            known.revoked.cancel();
            self.families.invalidate(&family);
        }
        self.known.invalidate_all();
    }

    /// While nobody tells us what is revoked, we ask for everyone who is here.
    async fn ask_again(&self) {
        let families: Vec<_> = self.families.iter().map(|(family, known)| (*family, known)).collect();
        let asking = futures::stream::iter(families).for_each_concurrent(QUESTIONS, |(family, known)| async move {
            let request = ExchangeRequest { access_token: known.access_token.expose_secret().to_owned() };
            match self.auth.exchange(request, "").await {
                Err(status) if status.code() == Code::Unauthenticated => self.end(family),
                Err(_) => {}
                Ok(answer) => {
                    let claims = self.verifier.verify(&answer.internal_token).await;
                    if claims.is_ok_and(|claims| claims.standing != known.standing) {
                        self.change(family);
                    }
                }
            }
        });
        asking.await;
    }
}

/// Auth says who it is, and we cannot check it: that is our trouble, not theirs.
fn unverifiable(status: Status) -> Status {
    if status.code() == Code::Unauthenticated {
        tracing::error!("what auth signs does not verify here: do the clocks differ by more than a minute?");
    }
    rpc::fault(Code::Unavailable, "unavailable", "who is asking cannot be checked now")
}

fn refused() -> Status {
    rpc::fault(Code::Unauthenticated, "unauthenticated", "the token is not valid")
}

fn key(access_token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, access_token.as_bytes()).as_ref());
    key
}
