//! Opaque tokens to people: asks auth once, remembers for seconds, and forgets at once what is revoked.
//!
//! First what this process knows, then what another gateway has learned (`shared`), then auth. Refusals are
//! remembered here only: who makes tokens up must not fill Redis.

mod asking;
mod families;
mod shared;

use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::{FamilyId, News, Revocations};
use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use moka::Expiry;
use moka::future::Cache;
use redis::aio::ConnectionManager;
use ring::digest::{SHA256, digest};
use rpc::identity::{Standing, Verifier};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use crate::Config;
use families::{FAMILY_TERM, Family};
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
    fn is_good(&self, identity: &Identity) -> bool {
        let blind = !self.revocations.complete() && identity.learned.elapsed() > self.blind_term;
        let changed = self.has_changed_since(identity.family, identity.learned);
        let over = identity.revoked.is_cancelled() || Utc::now() >= identity.expires_at;
        !blind && !changed && !over && self.verifier.trusts(&identity.kid)
    }
}

fn refused() -> Status {
    rpc::fault(Code::Unauthenticated, "unauthenticated", "the token is not valid")
}

fn key(access_token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, access_token.as_bytes()).as_ref());
    key
}
